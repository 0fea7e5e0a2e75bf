using Microsoft.Extensions.Logging;
using Pipeline.Storage.Sqlite.Database;
using Pipeline.Storage.Writing;
using SQLitePCL;

namespace Pipeline.Storage.Sqlite.Writing;

/// <summary>The one writer: a thread that takes all writes that came while it flushed, and commits them together.</summary>
/// <remarks>
/// No write is delayed to make a group larger. When a group fails, its writes are tried one by one, so that in a full database those that
/// make room still succeed. After a failure other than a full database the connection is opened anew.
/// </remarks>
internal sealed class GroupWriter : IDisposable
{
    private readonly Func<WriteSession> _open;
    private readonly SqliteStoreOptions _options;
    private readonly ILogger _logger;
    private readonly WaitingWrites<WriteSession> _waiting;
    private readonly AutoResetEvent _work = new(false);
    private readonly Thread _thread;
    private WriteSession? _session;
    private volatile bool _stopping;
    private bool _failing;
    private int _checkpointWanted;

    /// <param name="session">The first session; later ones come from <paramref name="open"/>, which may throw <see cref="SqliteFailure"/>.</param>
    public GroupWriter(WriteSession session, Func<WriteSession> open, SqliteStoreOptions options, ILogger logger)
    {
        _session = session;
        _open = open;
        _options = options;
        _logger = logger;
        _waiting = new WaitingWrites<WriteSession>(
            new WriteLimits(options.GroupLimit, options.GroupBytesLimit, options.WaitingWritesLimit, options.WriteTimeout),
            options.TimeProvider,
            () => _work.Set());
        _thread = new Thread(Run) { IsBackground = true, Name = "spool writer" };
    }

    /// <summary>Called on the writer's thread after a commit with the number of pages it wrote.</summary>
    public Action<int> PagesWritten { get; set; } = static _ => { };

    /// <summary>Writes that are not yet taken up.</summary>
    public int Waiting => _waiting.Count;

    public void Start() => _thread.Start();

    /// <summary>Queues a write. It always comes to an end; when the queue is full or the writer stops, at once.</summary>
    public void Submit(WriteRequest<WriteSession> request) => _waiting.Submit(request);

    /// <summary>Asks for a checkpoint between two groups, when no write is in its way.</summary>
    public void RequestCheckpoint()
    {
        Volatile.Write(ref _checkpointWanted, 1);
        _work.Set();
    }

    /// <summary>Refuses writes that have waited too long for their turn: the disk hangs.</summary>
    public void ExpireWaiting()
    {
        if (_waiting.Expire() is > 0 and var expired)
        {
            Log.WritesExpired(_logger, expired);
        }
    }

    /// <summary>Commits what waits and stops.</summary>
    public void Dispose()
    {
        if (_stopping)
        {
            return;
        }

        // In this order: once the thread has seen the end, nothing can come in any more. The event stays, since a checkpoint may still ask.
        _waiting.Close();
        _stopping = true;
        _work.Set();
        _thread.Join();
        _session?.Dispose();
    }

    private void Run()
    {
        var group = new List<WriteRequest<WriteSession>>(_options.GroupLimit);
        while (Take(group))
        {
            Commit(group);
            group.Clear();
            if (Interlocked.Exchange(ref _checkpointWanted, 0) != 0)
            {
                Checkpoint();
            }
        }
    }

    /// <summary>Waits for work; false when the writer stops and nothing is left.</summary>
    private bool Take(List<WriteRequest<WriteSession>> group)
    {
        while (true)
        {
            // Read before the queue: what comes in after it was closed is refused, so nothing is left behind.
            var stopping = _stopping;
            _waiting.Take(group);
            if (group.Count > 0 || Volatile.Read(ref _checkpointWanted) != 0)
            {
                return true;
            }

            if (stopping)
            {
                return false;
            }

            _work.WaitOne();
        }
    }

    private void Commit(List<WriteRequest<WriteSession>> group)
    {
        var failure = group.Count == 0 ? null : TryCommit(group);
        if (failure is null)
        {
            return;
        }

        // A failed disk fails again for each write; a full one has room for those that delete, and a wrong write must not stop the others.
        if (group.Count > 1 && failure is not SqliteFailure { IsFull: false })
        {
            foreach (var request in group)
            {
                if (TryCommit([request]) is { } cause)
                {
                    request.Refuse(cause is SqliteFailure ? null : cause);
                }
            }

            return;
        }

        foreach (var request in group)
        {
            request.Refuse(failure is SqliteFailure ? null : failure);
        }
    }

    /// <summary>Commits and answers the group, or writes nothing of it and says why.</summary>
    private Exception? TryCommit(List<WriteRequest<WriteSession>> group)
    {
        try
        {
            _session ??= _open();
            _session.Begin();
            foreach (var request in group)
            {
                request.Apply(_session);
            }

            _session.Commit();
        }
        catch (SqliteFailure failure)
        {
            if (!_failing)
            {
                Log.WriteFailed(_logger, failure.Message, failure.Code);
            }

            _failing = true;
            Abandon(keepSession: failure.IsFull || failure.IsBusy);
            return failure;
        }
        catch (Exception bug)
        {
            if (group.Count == 1)
            {
                Log.WriteWrong(_logger, bug);
            }

            Abandon(keepSession: true);
            return bug;
        }

        if (_failing)
        {
            Log.WritesAgain(_logger);
            _failing = false;
        }

        PagesWritten(_session.TakeWrittenPages());
        foreach (var request in group)
        {
            request.Committed();
        }

        return null;
    }

    private void Abandon(bool keepSession)
    {
        if (_session is null)
        {
            return;
        }

        if (keepSession && _session.TryRollBack())
        {
            return;
        }

        _session.Dispose();
        _session = null;
    }

    private void Checkpoint()
    {
        try
        {
            _session?.Checkpoint(raw.SQLITE_CHECKPOINT_PASSIVE);
        }
        catch (SqliteFailure failure)
        {
            Log.CheckpointFailed(_logger, failure.Message, failure.Code);
        }
    }
}
