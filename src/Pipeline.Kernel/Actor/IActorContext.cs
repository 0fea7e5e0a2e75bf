namespace Pipeline.Kernel.Actor;

/// <summary>Something that can create and stop actors: the system, or an actor for its children.</summary>
public interface IActorRefFactory
{
    /// <param name="props">How to build the actor.</param>
    /// <param name="name">Unique among its living siblings; one is made up when null.</param>
    /// <exception cref="InvalidActorNameException">The name is malformed or taken.</exception>
    /// <exception cref="InvalidOperationException">The parent is stopping.</exception>
    IActorRef ActorOf(Props props, string? name = null);

    void Stop(IActorRef actor);
}

/// <summary>What an actor can see and do; valid on its own turn only.</summary>
public interface IActorContext : IActorRefFactory
{
    IActorRef Self { get; }

    IActorRef Sender { get; }

    IActorRef Parent { get; }

    Props Props { get; }

    ActorSystem System { get; }

    TimeSpan? ReceiveTimeout { get; }

    /// <summary>The living child of that name, or <see cref="ActorRefs.Nobody"/>.</summary>
    IActorRef Child(string name);

    IEnumerable<IActorRef> GetChildren();

    /// <summary>Asks for one <see cref="Terminated"/> when <paramref name="subject"/> ends or has ended already.</summary>
    IActorRef Watch(IActorRef subject);

    /// <summary>As <see cref="Watch"/>, with <paramref name="message"/> delivered instead of <see cref="Terminated"/>.</summary>
    IActorRef WatchWith(IActorRef subject, object message);

    IActorRef Unwatch(IActorRef subject);

    /// <summary>Null switches the timeout off.</summary>
    void SetReceiveTimeout(TimeSpan? timeout);

    void Become(Receive receive);

    void BecomeStacked(Receive receive);

    void UnbecomeStacked();
}

/// <summary>A behaviour: true when the message was handled.</summary>
public delegate bool Receive(object message);
