using Pipeline.Kernel.Dispatch;

namespace Pipeline.Kernel.Actor;

/// <summary>The reference that stands for no actor at all: swallows everything.</summary>
internal sealed class Nobody : InternalActorRef
{
    public static readonly Nobody Instance = new();

    private Nobody()
    {
    }

    public override ActorPath Path { get; } = ActorPath.Root(new Address("akka", "all-systems")).Child("Nobody", 0);

    public override ActorSystem System => throw new NotSupportedException("Nobody belongs to no actor system.");

    public override void Tell(object message, IActorRef? sender) => ArgumentNullException.ThrowIfNull(message);

    public override void SendSystem(SystemMessage message)
    {
    }
}
