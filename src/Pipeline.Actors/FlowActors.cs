using Pipeline.Actors.Delivery;
using Pipeline.Actors.Messages;
using Pipeline.Connectors.Ports;

namespace Pipeline.Actors;

/// <summary>The actors of a node that live as long as it does.</summary>
/// <param name="Messages">The supervisor of messages: sessions open transactions with it, operators ask it.</param>
public sealed record FlowActors(IActorRef Messages, IActorRef Delivery)
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);

    public static Task<FlowActors> StartAsync(
        ActorSystem system, MessageServices services, IDeliveryAgent agent, DeliveryLimits limits, CancellationToken cancellationToken) =>
        system.ActorOf(FlowActor.CreateProps(services, agent, limits), ActorNames.Pipeline)
            .Ask<FlowActors>(FlowActor.GetActors.Instance, StartTimeout, cancellationToken);
}
