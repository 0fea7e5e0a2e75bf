namespace Pipeline.Kernel.TestKit;

/// <summary>A further receiving end beside the test's own, which can also speak.</summary>
public sealed class TestProbe : TestKitBase
{
    internal TestProbe(ActorSystem system, string name)
        : base(system, name)
    {
    }

    public IActorRef Ref => TestActor;

    /// <summary>Who sent the last message that was taken.</summary>
    public IActorRef Sender => LastSender;

    /// <summary>Tells <paramref name="actor"/> with this probe as sender.</summary>
    public void Send(IActorRef actor, object message)
    {
        ArgumentNullException.ThrowIfNull(actor);
        actor.Tell(message, Ref);
    }

    /// <summary>Answers the last message taken.</summary>
    public void Reply(object message) => Sender.Tell(message, Ref);

    /// <summary>Passes a message on in the name of who sent the last one taken.</summary>
    public void Forward(IActorRef actor, object message)
    {
        ArgumentNullException.ThrowIfNull(actor);
        actor.Tell(message, Sender);
    }
}
