namespace Pipeline.Kernel.Actor;

/// <summary>Keeps messages an actor cannot handle yet.</summary>
public interface IStash
{
    int Count { get; }

    bool IsFull { get; }

    /// <summary>Keeps the message being handled, with its sender.</summary>
    /// <exception cref="IllegalActorStateException">This delivery is in the stash already.</exception>
    /// <exception cref="StashOverflowException">The stash is full.</exception>
    void Stash();

    /// <summary>Puts the oldest message back in front of the queue.</summary>
    void Unstash();

    /// <summary>Puts all messages back in front of the queue, in their original order.</summary>
    void UnstashAll();

    /// <summary>Forgets all messages.</summary>
    void ClearStash();
}

/// <summary>An actor with a stash of limited size (<see cref="ActorSystemSettings.StashCapacity"/>). The stash is there from <c>PreStart</c> on, not in the constructor.</summary>
public interface IWithStash
{
    IStash Stash { get; set; }
}

/// <summary>An actor with a stash without limit.</summary>
public interface IWithUnboundedStash : IWithStash;
