using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Bodies;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Postgres.Claiming;
using Pipeline.Storage.Postgres.Database;
using Pipeline.Storage.Postgres.Partitions;
using Pipeline.Storage.Postgres.Reading;
using Pipeline.Storage.Postgres.Writing;
using Pipeline.Storage.State;

namespace Pipeline.Storage.Postgres;

/// <summary>The spool of a node of a cluster: one PostgreSQL database that all nodes share. See docs/adr/0009.</summary>
/// <remarks>
/// Who writes must hold a lease: a row of the table <c>lease</c> with its name and epoch, which joining the cluster makes.
/// Any number of threads may call. A token ends the wait for a turn to prepare a write, never a write that the writer has.
/// </remarks>
public sealed class PostgresMessageStore : IMessageStore
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromSeconds(1);

    private readonly PostgresOptions _options;
    private readonly ILogger _logger;
    private readonly PostgresDatabase _database;
    private readonly BodyFolder _bodies;
    private readonly MessageWriter _writer;
    private readonly MessageWriter _largeWriter;
    private readonly HintWriter _hints;
    private readonly Claims _claims;
    private readonly StoreReads _reads;
    private readonly JournalPartitions _partitions;
    private readonly ITimer _ticks;
    private readonly Lock _gate = new();
    private Action<QueueStage>? _workAvailable;
    private WorkListener? _listener;
    private Task _upkeep = Task.CompletedTask;
    private int _disposed;

    private PostgresMessageStore(PostgresOptions options, PostgresDatabase database, JournalPartitions partitions, ILogger logger)
    {
        _options = options;
        _logger = logger;
        _database = database;
        _partitions = partitions;
        _bodies = new BodyFolder(options.SpoolDirectory, logger);
        _reads = new StoreReads(database, logger);
        _claims = new Claims(database, options.TimeProvider, logger);
        _writer = new MessageWriter(database, options, logger);
        _largeWriter = new MessageWriter(database, options, logger);
        _hints = new HintWriter(database, options, logger);
        _ticks = options.TimeProvider.CreateTimer(static s => ((PostgresMessageStore)s!).Tick(), this, TickInterval, TickInterval);
    }

    /// <remarks>The first handler opens a session that listens.</remarks>
    public event Action<QueueStage> WorkAvailable
    {
        add
        {
            lock (_gate)
            {
                _workAvailable += value;
                if (_listener is null && _disposed == 0)
                {
                    _listener = new WorkListener(_database, _options.TimeProvider, _logger, stage => Volatile.Read(ref _workAvailable)?.Invoke(stage));
                    _listener.Start();
                }
            }
        }

        remove
        {
            lock (_gate)
            {
                _workAvailable -= value;
            }
        }
    }

    /// <summary>Writes that wait for their turn now: how far the database is behind.</summary>
    public int WaitingWrites => _writer.Waiting + _largeWriter.Waiting;

    /// <summary>Opens the store; makes or migrates the database first when it must and may.</summary>
    /// <exception cref="IOException">The database is out of reach, or of a version that this program cannot run beside.</exception>
    public static async Task<PostgresMessageStore> OpenAsync(PostgresOptions options, ILogger logger, CancellationToken cancellationToken)
    {
        var database = new PostgresDatabase(options);
        try
        {
            var version = await PrepareAsync(database, options.Migrate, cancellationToken);
            var partitions = new JournalPartitions(database, options.TimeProvider);
            if (options.Migrate)
            {
                await partitions.EnsureAsync(cancellationToken);
            }

            Log.DatabaseOpened(logger, options.Node, version);
            return new PostgresMessageStore(options, database, partitions, logger);
        }
        catch (Exception e)
        {
            await database.DisposeAsync();
            if (e is NpgsqlException or InvalidDataException)
            {
                throw new IOException($"the store cannot be opened: {e.Message}", e);
            }

            throw;
        }
    }

    public IBodyWriter CreateBody(MessageId id) => new SpooledBody(_bodies.Files, id, BodyChunks.InlineBytes);

    public async ValueTask<WriteOutcome> AcceptAsync(NewMessage message, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var part = AcceptPart.Prepare(message);
        return await WriterFor(part.HasChunks).WriteAsync(new AcceptRequest(part));
    }

    public async ValueTask<WriteOutcome> RecordAsync(MessageId id, ImmutableArray<JournalEntry> entries, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Contract.RequireEntries(entries);
        return entries.IsEmpty ? WriteOutcome.Durable : await _writer.WriteAsync(new RecordRequest(id, entries));
    }

    public async ValueTask<WriteOutcome> UpdateAsync(MessageUpdate update, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Contract.RequireOwner(update.Owner);
        Contract.RequireEntries(update.Journal);
        var notifications = new List<AcceptPart>(update.Notifications.Length);
        try
        {
            foreach (var notification in update.Notifications)
            {
                notifications.Add(AcceptPart.Prepare(notification));
            }
        }
        catch
        {
            notifications.ForEach(static n => n.Release());
            throw;
        }

        var request = new UpdateRequest(update, notifications, _options.TimeProvider.GetUtcNow());
        return await WriterFor(request.HasChunks).WriteAsync(request);
    }

    public async ValueTask<ImmutableArray<StoredMessage>> ClaimDueAsync(
        Ownership owner, DateTimeOffset now, int limit, ClaimScope scope, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Contract.RequireOwner(owner);
        return await ReadClaimedAsync(owner, await _claims.ClaimDueAsync(owner, now, limit, scope));
    }

    public async ValueTask<StoredMessage?> ClaimAsync(Ownership owner, MessageId id, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Contract.RequireOwner(owner);
        var claimed = await ReadClaimedAsync(owner, await _claims.ClaimAsync(owner, [id.ToString()]));
        return claimed.IsEmpty ? null : claimed[0];
    }

    public async ValueTask<int?> RunQueueAsync(string queue, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await _database.Work.OpenConnectionAsync(cancellationToken);
            await using var batch = new NpgsqlBatch(connection)
            {
                BatchCommands = { Statements.Of("run_queue").Value(StoredTime.Of(RecipientState.AtQueueRun)).Value(StoredForm.QueueMark(queue)).Value(queue.Length > 0) },
                Timeout = 30,
            };
            var due = await batch.ExecuteNonQueryAsync(cancellationToken);
            if (due > 0)
            {
                await using var notice = new NpgsqlBatch(connection)
                {
                    BatchCommands = { Statements.Of("notify").Value(WorkNotice.Of(new HashSet<QueueStage> { QueueStage.ToRoute, QueueStage.ToDeliver })) },
                    Timeout = 30,
                };
                await notice.ExecuteNonQueryAsync(cancellationToken);
            }

            return due;
        }
        catch (NpgsqlException failure)
        {
            Log.UpkeepFailed(_logger, failure.Message);
            return null;
        }
    }

    public ValueTask<DateTimeOffset?> NextDueAsync(ClaimScope scope, CancellationToken cancellationToken) => _reads.NextDueAsync(scope, cancellationToken);

    /// <summary>Releases what earlier lives of this node hold, and sweeps bodies that no message has.</summary>
    /// <exception cref="IOException">The database is out of reach.</exception>
    public async ValueTask<RecoveryReport> RecoverAsync(Ownership owner, CancellationToken cancellationToken)
    {
        Contract.RequireOwner(owner);
        try
        {
            await using var connection = await _database.Work.OpenConnectionAsync(cancellationToken);
            var (messages, open) = await HeldMessages.ReleaseAsync(
                connection, owner.Node, owner.Epoch, _options.TimeProvider.GetUtcNow(), _logger, cancellationToken);
            await using var sweep = new NpgsqlBatch(connection) { BatchCommands = { Statements.Of("sweep_content") }, Timeout = 30 };
            var report = new RecoveryReport(messages, open, await sweep.ExecuteNonQueryAsync(cancellationToken));
            Log.Recovered(_logger, report.Messages, report.OpenAttempts, report.OrphanFiles);
            return report;
        }
        catch (NpgsqlException e)
        {
            throw new IOException($"the store cannot be recovered: {e.Message}", e);
        }
    }

    public ValueTask<ImmutableArray<QueuedMessage>> ListAsync(QueueQuery query, CancellationToken cancellationToken) =>
        _reads.ListAsync(query, cancellationToken);

    public ValueTask<StoredMessage?> ReadAsync(MessageId id, CancellationToken cancellationToken) => _reads.ReadAsync(id, cancellationToken);

    public ValueTask<ImmutableArray<JournalEntry>> ReadJournalAsync(MessageId id, CancellationToken cancellationToken) =>
        _reads.ReadJournalAsync(id, cancellationToken);

    public ValueTask<ImmutableArray<MessageId>> FindAsync(JournalQuery query, CancellationToken cancellationToken) =>
        _reads.FindAsync(query, cancellationToken);

    public ValueTask<StoreCounts> CountAsync(CancellationToken cancellationToken) => _reads.CountAsync(cancellationToken);

    public async ValueTask<WriteOutcome> PutHintAsync(string key, byte[]? value, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return await _writer.WriteAsync(new HintRequest(key, value));
    }

    public async ValueTask<WriteOutcome> ChangeHintAsync(string key, Func<byte[]?, byte[]?> change, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return await _hints.WriteAsync(new ChangeHintRequest(key, change));
    }

    public ValueTask<byte[]?> GetHintAsync(string key, CancellationToken cancellationToken) => _reads.GetHintAsync(key, cancellationToken);

    public ValueTask<ImmutableArray<Hint>> ListHintsAsync(string after, int limit, CancellationToken cancellationToken) =>
        _reads.ListHintsAsync(after, limit, cancellationToken);

    /// <remarks>Partitions that are over as a whole are dropped besides: the limit bounds what is deleted row by row.</remarks>
    public async ValueTask<int> PurgeAsync(DateTimeOffset endedBefore, int limit, CancellationToken cancellationToken)
    {
        try
        {
            var ended = StoredTime.Of(endedBefore);
            var dropped = limit > 0 ? await _partitions.DropEndedAsync(endedBefore, ended, cancellationToken) : 0;
            await using var connection = await _database.Work.OpenConnectionAsync(cancellationToken);
            await using var batch = new NpgsqlBatch(connection)
            {
                BatchCommands = { Statements.Of("purge").Value(ended).Value(limit).Value((limit * 10L) + 1000) },
                Timeout = 30,
            };
            return dropped + (int)(long)(await batch.ExecuteScalarAsync(cancellationToken))!;
        }
        catch (NpgsqlException failure)
        {
            Log.UpkeepFailed(_logger, failure.Message);
            return 0;
        }
    }

    /// <summary>Commits what waits, as far as the database is there, and closes every session.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _ticks.DisposeAsync();
        WorkListener? listener;
        lock (_gate)
        {
            listener = _listener;
        }

        if (listener is not null)
        {
            await listener.DisposeAsync();
        }

        await Task.WhenAll(_writer.DisposeAsync().AsTask(), _largeWriter.DisposeAsync().AsTask(), _hints.DisposeAsync().AsTask());
        await _upkeep;
        _bodies.Dispose();
        await _database.DisposeAsync();
    }

    private static async Task<int> PrepareAsync(PostgresDatabase database, bool migrate, CancellationToken cancellationToken)
    {
        await using var connection = await database.Work.OpenConnectionAsync(cancellationToken);
        return await PostgresSchema.OfThisProgram.OpenAsync(connection, migrate, cancellationToken);
    }

    private MessageWriter WriterFor(bool hasChunks) => hasChunks ? _largeWriter : _writer;

    /// <summary>Reads what was just claimed, without a token: a claim must be handed over.</summary>
    /// <remarks>A damaged message stays claimed, so that it does not come up again and again, and does not hold up the others.</remarks>
    private async Task<ImmutableArray<StoredMessage>> ReadClaimedAsync(Ownership owner, Claimed claimed)
    {
        if (claimed.Ids.Count == 0)
        {
            return [];
        }

        try
        {
            return await _reads.ReadAllAsync(claimed.Ids, CancellationToken.None);
        }
        catch (IOException e)
        {
            // Claimed and not to be had: they go back with the doubtful claims.
            Log.ClaimFailed(_logger, e.Message);
            _claims.HandBack(owner, claimed.Number);
            return [];
        }
    }

    private void Tick()
    {
        _writer.Tick();
        _largeWriter.Tick();
        _hints.Tick();
        if (_options.Migrate && _upkeep.IsCompleted && _disposed == 0)
        {
            _upkeep = UpkeepAsync();
        }
    }

    private async Task UpkeepAsync()
    {
        try
        {
            await _partitions.EnsureAsync(CancellationToken.None);
        }
        catch (NpgsqlException failure)
        {
            Log.UpkeepFailed(_logger, failure.Message);
        }
    }
}
