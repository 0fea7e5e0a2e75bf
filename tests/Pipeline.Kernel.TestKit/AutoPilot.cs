namespace Pipeline.Kernel.TestKit;

/// <summary>Answers for a probe, on the probe's own turn. <see cref="Run"/> returns who sees the next message.</summary>
public abstract class AutoPilot
{
    public static NoAutoPilot NoAutoPilot { get; } = new();

    public static KeepRunning KeepRunning { get; } = new();

    public abstract AutoPilot Run(IActorRef sender, object message);
}

public sealed class NoAutoPilot : AutoPilot
{
    public override AutoPilot Run(IActorRef sender, object message) => this;
}

/// <summary>Returned by a pilot that wants the next message too.</summary>
public sealed class KeepRunning : AutoPilot
{
    public override AutoPilot Run(IActorRef sender, object message) => this;
}

public sealed class DelegateAutoPilot(Func<IActorRef, object, AutoPilot> run) : AutoPilot
{
    public override AutoPilot Run(IActorRef sender, object message) => run(sender, message);
}
