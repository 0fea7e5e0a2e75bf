using SQLitePCL;

namespace Pipeline.Storage.Sqlite.Database;

/// <summary>One connection. Used by one thread at a time.</summary>
/// <remarks>
/// The C interface, without ADO.NET between: every value of the hot path is a span of octets that is bound without a copy or a box of ours.
/// </remarks>
internal sealed class SqliteDatabase : IDisposable
{
    private const int CacheWrites = 9; // SQLITE_DBSTATUS_CACHE_WRITE
    private const int BusyTimeoutMilliseconds = 5_000;

    private readonly sqlite3 _handle;
    private readonly List<SqliteStatement> _statements = [];

    private SqliteDatabase(sqlite3 handle) => _handle = handle;

    static SqliteDatabase() => Batteries_V2.Init();

    /// <exception cref="SqliteFailure">The file is not there, not readable or no database.</exception>
    public static SqliteDatabase Open(string path, bool readOnly, int busyTimeoutMilliseconds = BusyTimeoutMilliseconds)
    {
        var flags = readOnly ? raw.SQLITE_OPEN_READONLY : raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE;
        var result = raw.sqlite3_open_v2(path, out var handle, flags | raw.SQLITE_OPEN_NOMUTEX, null!);
        if (result != raw.SQLITE_OK)
        {
            var failure = SqliteFailure.From(handle, $"cannot open {path}");
            raw.sqlite3_close_v2(handle);
            throw failure;
        }

        raw.sqlite3_extended_result_codes(handle, 1);
        raw.sqlite3_busy_timeout(handle, busyTimeoutMilliseconds);
        return new SqliteDatabase(handle);
    }

    /// <summary>Rows that the last INSERT, UPDATE or DELETE changed.</summary>
    public int Changes => raw.sqlite3_changes(_handle);

    public bool InTransaction => raw.sqlite3_get_autocommit(_handle) == 0;

    /// <summary>Prepares one statement for the life of the connection.</summary>
    public SqliteStatement Prepare(string sql)
    {
        const uint Persistent = 1; // SQLITE_PREPARE_PERSISTENT
        if (raw.sqlite3_prepare_v3(_handle, sql, Persistent, out var statement) != raw.SQLITE_OK)
        {
            throw SqliteFailure.From(_handle, "cannot prepare " + sql);
        }

        var prepared = new SqliteStatement(this, _handle, statement);
        _statements.Add(prepared);
        return prepared;
    }

    /// <summary>Runs statements that have no parameters and whose rows do not matter.</summary>
    public void Execute(string sql)
    {
        if (raw.sqlite3_exec(_handle, sql) != raw.SQLITE_OK)
        {
            throw SqliteFailure.From(_handle, sql);
        }
    }

    /// <summary>The first column of the first row as a number.</summary>
    public long Query(string sql)
    {
        using var statement = new SqliteStatement(this, _handle, PrepareOnce(sql));
        return statement.Step() ? statement.Long(0) : throw new SqliteFailure(raw.SQLITE_ERROR, "no row: " + sql);
    }

    /// <summary>Pages that this connection has written to the log since the last call.</summary>
    public int TakeWrittenPages()
    {
        _ = raw.sqlite3_db_status(_handle, CacheWrites, out var pages, out _, 1);
        return pages;
    }

    /// <summary>Moves pages from the log into the database file, as far as nobody is in the way.</summary>
    /// <returns>Frames in the log, and how many of them are in the database file; (-1, -1) when a lock was held.</returns>
    public (int Frames, int Checkpointed) Checkpoint(int mode)
    {
        var result = raw.sqlite3_wal_checkpoint_v2(_handle, "main", mode, out var frames, out var checkpointed);
        return result switch
        {
            raw.SQLITE_OK => (frames, checkpointed),
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED => (-1, -1),
            _ => throw SqliteFailure.From(_handle, "checkpoint"),
        };
    }

    public void Dispose()
    {
        if (_handle.IsClosed)
        {
            return;
        }

        foreach (var statement in _statements)
        {
            statement.Dispose();
        }

        raw.sqlite3_close_v2(_handle);
        _handle.Dispose();
    }

    private sqlite3_stmt PrepareOnce(string sql) =>
        raw.sqlite3_prepare_v2(_handle, sql, out var statement) == raw.SQLITE_OK ? statement : throw SqliteFailure.From(_handle, "cannot prepare " + sql);
}
