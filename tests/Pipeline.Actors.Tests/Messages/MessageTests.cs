using Pipeline.Actors.Messages;
using Pipeline.Actors.Tests.Support;
using Pipeline.Mail.Message;

namespace Pipeline.Actors.Tests.Messages;

/// <summary>What surrounds the actors of messages: ports that a test has in its hands, the delivery that they give jobs to, and whoever talks to them.</summary>
public abstract class MessageTests : TestKit
{
    private protected MessageTests()
    {
        Ids = new MessageIdSource(Time);
        Notifications = new FakeNotifications(Ids);
        Delivery = CreateTestProbe("delivery-probe");
        Client = CreateTestProbe("client-probe");
    }

    private protected FakeStore Store { get; } = new();

    private protected FakeRouter Router { get; } = new();

    private protected FakeRetry Retry { get; } = new();

    private protected FakeNotifications Notifications { get; }

    private protected MessageIdSource Ids { get; }

    private protected TestProbe Delivery { get; }

    private protected TestProbe Client { get; }

    /// <summary>A node that is alone and does everything.</summary>
    private protected MessageServices Services() => new()
    {
        Store = Store,
        Owner = TestMessages.Owner,
        Time = Time,
        Router = Router,
        Retry = Retry,
        Notifications = Notifications,
    };

    private protected IActorRef StartSupervisor(MessageServices services) => ActorOf(MessageSupervisorActor.CreateProps(services, Delivery.Ref), "messages");
}
