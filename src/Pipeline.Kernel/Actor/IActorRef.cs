namespace Pipeline.Kernel.Actor;

/// <summary>Something a message can be told to.</summary>
public interface ICanTell
{
    /// <summary>Queues <paramref name="message"/>; never blocks and never fails because of the receiver's state.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="message"/> is null.</exception>
    void Tell(object message, IActorRef? sender);
}

/// <summary>The address of one incarnation of an actor. Equal when path and uid are equal.</summary>
public interface IActorRef : ICanTell, IEquatable<IActorRef>
{
    ActorPath Path { get; }
}
