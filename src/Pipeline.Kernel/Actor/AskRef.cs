using Pipeline.Kernel.Dispatch;

namespace Pipeline.Kernel.Actor;

/// <summary>The sender of a question: takes the first answer, of the right type, within its time. Known to nobody but who was asked.</summary>
internal sealed class AskRef<T> : InternalActorRef
{
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ICanTell _asked;
    private readonly TimeSpan _timeout;
    private ActorPath? _path;
    private ITimer? _timer;
    private CancellationTokenRegistration _cancellation;

    public AskRef(ActorSystem system, ICanTell asked, TimeSpan timeout)
    {
        System = system;
        _asked = asked;
        _timeout = timeout;
    }

    public override ActorSystem System { get; }

    public override ActorPath Path => Volatile.Read(ref _path) ?? NewPath();

    public override bool IsTerminated => _answer.Task.IsCompleted;

    public Task<T> Answer => _answer.Task;

    public void Arm(CancellationToken cancellationToken)
    {
        _timer = System.Time.CreateTimer(static ask => ((AskRef<T>)ask!).Expire(), this, _timeout, Timeout.InfiniteTimeSpan);
        if (cancellationToken.CanBeCanceled)
        {
            _cancellation = cancellationToken.UnsafeRegister(
                static (ask, token) => ((AskRef<T>)ask!).Cancel(token), this);
        }

        // The clock or the token may have been faster than the assignments above.
        if (_answer.Task.IsCompleted)
        {
            Disarm();
        }
    }

    public override void Tell(object message, IActorRef? sender)
    {
        ArgumentNullException.ThrowIfNull(message);
        bool first = message switch
        {
            Status.Failure failure => _answer.TrySetException(failure.Cause),
            T answer => _answer.TrySetResult(answer),
            _ => Mismatch(message, sender),
        };
        if (first)
        {
            Disarm();
        }
        else if (!_answer.Task.IsCanceled)
        {
            System.DeadLetterOffice.Refuse(message, sender, this);
        }
    }

    public override void SendSystem(SystemMessage message) => message.Undeliverable();

    private bool Mismatch(object message, IActorRef? sender)
    {
        bool first = _answer.TrySetException(new ArgumentException(
            $"Received message of type [{message.GetType()}] - Ask expected message of type [{typeof(T)}]"));
        if (first)
        {
            System.DeadLetterOffice.Refuse(message, sender, this);
        }

        return first;
    }

    private void Expire()
    {
        if (_answer.TrySetException(new AskTimeoutException($"No answer from [{_asked}] within {_timeout}.")))
        {
            Disarm();
        }
    }

    private void Cancel(CancellationToken token)
    {
        if (_answer.TrySetCanceled(token))
        {
            Disarm();
        }
    }

    private void Disarm()
    {
        _timer?.Dispose();
        _cancellation.Unregister();
    }

    private ActorPath NewPath()
    {
        long uid = System.NextUid();
        ActorPath path = System.TempPath.Child($"${uid}", uid);
        return Interlocked.CompareExchange(ref _path, path, null) ?? path;
    }
}
