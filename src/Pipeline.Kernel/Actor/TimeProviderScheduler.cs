namespace Pipeline.Kernel.Actor;

internal sealed class TimeProviderScheduler(TimeProvider time) : IScheduler
{
    public ICancelable ScheduleTellOnceCancelable(TimeSpan delay, ICanTell receiver, object message, IActorRef? sender)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        return new ScheduledTell(time, delay, Timeout.InfiniteTimeSpan, receiver, message, sender);
    }

    public ICancelable ScheduleTellRepeatedlyCancelable(
        TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef? sender)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(initialDelay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(interval, TimeSpan.Zero);
        return new ScheduledTell(time, initialDelay, interval, receiver, message, sender);
    }

    private sealed class ScheduledTell : ICancelable
    {
        private readonly ICanTell _receiver;
        private readonly object _message;
        private readonly IActorRef? _sender;
        private readonly ITimer _timer;
        private volatile bool _cancelled;

        public ScheduledTell(TimeProvider time, TimeSpan delay, TimeSpan period, ICanTell receiver, object message, IActorRef? sender)
        {
            ArgumentNullException.ThrowIfNull(receiver);
            ArgumentNullException.ThrowIfNull(message);
            _receiver = receiver;
            _message = message;
            _sender = sender;
            _timer = time.CreateTimer(static tell => ((ScheduledTell)tell!).Fire(), this, delay, period);
        }

        public bool IsCancellationRequested => _cancelled;

        public void Cancel()
        {
            _cancelled = true;
            _timer.Dispose();
        }

        private void Fire()
        {
            if (!_cancelled)
            {
                _receiver.Tell(_message, _sender);
            }
        }
    }
}
