namespace Pipeline.Connectors.Smtp;

/// <summary>
/// Keeps sessions for the next message to the same place, and bounds how many there are. Safe for many threads.
/// </summary>
/// <remarks>
/// A place in the pool is taken by <see cref="TakeAsync"/> and given back by <see cref="Return"/>, once each. With the place comes an idle
/// session, or none: then the taker opens one. Who must wait gets the next session to the same destination before anybody opens another.
/// </remarks>
internal sealed class SmtpConnectionPool : IAsyncDisposable
{
    private readonly SmtpPoolOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly ITimer _sweeper;
    private readonly Lock _gate = new();
    private readonly Dictionary<SmtpConnectionKey, Destination> _destinations = [];
    private readonly HashSet<Task> _closing = [];
    private int _places;
    private bool _disposed;

    public SmtpConnectionPool(SmtpPoolOptions options, TimeProvider timeProvider)
    {
        _options = options;
        _timeProvider = timeProvider;
        _sweeper = timeProvider.CreateTimer(static state => ((SmtpConnectionPool)state!).Sweep(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Connections, busy and idle.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _places;
            }
        }
    }

    /// <summary>Sessions that nobody uses.</summary>
    public int IdleCount
    {
        get
        {
            lock (_gate)
            {
                return _destinations.Values.Sum(destination => destination.Idle.Count);
            }
        }
    }

    /// <summary>Takes a place, waiting while there is none.</summary>
    /// <param name="fresh">Idle sessions are passed over: one was just found dead, and the others may be as well.</param>
    /// <returns>An idle session that is still alive as far as one can see, or null.</returns>
    /// <exception cref="OperationCanceledException">The wait was cancelled; no place was taken.</exception>
    public async ValueTask<SmtpSession?> TakeAsync(SmtpConnectionKey key, bool fresh, CancellationToken cancellationToken)
    {
        Waiter waiter;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var destination = Find(key);
            while (destination.Idle.Count > 0)
            {
                var session = destination.TakeNewest();
                if (!fresh && IsAlive(session))
                {
                    return session;
                }

                Discard(destination, session);
            }

            if (destination.Places < _options.MaximumPerDestination && (_places < _options.MaximumConnections || TryEvictIdle()))
            {
                destination.Places++;
                _places++;
                return null;
            }

            waiter = new Waiter();
            destination.Waiters.AddLast(waiter);
        }

        var given = await WaitAsync(key, waiter, cancellationToken);
        if (given is null || (!fresh && IsAlive(given)))
        {
            return given;
        }

