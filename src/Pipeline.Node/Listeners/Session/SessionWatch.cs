using System.IO.Pipelines;

namespace Pipeline.Node.Listeners.Session;

/// <summary>
/// The deadlines of one session without a timer of its own: the session says what it waits for and until when, a heartbeat calls
/// <see cref="Tick"/>, and a wait that is over is ended by cancelling the pending read of the reader that is current at that time.
/// </summary>
/// <remarks>
/// Under TLS only the reader on the TLS stream may be cancelled, never that of the transport beneath: it would break the stream, and no
/// reply could be sent any more. Thread-safe: the session's flow calls <see cref="Begin"/> and <see cref="End"/>, others the rest.
/// </remarks>
internal sealed class SessionWatch(TimeProvider time, TimeSpan sessionTimeout, Action abort)
{
    private readonly Lock _gate = new();
    private readonly long _sessionDeadline = After(time, sessionTimeout);
    private SessionActivity _activity;
    private PipeReader? _reader;
    private long _deadline = long.MaxValue;
    private volatile bool _draining;
    private volatile bool _expired;

    /// <summary>The server wants to end: no further command is to be begun.</summary>
    public bool IsDraining => _draining;

    /// <summary>A deadline has passed. Stays so.</summary>
    public bool IsExpired => _expired;

    /// <summary>The timestamp that lies <paramref name="span"/> ahead.</summary>
    public long After(TimeSpan span) => After(time, span);

    /// <summary>Begins a wait.</summary>
    /// <param name="reader">What is read from; null when the session writes.</param>
    /// <param name="deadline">A timestamp of <see cref="After(TimeSpan)"/>.</param>
    public void Begin(SessionActivity activity, PipeReader? reader, long deadline)
    {
        lock (_gate)
        {
            _activity = activity;
            _reader = reader;

            // A message that is under way is not cut off because the session has grown old.
            _deadline = activity == SessionActivity.AwaitingCommand ? Math.Min(deadline, _sessionDeadline) : deadline;
        }
    }

    /// <summary>Ends the wait.</summary>
    public void End()
    {
        lock (_gate)
        {
            _activity = SessionActivity.Working;
            _reader = null;
            _deadline = long.MaxValue;
        }
    }

    /// <summary>Looks at the clock; called about once a second.</summary>
    public void Tick()
    {
        lock (_gate)
        {
            if (_activity == SessionActivity.Working || time.GetTimestamp() < _deadline)
            {
                return;
            }

            _deadline = long.MaxValue;
            _expired = true;
            if (_reader is { } reader)
            {
                reader.CancelPendingRead();
                return;
            }
        }

        // A client that takes no replies would not take a 421 either.
        abort();
    }

    /// <summary>Asks the session to end at the next command; wakes it when it waits for one, or only for the client to close.</summary>
    public void Drain()
    {
        lock (_gate)
        {
            _draining = true;
            if (_activity is SessionActivity.AwaitingCommand or SessionActivity.Lingering)
            {
                _reader?.CancelPendingRead();
            }
        }
    }

    private static long After(TimeProvider time, TimeSpan span) =>
        time.GetTimestamp() + (long)(span.TotalSeconds * time.TimestampFrequency);
}
