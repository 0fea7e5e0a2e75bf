namespace Pipeline.Kernel.Actor;

internal sealed class TimerScheduler(LocalActorRef self, IScheduler scheduler) : ITimerScheduler
{
    private readonly Dictionary<object, ActiveTimer> _timers = [];
    private int _generation;

    public void StartSingleTimer(object key, object msg, TimeSpan timeout)
    {
        TimerMessage message = Replace(key, msg);
        _timers[key] = new ActiveTimer(
            message.Generation, false, scheduler.ScheduleTellOnceCancelable(timeout, self, message, ActorRefs.NoSender));
    }

    public void StartPeriodicTimer(object key, object msg, TimeSpan interval) => StartPeriodicTimer(key, msg, interval, interval);

    public void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval)
    {
        TimerMessage message = Replace(key, msg);
        _timers[key] = new ActiveTimer(
            message.Generation,
            true,
            scheduler.ScheduleTellRepeatedlyCancelable(initialDelay, interval, self, message, ActorRefs.NoSender));
    }

    public bool IsTimerActive(object key) => _timers.ContainsKey(key);

    public void Cancel(object key)
    {
        if (_timers.Remove(key, out ActiveTimer timer))
        {
            timer.Task.Cancel();
        }
    }

    public void CancelAll()
    {
        foreach (ActiveTimer timer in _timers.Values)
        {
            timer.Task.Cancel();
        }

        _timers.Clear();
    }

    /// <summary>False for a message of a timer that was replaced or cancelled, or that belonged to an earlier instance.</summary>
    public bool TryAccept(TimerMessage message)
    {
        if (!ReferenceEquals(message.Owner, this)
            || !_timers.TryGetValue(message.Key, out ActiveTimer timer)
            || timer.Generation != message.Generation)
        {
            return false;
        }

        if (!timer.Repeats)
        {
            _timers.Remove(message.Key);
        }

        return true;
    }

    private TimerMessage Replace(object key, object msg)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(msg);
        Cancel(key);
        return new TimerMessage(this, key, ++_generation, msg);
    }

    private readonly record struct ActiveTimer(int Generation, bool Repeats, ICancelable Task);
}

/// <summary>A timer's message on its way, with what is needed to tell whether it is still wanted.</summary>
internal sealed record TimerMessage(TimerScheduler Owner, object Key, int Generation, object Message)
    : IAutoReceivedMessage, Event.IDeadLetterSuppression;
