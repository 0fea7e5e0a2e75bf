using Pipeline.Kernel.Event;

namespace Pipeline.Kernel.Actor;

public static class ActorRefExtensions
{
    /// <summary>Tells with the running actor as sender, or with none outside of an actor's turn.</summary>
    public static void Tell(this IActorRef receiver, object message)
    {
        ArgumentNullException.ThrowIfNull(receiver);
        receiver.Tell(message, ActorCell.Current?.Self);
    }

    /// <summary>Passes a message on with the sender of the message being handled.</summary>
    public static void Forward(this IActorRef receiver, object message)
    {
        ArgumentNullException.ThrowIfNull(receiver);
        receiver.Tell(message, ActorCell.Current?.Sender);
    }

    /// <summary>True for null, <see cref="ActorRefs.Nobody"/> and the dead letters of a system.</summary>
    public static bool IsNobody(this IActorRef? actorRef) => actorRef is null or Nobody or DeadLetterRef;
}
