using Microsoft.Extensions.Logging;

namespace Pipeline.Kernel.Actor;

/// <summary>How a parent treats failures of its children.</summary>
public abstract class SupervisorStrategy
{
    /// <summary>Initialisation, kill and broken death pact stop the child; everything else restarts it.</summary>
    public static readonly IDecider DefaultDecider = Actor.Decider.From(
        Directive.Restart,
        Directive.Stop.When<ActorInitializationException>(),
        Directive.Stop.When<ActorKilledException>(),
        Directive.Stop.When<DeathPactException>());

    public static readonly SupervisorStrategy DefaultStrategy = new OneForOneStrategy(DefaultDecider);

    public static readonly SupervisorStrategy StoppingStrategy = new OneForOneStrategy(static _ => Directive.Stop);

    private protected SupervisorStrategy(IDecider decider)
    {
        ArgumentNullException.ThrowIfNull(decider);
        Decider = decider;
    }

    public IDecider Decider { get; }

    /// <summary>Decides and acts. False when the failure is escalated.</summary>
    internal bool HandleFailure(ActorCell parent, ChildStats child, Exception cause)
    {
        Directive directive = Decider.Decide(cause);
        ILogger log = parent.System.KernelLog;
        switch (directive)
        {
            case Directive.Resume:
                log.ChildResumed(cause, child.Ref.Path);
                child.Ref.SendSystem(new Dispatch.Resume(cause));
                return true;
            case Directive.Restart when MayRestart(child, parent.System.Time):
                log.ChildRestarted(cause, child.Ref.Path);
                child.Ref.SendSystem(new Dispatch.Recreate(cause));
                return true;
            case Directive.Restart:
            case Directive.Stop:
                log.ChildStopped(cause, child.Ref.Path);
                parent.Stop(child.Ref);
                return true;
            case Directive.Escalate:
                return false;
            default:
                throw new InvalidOperationException($"Unknown directive {directive}.");
        }
    }

    private protected abstract bool MayRestart(ChildStats child, TimeProvider time);
}
