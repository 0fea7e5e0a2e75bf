using Pipeline.Storage.Sqlite.Database;
using Pipeline.Storage.State;

namespace Pipeline.Storage.Sqlite.Writing;

/// <summary>The writer's connection with its prepared statements. Used by the writer's thread alone.</summary>
internal sealed class WriteSession : IDisposable
{
    private readonly SqliteDatabase _database;
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _commit;
    private readonly SqliteStatement _hint;
    private long _lastContent;

    private WriteSession(SqliteDatabase database)
    {
        _database = database;
        _begin = database.Prepare("BEGIN IMMEDIATE");
        _commit = database.Prepare("COMMIT");
        AcceptJournal = Load("accept_journal");
        AcceptQueue = Load("accept_queue");
        AcceptContent = Load("accept_content");
        AppendOwned = Load("append_owned");
        AppendJournal = Load("append_journal");
        ExtendHead = Load("extend_head");
        JournalRow = Load("journal_row");
        Owned = Load("owned");
        Queued = Load("queued");
        State = Load("state");
        StatesSince = Load("states_since");
        Fold = Load("fold");
        Complete = Load("complete");
        DeleteContent = Load("delete_content");
        EndJournal = Load("end_journal");
        Due = Load("due");
        Claim = Load("claim");
        RunQueue = Load("run_queue");
        HeldByOthers = Load("held_by_others");
        _hint = Load("get_hint");
        PutRetryHint = Load("put_retry_hint");
        DeleteRetryHint = Load("delete_retry_hint");
        Purgeable = Load("purgeable");
        Purge = Load("purge");
        _lastContent = database.Query(SqlText.Sqlite.Load("last_content"));
    }

    public SqliteStatement AcceptJournal { get; }

    public SqliteStatement AcceptQueue { get; }

    public SqliteStatement AcceptContent { get; }

    public SqliteStatement AppendOwned { get; }

    public SqliteStatement AppendJournal { get; }

    public SqliteStatement ExtendHead { get; }

    public SqliteStatement JournalRow { get; }

    public SqliteStatement Owned { get; }

    public SqliteStatement Queued { get; }

    public SqliteStatement State { get; }

    public SqliteStatement StatesSince { get; }

    public SqliteStatement Fold { get; }

    public SqliteStatement Complete { get; }

    public SqliteStatement DeleteContent { get; }

    public SqliteStatement EndJournal { get; }

    public SqliteStatement Due { get; }

    public SqliteStatement Claim { get; }

    public SqliteStatement RunQueue { get; }

    public SqliteStatement HeldByOthers { get; }

    public SqliteStatement PutRetryHint { get; }

    public SqliteStatement DeleteRetryHint { get; }

    public SqliteStatement Purgeable { get; }

    public SqliteStatement Purge { get; }

    /// <exception cref="SqliteFailure">The database cannot be opened.</exception>
    /// <exception cref="InvalidDataException">It is of a newer version.</exception>
    public static WriteSession Open(string path, SqliteStoreOptions options)
    {
        var database = SqliteDatabase.Open(path, readOnly: false);
        try
        {
            Schema.Prepare(database);

            // FULL: one flush of the log at each commit, without which a power cut loses acknowledged mail or repeats deliveries.
            // Checkpoints are not the writer's work.
            database.Execute("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -32768; PRAGMA temp_store = MEMORY;");
            database.Execute($"PRAGMA journal_size_limit = {options.LogLimitBytes};");
            if (options.MaxPages is { } pages)
            {
                database.Execute($"PRAGMA max_page_count = {pages};");
            }

            return new WriteSession(database);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    public byte[]? Hint(string key)
    {
        var value = _hint.Bind(1, key).Step() ? _hint.Blob(0).ToArray() : null;
        _hint.Reset();
        return value;
    }

    public long NextContent() => ++_lastContent;

    public void Begin() => _begin.Run();

    public void Commit() => _commit.Run();

    /// <summary>Ends the transaction without a trace; false when the connection is of no use any more.</summary>
    public bool TryRollBack()
    {
        try
        {
            if (_database.InTransaction)
            {
                _database.Execute("ROLLBACK");
            }

            return true;
        }
        catch (SqliteFailure)
        {
            return false;
        }
    }

    public int TakeWrittenPages() => _database.TakeWrittenPages();

    public void Checkpoint(int mode) => _database.Checkpoint(mode);

    /// <summary>Counts this opening of the store.</summary>
    public long NextEpoch()
    {
        _database.Execute("UPDATE life SET epoch = epoch + 1");
        return _database.Query("SELECT epoch FROM life");
    }

    public void Dispose() => _database.Dispose();

    private SqliteStatement Load(string name) => _database.Prepare(SqlText.Sqlite.Load(name));
}
