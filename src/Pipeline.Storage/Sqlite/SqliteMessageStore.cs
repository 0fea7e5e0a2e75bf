using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Bodies;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Sqlite.Database;
using Pipeline.Storage.Sqlite.Reading;
using Pipeline.Storage.Sqlite.Writing;
using Pipeline.Storage.State;
using Pipeline.Storage.Writing;

namespace Pipeline.Storage.Sqlite;

/// <summary>The spool of a node that is alone: one SQLite database and a folder of large bodies. See docs/adr/0005.</summary>
/// <remarks>
/// An accepted message is claimed by its owner with the acceptance, since the node that accepts begins to deliver at once; the same holds for
/// notifications. <see cref="RecoverAsync"/> gives back what a node that is gone held.
/// Any number of threads may call. A token ends the wait for a turn to prepare a write, never a write that the writer has.
/// </remarks>
public sealed class SqliteMessageStore : IMessageStore
{
    private const int TakeOverPageSize = 200;
    private const int PurgePageSize = 100;
    private static readonly TimeSpan TickInterval = TimeSpan.FromSeconds(1);

    private readonly SqliteStoreOptions _options;
    private readonly ILogger _logger;
    private readonly IDisposable _lock;
    private readonly BodyFiles _bodies;
    private readonly GroupWriter _writer;
    private readonly Checkpointer _checkpointer;
    private readonly StoreReads _reads;
    private readonly ITimer _ticks;
    private int _disposed;

    private SqliteMessageStore(SqliteStoreOptions options, StoreDirectory directory, IDisposable held, WriteSession session, long epoch, ILogger logger)
    {
        _options = options;
        _logger = logger;
        _lock = held;
        Epoch = epoch;
        _bodies = new BodyFiles(options.Files, directory.Bodies, epoch, logger);
        _reads = new StoreReads(new ReadPool(directory.Database, directory.Bodies, options.ReadConnections));
        _writer = new GroupWriter(session, () => WriteSession.Open(directory.Database, options), options, logger);
        _checkpointer = new Checkpointer(directory.Database, _writer, options, logger);
        _writer.PagesWritten = _checkpointer.PagesWritten;
        _writer.Start();
        _ticks = options.TimeProvider.CreateTimer(static s => ((SqliteMessageStore)s!).Tick(), this, TickInterval, TickInterval);
    }

    /// <summary>Raised for what this process releases: there is no other.</summary>
    public event Action<QueueStage> WorkAvailable = static _ => { };

    /// <summary>The number of this life of the store, one higher at each opening: the epoch of the node that owns it.</summary>
    public long Epoch { get; }

    /// <summary>Writes that wait for their turn now: how far the disk is behind.</summary>
    public int WaitingWrites => _writer.Waiting;

