using Microsoft.Extensions.Logging;
using Pipeline.Storage.Sqlite.Database;
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
    private readonly Queue<WriteRequest> _waiting = new();
    private readonly Thread _thread;
    private WriteSession? _session;
    private bool _stopping;
    private bool _failing;
    private bool _checkpointWanted;

    /// <param name="session">The first session; later ones come from <paramref name="open"/>, which may throw <see cref="SqliteFailure"/>.</param>
    public GroupWriter(WriteSession session, Func<WriteSession> open, SqliteStoreOptions options, ILogger logger)
    {
        _session = session;
        _open = open;
        _options = options;
        _logger = logger;
        _thread = new Thread(Run) { IsBackground = true, Name = "spool writer" };
    }

    /// <summary>Called on the writer's thread after a commit with the number of pages it wrote.</summary>
    public Action<int> PagesWritten { get; set; } = static _ => { };

    /// <summary>Writes that are not yet taken up.</summary>
    public int Waiting
    {
        get
        {
            lock (_waiting)
            {
                return _waiting.Count;
            }
        }
    }

    public void Start() => _thread.Start();

    /// <summary>Queues a write. It always comes to an end; when the queue is full or the writer stops, at once.</summary>
    public void Submit(WriteRequest request)
    {
        request.WaitingSince = _options.TimeProvider.GetTimestamp();
        bool queued;
        lock (_waiting)
        {
            queued = !_stopping && _waiting.Count < _options.WaitingWritesLimit;
            if (queued)
            {
                _waiting.Enqueue(request);
                Monitor.Pulse(_waiting);
            }
        }

        if (!queued)
        {
            request.Refuse(null);
        }
    }

    /// <summary>Asks for a checkpoint between two groups, when no write is in its way.</summary>
    public void RequestCheckpoint()
    {
        lock (_waiting)
        {
            _checkpointWanted = true;
            Monitor.Pulse(_waiting);
        }
    }

    /// <summary>Refuses writes that have waited too long for their turn: the disk hangs.</summary>
    public void ExpireWaiting()
    {
        List<WriteRequest>? expired = null;
        lock (_waiting)
        {
            while (_waiting.TryPeek(out var oldest) && _options.TimeProvider.GetElapsedTime(oldest.WaitingSince) > _options.WriteTimeout)
            {
                (expired ??= []).Add(_waiting.Dequeue());
            }
        }

        if (expired is not null)
        {
            Log.WritesExpired(_logger, expired.Count);
            expired.ForEach(static r => r.Refuse(null));
        }
    }

    /// <summary>Commits what waits and stops.</summary>
    public void Dispose()
    {
        lock (_waiting)
        {
            if (_stopping)
            {
                return;
            }

            _stopping = true;
            Monitor.Pulse(_waiting);
        }

        _thread.Join();
        _session?.Dispose();
    }

    private void Run()
    {
        var group = new List<WriteRequest>(_options.GroupLimit);
        while (Take(group, out var checkpoint))
        {
            if (group.Count > 0)
            {
                Commit(group);
                group.Clear();
            }

            if (checkpoint)
            {
                Checkpoint();
            }
        }
    }

    private bool Take(List<WriteRequest> group, out bool checkpoint)
    {
        lock (_waiting)
        {
            while (_waiting.Count == 0 && !_stopping && !_checkpointWanted)
            {
                Monitor.Wait(_waiting);
            }

            checkpoint = _checkpointWanted;
            _checkpointWanted = false;
            var octets = 0L;
            while (group.Count < _options.GroupLimit && _waiting.TryPeek(out var next)
                && (group.Count == 0 || octets + next.Size <= _options.GroupBytesLimit))
            {
                octets += next.Size;
                group.Add(_waiting.Dequeue());
            }

            return group.Count > 0 || checkpoint || !_stopping;
        }
    }

    private void Commit(List<WriteRequest> group)
    {
        var failure = TryCommit(group);
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
    private Exception? TryCommit(List<WriteRequest> group)
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
