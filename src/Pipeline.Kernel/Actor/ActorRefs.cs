namespace Pipeline.Kernel.Actor;

public static class ActorRefs
{
    public static readonly IActorRef Nobody = Actor.Nobody.Instance;

    /// <summary>No sender: the receiver sees the system's dead letters as <c>Sender</c>.</summary>
    public static readonly IActorRef? NoSender;
}