    /// <summary>Opens the spool for the one node that writes to it; makes or migrates it first when it must.</summary>
    /// <exception cref="StoreInUseException">Another process has it open for writing.</exception>
    /// <exception cref="IOException">It cannot be opened, is damaged, or is of a newer version.</exception>
    public static Task<SqliteMessageStore> OpenAsync(SqliteStoreOptions options, ILogger logger, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(() => Open(options, logger), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Opens the spool for reading beside the node that owns it. Writes are answered as unavailable.</summary>
    /// <exception cref="IOException">There is no spool, or it is of another version.</exception>
    public static async Task<IMessageStore> OpenReadOnlyAsync(SqliteStoreOptions options, CancellationToken cancellationToken)
    {
        var directory = new StoreDirectory(options.Directory);
        if (!File.Exists(directory.Database))
        {
            throw new FileNotFoundException($"there is no spool in {options.Directory}", directory.Database);
        }

        var reads = new StoreReads(new ReadPool(directory.Database, directory.Bodies, options.ReadConnections));
        try
        {
            await reads.NextDueAsync(ClaimScope.Any, cancellationToken);
            return new ReadOnlySqliteStore(reads);
        }
        catch
        {
            reads.Dispose();
            throw;
        }
    }

    public IBodyWriter CreateBody(MessageId id) => new SpooledBody(_bodies, id, _options.InlineBodyLimitBytes);

    public async ValueTask<WriteOutcome> AcceptAsync(NewMessage message, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        AcceptPart part;
        try
        {
            part = await AcceptPart.PrepareAsync(message);
        }
        catch (IOException e)
        {
            Log.BodyNotDurable(_logger, e);
            return WriteOutcome.Unavailable;
        }

        var outcome = await WriteAsync(new AcceptRequest(part));
        if (message.Release && outcome == WriteOutcome.Durable)
        {
            WorkAvailable(QueueStage.ToRoute);
        }

        return outcome;
    }

    public async ValueTask<WriteOutcome> RecordAsync(MessageId id, ImmutableArray<JournalEntry> entries, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Contract.RequireEntries(entries);
        return entries.IsEmpty ? WriteOutcome.Durable : await WriteAsync(new RecordRequest(id, entries));
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
                notifications.Add(await AcceptPart.PrepareAsync(notification));
            }
        }
        catch (Exception e)
        {
            notifications.ForEach(static n => n.Refused());
            if (e is not IOException)
            {
                throw;
            }

            Log.BodyNotDurable(_logger, e);
            return WriteOutcome.Unavailable;
        }

        var request = new UpdateRequest(update, notifications, _bodies, _options.TimeProvider.GetUtcNow());
        var outcome = await WriteAsync(request);
        if (request.Claimable is { } stage)
        {
            WorkAvailable(stage);
        }

        if (outcome == WriteOutcome.Durable && update.Notifications.Any(static n => n.Release))
        {
            WorkAvailable(QueueStage.ToRoute);
        }

        return outcome;
    }

    public async ValueTask<ImmutableArray<StoredMessage>> ClaimDueAsync(
        Ownership owner, DateTimeOffset now, int limit, ClaimScope scope, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Contract.RequireOwner(owner);
        var claimed = await WriteAsync(new ClaimDueRequest(owner, now, limit, scope));
        var messages = ImmutableArray.CreateBuilder<StoredMessage>(claimed.Length);
        foreach (var id in claimed)
        {
            if (await ReadClaimedAsync(id) is { } message)
            {
                messages.Add(message);
            }
        }

        return messages.DrainToImmutable();
    }

    public async ValueTask<StoredMessage?> ClaimAsync(Ownership owner, MessageId id, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Contract.RequireOwner(owner);
        return await WriteAsync(new ClaimRequest(owner, id)) ? await ReadClaimedAsync(id) : null;
    }

    public async ValueTask<int?> RunQueueAsync(string queue, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var due = await WriteAsync(new RunQueueRequest(queue));
        if (due > 0)
        {
            WorkAvailable(QueueStage.ToRoute);
            WorkAvailable(QueueStage.ToDeliver);
        }

        return due;
    }

    public ValueTask<DateTimeOffset?> NextDueAsync(ClaimScope scope, CancellationToken cancellationToken) =>
        _reads.NextDueAsync(scope, cancellationToken);

    /// <summary>Releases everything that is not held by this owner in this epoch: on one node, whoever else held it is gone.</summary>
    /// <exception cref="IOException">The store cannot be read or written.</exception>
    public async ValueTask<RecoveryReport> RecoverAsync(Ownership owner, CancellationToken cancellationToken)
    {
        Contract.RequireOwner(owner);
        var (messages, open) = (0, 0);
        for (var after = ""; after is not null;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var page = await WriteAsync(new TakeOverRequest(owner, after, TakeOverPageSize, _options.TimeProvider.GetUtcNow(), _logger))
                ?? throw new IOException("the spool cannot be written");
            (messages, open, after) = (messages + page.Messages, open + page.OpenAttempts, page.Last);
        }

        var referenced = await _reads.BodyFilesAsync(cancellationToken);
        var report = new RecoveryReport(messages, open, _bodies.Sweep(referenced));
        Log.Recovered(_logger, report.Messages, report.OpenAttempts, report.OrphanFiles);
        return report;
    }

