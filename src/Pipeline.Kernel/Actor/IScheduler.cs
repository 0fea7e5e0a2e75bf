namespace Pipeline.Kernel.Actor;

/// <summary>Tells messages later. Runs on the system's <see cref="TimeProvider"/>.</summary>
public interface IScheduler
{
    ICancelable ScheduleTellOnceCancelable(TimeSpan delay, ICanTell receiver, object message, IActorRef? sender);

    /// <summary>Messages come at <paramref name="initialDelay"/> + n x <paramref name="interval"/>.</summary>
    ICancelable ScheduleTellRepeatedlyCancelable(
        TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef? sender);
}

public interface ICancelable
{
    bool IsCancellationRequested { get; }

    void Cancel();
}
