namespace Pipeline.Kernel.Actor;

/// <summary>
/// Timers of one actor instance, by key; they tell the actor itself. Starting or cancelling a key guarantees that no message of its old
/// timer arrives any more, even when it was queued already. A restart or stop cancels all.
/// </summary>
public interface ITimerScheduler
{
    void StartSingleTimer(object key, object msg, TimeSpan timeout);

    void StartPeriodicTimer(object key, object msg, TimeSpan interval);

    void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval);

    bool IsTimerActive(object key);

    void Cancel(object key);

    void CancelAll();
}

public interface IWithTimers
{
    ITimerScheduler Timers { get; set; }
}