        // Died while it changed hands. Its place is ours; only the session goes.
        Close(given);
        return null;
    }

    /// <summary>Gives a place back, with its session if that may serve again.</summary>
    /// <param name="session">Null: none came about.</param>
    /// <param name="keep">The session may serve again.</param>
    public void Return(SmtpConnectionKey key, SmtpSession? session, bool keep)
    {
        lock (_gate)
        {
            var destination = Find(key);
            if (session is { IsUsable: true } && keep && !_disposed && _options.IdleTimeout > TimeSpan.Zero)
            {
                if (TryHandOver(destination, session))
                {
                    return;
                }

                if (_places < _options.MaximumConnections || !AnyoneWaits())
                {
                    destination.Idle.Add(new IdleSession(session, _timeProvider.GetTimestamp()));
                    _sweeper.Change(_options.IdleTimeout, Timeout.InfiniteTimeSpan);
                    return;
                }
            }

            if (session is not null)
            {
                Close(session);
            }

            if (TryHandOver(destination, null))
            {
                return;
            }

            destination.Places--;
            _places--;
            Forget(key, destination);
            WakeElsewhere();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task[] closing;
        lock (_gate)
        {
            _disposed = true;
            foreach (var destination in _destinations.Values)
            {
                while (destination.Idle.Count > 0)
                {
                    Discard(destination, destination.TakeNewest());
                }
            }

            closing = [.. _closing];
        }

        await _sweeper.DisposeAsync();
        await Task.WhenAll(closing);
    }

    private static bool IsAlive(SmtpSession session) => session.IsUsable && !session.Connection.HasUnexpectedInput;

    private async ValueTask<SmtpSession?> WaitAsync(SmtpConnectionKey key, Waiter waiter, CancellationToken cancellationToken)
    {
        await using var registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((Waiter)state!).Given.TrySetCanceled(token), waiter);
        try
        {
            return await waiter.Given.Task;
        }
        catch (OperationCanceledException)
        {
            lock (_gate)
            {
                var destination = Find(key);
                destination.Waiters.Remove(waiter);
                Forget(key, destination);
            }

            throw;
        }
    }

    private Destination Find(SmtpConnectionKey key)
    {
        if (!_destinations.TryGetValue(key, out var destination))
        {
            destination = new Destination();
            _destinations.Add(key, destination);
        }

        return destination;
    }

    private void Forget(SmtpConnectionKey key, Destination destination)
    {
        if (destination.Places == 0 && destination.Waiters.Count == 0)
        {
            _destinations.Remove(key);
        }
    }

    private bool AnyoneWaits() => _destinations.Values.Any(destination => destination.Waiters.Count > 0);

    /// <summary>Gives place and session to who has waited longest for this destination.</summary>
    private static bool TryHandOver(Destination destination, SmtpSession? session)
    {
        while (destination.Waiters.First is { } first)
        {
            destination.Waiters.RemoveFirst();
            if (first.Value.Given.TrySetResult(session))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A place has become free: someone who waits for another destination may open a connection.</summary>
    private void WakeElsewhere()
    {
        foreach (var destination in _destinations.Values)
        {
            if (destination.Places < _options.MaximumPerDestination && TryHandOver(destination, null))
            {
                destination.Places++;
                _places++;
                return;
            }
        }
    }

    /// <summary>Makes room by closing the session that has been idle longest.</summary>
    private bool TryEvictIdle()
    {
        Destination? oldest = null;
        var since = long.MaxValue;
        foreach (var destination in _destinations.Values)
        {
            if (destination.Idle.Count > 0 && destination.Idle[0].Since < since)
            {
                oldest = destination;
                since = destination.Idle[0].Since;
            }
        }

        if (oldest is null)
        {
            return false;
        }

        Discard(oldest, oldest.TakeOldest());
        return true;
    }

    private void Sweep()
    {
        lock (_gate)
        {
            var next = TimeSpan.MaxValue;
            foreach (var (key, destination) in _destinations.ToArray())
            {
                while (destination.Idle.Count > 0)
                {
                    var left = _options.IdleTimeout - _timeProvider.GetElapsedTime(destination.Idle[0].Since);
                    if (left > TimeSpan.Zero)
                    {
                        next = left < next ? left : next;
                        break;
                    }

                    Discard(destination, destination.TakeOldest());
                }

                Forget(key, destination);
            }

            if (next < TimeSpan.MaxValue && !_disposed)
            {
                _sweeper.Change(next, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void Discard(Destination destination, SmtpSession session)
    {
        destination.Places--;
        _places--;
        Close(session);
    }

    /// <summary>Says good-bye in the background; how long that may take is bounded by the session.</summary>
    private void Close(SmtpSession session)
    {
        var closing = session.CloseAsync().AsTask();
        if (closing.IsCompleted)
        {
            return;
        }

        lock (_gate)
        {
            _closing.Add(closing);
        }

        closing.ContinueWith(
            done =>
            {
                lock (_gate)
                {
                    _closing.Remove(done);
                }
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    private sealed class Destination
    {
        /// <summary>Sessions in use or idle, and those being opened.</summary>
        public int Places { get; set; }

        /// <summary>By the time of their last use. The newest is taken first: so the others grow old and are closed.</summary>
        public List<IdleSession> Idle { get; } = [];

        public LinkedList<Waiter> Waiters { get; } = new();

        public SmtpSession TakeNewest() => Take(Idle.Count - 1);

        public SmtpSession TakeOldest() => Take(0);

        private SmtpSession Take(int index)
        {
            var session = Idle[index].Session;
            Idle.RemoveAt(index);
            return session;
        }
    }

    private readonly record struct IdleSession(SmtpSession Session, long Since);

    private sealed class Waiter
    {
        public TaskCompletionSource<SmtpSession?> Given { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
