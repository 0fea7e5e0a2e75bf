namespace Pipeline.Kernel.Actor;

internal sealed partial class ActorCell
{
    private ReceiveTimeoutState? _receiveTimeout;

    public TimeSpan? ReceiveTimeout => _receiveTimeout?.Duration;

    public void SetReceiveTimeout(TimeSpan? timeout)
    {
        if (timeout is not { } duration)
        {
            StopReceiveTimeout();
            return;
        }

        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(duration, TimeSpan.Zero, nameof(timeout));
        _receiveTimeout ??= new ReceiveTimeoutState(System.Time.CreateTimer(
            static self => ((LocalActorRef)self!).Tell(Actor.ReceiveTimeout.Instance, ActorRefs.NoSender),
            Self,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan));
        _receiveTimeout.Duration = duration;
        _receiveTimeout.Changed = true;
    }

    /// <summary>Idle time begins with the end of a message, unless the message says nothing about activity.</summary>
    private void RestartReceiveTimeout(object? message)
    {
        ReceiveTimeoutState state = _receiveTimeout!;
        if (state.Changed || message is not (null or INotInfluenceReceiveTimeout))
        {
            state.Changed = false;
            state.Timer.Change(state.Duration, Timeout.InfiniteTimeSpan);
        }
    }

    private void PauseReceiveTimeout()
    {
        if (_receiveTimeout is { } state)
        {
            state.Timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            state.Changed = true;
        }
    }

    private void StopReceiveTimeout()
    {
        _receiveTimeout?.Timer.Dispose();
        _receiveTimeout = null;
    }

    private sealed class ReceiveTimeoutState(ITimer timer)
    {
        public ITimer Timer { get; } = timer;

        public TimeSpan Duration { get; set; }

        /// <summary>The timer must be started at the end of this message whatever the message is.</summary>
        public bool Changed { get; set; }
    }
}
