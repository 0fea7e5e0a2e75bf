using Pipeline.Actors.Delivery;
using Pipeline.Actors.Messages;
using Pipeline.Connectors.Ports;

namespace Pipeline.Actors;

/// <summary>The root of a node's flow: deliveries, and the messages that hand work to them.</summary>
/// <remarks>
/// A failure of either child is a bug in the handling of one message; both hold work of all the others. So they resume: the failing message is dropped and
/// logged, nothing else is lost. Messages in: <see cref="GetActors"/>.
/// </remarks>
internal sealed class FlowActor : ReceiveActor
{
    public FlowActor(MessageServices services, IDeliveryAgent agent, DeliveryLimits limits)
    {
        var delivery = Context.ActorOf(DeliveryActor.CreateProps(agent, limits), ActorNames.Delivery);
        var messages = Context.ActorOf(MessageSupervisorActor.CreateProps(services, delivery), ActorNames.Messages);
        Receive<GetActors>(_ => Sender.Tell(new FlowActors(messages, delivery)));
    }

    public static Props CreateProps(MessageServices services, IDeliveryAgent agent, DeliveryLimits limits) =>
        Props.Create(() => new FlowActor(services, agent, limits));

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Resume);

    internal sealed record GetActors
    {
        public static GetActors Instance { get; } = new();
    }
}
