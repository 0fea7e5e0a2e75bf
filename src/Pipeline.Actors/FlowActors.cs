using Pipeline.Actors.Delivery;
using Pipeline.Actors.Messages;
using Pipeline.Connectors.Ports;

namespace Pipeline.Actors;

/// <summary>Starts the actors of a node in their order: deliveries first, since messages hand work to them from their first moment.</summary>
public sealed class FlowActors
{
    private FlowActors(IActorRef messages, IActorRef delivery)
    {
        Messages = messages;
        Delivery = delivery;
    }

    /// <summary>The supervisor of messages: sessions open transactions with it, operators ask it.</summary>
    public IActorRef Messages { get; }

    public IActorRef Delivery { get; }

    public static FlowActors Start(ActorSystem system, MessageServices services, IDeliveryAgent agent, DeliveryLimits limits)
    {
        var delivery = system.ActorOf(DeliveryActor.CreateProps(agent, limits), ActorNames.Delivery);
        return new FlowActors(system.ActorOf(MessageSupervisorActor.CreateProps(services, delivery), ActorNames.Messages), delivery);
    }
}
