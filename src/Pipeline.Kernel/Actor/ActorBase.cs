using System.Diagnostics.CodeAnalysis;
using Pipeline.Kernel.Event;

namespace Pipeline.Kernel.Actor;

/// <summary>
/// Base of all actors. One message is handled at a time; state needs no locks as long as it is touched on the actor's turn only.
/// </summary>
[SuppressMessage("Performance", "CA1822:Mark members as static", Justification = "Instance members, as in Akka.NET: actors may name them with this.")]
public abstract class ActorBase
{
    protected ActorBase()
    {
        ActorCell cell = ActorCell.Current is { } current && current.TryClaimConstruction()
            ? current
            : throw new ActorInitializationException(null, "Actors are created by ActorOf with Props, never with 'new'.");
        // Set before the derived constructor runs, which may choose another behaviour.
        cell.Become(InitialBehaviour());
        if (this is IWithTimers withTimers)
        {
            withTimers.Timers = cell.NewTimers();
        }
    }

    /// <summary>The context of the actor whose turn it is on this thread.</summary>
    /// <exception cref="NotSupportedException">No actor runs on this thread, for example after <c>ConfigureAwait(false)</c>.</exception>
    protected static IActorContext Context => ActorCell.Current
        ?? throw new NotSupportedException("There is no active actor context: the code runs outside of an actor's turn.");

    protected IActorRef Self => Context.Self;

    /// <summary>Who sent the message being handled; the dead letters when nobody did.</summary>
    protected IActorRef Sender => Context.Sender;

    /// <summary>Handles a message in the initial behaviour; false when it is not one of the actor's messages.</summary>
    protected abstract bool Receive(object message);

    protected void Become(Receive receive) => Context.Become(receive);

    protected void BecomeStacked(Receive receive) => Context.BecomeStacked(receive);

    protected void UnbecomeStacked() => Context.UnbecomeStacked();

    protected void SetReceiveTimeout(TimeSpan? timeout) => Context.SetReceiveTimeout(timeout);

    /// <summary>What happens to a message no behaviour wanted: an unhandled <see cref="Terminated"/> breaks the death pact, others become <see cref="UnhandledMessage"/>.</summary>
    protected virtual void Unhandled(object message)
    {
        if (message is Terminated terminated)
        {
            throw new DeathPactException(terminated.ActorRef);
        }

        Context.System.PublishUnhandled(message, Sender, Self);
    }

    protected virtual void PreStart()
    {
    }

    /// <summary>Last call on an instance that stops. Must be idempotent.</summary>
    protected virtual void PostStop()
    {
    }

    /// <summary>Last call on an instance that failed and is replaced: stops the children and calls <see cref="PostStop"/>.</summary>
    /// <param name="reason">Why the actor is restarted.</param>
    /// <param name="message">The message that was being handled, if the actor failed by its own message.</param>
    protected virtual void PreRestart(Exception reason, object? message)
    {
        foreach (IActorRef child in Context.GetChildren())
        {
            Context.Unwatch(child);
            Context.Stop(child);
        }

        PostStop();
    }

    /// <summary>First call on an instance made by a restart: calls <see cref="PreStart"/>.</summary>
    protected virtual void PostRestart(Exception reason) => PreStart();

    /// <summary>How this actor decides about failures of its children.</summary>
    protected virtual SupervisorStrategy SupervisorStrategy() => Actor.SupervisorStrategy.DefaultStrategy;

    /// <summary>Called from this class's constructor: only what field initialisers have set is there.</summary>
    private protected virtual Receive InitialBehaviour() => Receive;

    internal virtual void ConstructionCompleted()
    {
    }

    internal void InvokeUnhandled(object message) => Unhandled(message);

    internal void InvokePreStart() => PreStart();

    internal void InvokePostStop() => PostStop();

    internal void InvokePreRestart(Exception reason, object? message) => PreRestart(reason, message);

    internal void InvokePostRestart(Exception reason) => PostRestart(reason);

    internal SupervisorStrategy InvokeSupervisorStrategy() => SupervisorStrategy();
}