    public ValueTask<ImmutableArray<QueuedMessage>> ListAsync(QueueQuery query, CancellationToken cancellationToken) =>
        _reads.ListAsync(query, cancellationToken);

    public ValueTask<StoredMessage?> ReadAsync(MessageId id, CancellationToken cancellationToken) => _reads.ReadAsync(id, cancellationToken);

    public ValueTask<ImmutableArray<JournalEntry>> ReadJournalAsync(MessageId id, CancellationToken cancellationToken) =>
        _reads.ReadJournalAsync(id, cancellationToken);

    public ValueTask<ImmutableArray<MessageId>> FindAsync(JournalQuery query, CancellationToken cancellationToken) =>
        _reads.FindAsync(query, cancellationToken);

    public ValueTask<StoreCounts> CountAsync(CancellationToken cancellationToken) => _reads.CountAsync(cancellationToken);

    public ValueTask<WriteOutcome> PutHintAsync(string key, byte[]? value, CancellationToken cancellationToken) =>
        ChangeHintAsync(key, _ => value, cancellationToken);

    public async ValueTask<WriteOutcome> ChangeHintAsync(string key, Func<byte[]?, byte[]?> change, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return await WriteAsync(new HintRequest(key, change));
    }

    public ValueTask<byte[]?> GetHintAsync(string key, CancellationToken cancellationToken) => _reads.GetHintAsync(key, cancellationToken);

    public ValueTask<ImmutableArray<Hint>> ListHintsAsync(string after, int limit, CancellationToken cancellationToken) =>
        _reads.ListHintsAsync(after, limit, cancellationToken);

    public async ValueTask<int> PurgeAsync(DateTimeOffset endedBefore, int limit, CancellationToken cancellationToken)
    {
        var purged = 0;
        for (var more = true; more && purged < limit;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var page = Math.Min(limit - purged, PurgePageSize);
            var deleted = await WriteAsync(new PurgeRequest(endedBefore, page));
            purged += deleted;
            more = deleted == page;
        }

        return purged;
    }

    /// <summary>Commits what waits, brings the log into the database and releases the folder.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _ticks.DisposeAsync();
        await Task.Factory.StartNew(Close, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private static SqliteMessageStore Open(SqliteStoreOptions options, ILogger logger)
    {
        var directory = new StoreDirectory(options.Directory);
        directory.Create();
        var held = directory.Lock();
        WriteSession? session = null;
        try
        {
            session = WriteSession.Open(directory.Database, options);
            var epoch = session.NextEpoch();
            var store = new SqliteMessageStore(options, directory, held, session, epoch, logger);
            Log.Opened(logger, options.Directory, Schema.Version, epoch);
            return store;
        }
        catch (Exception e)
        {
            session?.Dispose();
            held.Dispose();
            if (e is SqliteFailure or InvalidDataException)
            {
                throw new IOException($"the spool {options.Directory} cannot be opened: {e.Message}", e);
            }

            throw;
        }
    }

    private Task<T> WriteAsync<T>(WriteRequest<WriteSession, T> request)
    {
        _writer.Submit(request);
        return request.Done;
    }

    /// <summary>Reads what was just claimed, without a token: a claim must be handed over.</summary>
    /// <remarks>A damaged message stays claimed, so that it does not come up again and again, and does not hold up the others.</remarks>
    private async ValueTask<StoredMessage?> ReadClaimedAsync(MessageId id)
    {
        try
        {
            return await _reads.ReadAsync(id, CancellationToken.None);
        }
        catch (IOException e)
        {
            Log.MessageUnreadable(_logger, id.ToString(), e);
            return null;
        }
    }

    private void Tick()
    {
        _writer.ExpireWaiting();
        _checkpointer.Tick();
    }

    private void Close()
    {
        _writer.Dispose();
        _checkpointer.Dispose();
        _bodies.Dispose();
        _reads.Dispose();
        _lock.Dispose();
    }
}
