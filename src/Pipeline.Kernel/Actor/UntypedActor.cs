using System.Diagnostics.CodeAnalysis;

namespace Pipeline.Kernel.Actor;

/// <summary>An actor with one method for all messages; what it does not know it passes to <c>Unhandled</c>.</summary>
[SuppressMessage("Performance", "CA1822:Mark members as static", Justification = "Instance members, as in Akka.NET: actors may name them with this.")]
public abstract class UntypedActor : ActorBase
{
    protected sealed override bool Receive(object message)
    {
        OnReceive(message);
        return true;
    }

    protected abstract void OnReceive(object message);

    protected void Become(UntypedReceive receive) => Context.Become(Handled(receive));

    protected void BecomeStacked(UntypedReceive receive) => Context.BecomeStacked(Handled(receive));

    private static Receive Handled(UntypedReceive receive) => message =>
    {
        receive(message);
        return true;
    };
}

public delegate void UntypedReceive(object message);
