using Pipeline.Actors.Messages;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Reply;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Routing;

/// <summary>Decides where a recipient goes: the routers of the policy under which its message began.</summary>
public interface IRecipientRouter
{
    /// <summary>Never throws for what the policy, the address or DNS says; an exception is a bug.</summary>
    ValueTask<RoutingDecision> RouteAsync(RecipientToRoute recipient, CancellationToken cancellationToken);
}

/// <param name="Ancestors">The recipients whose redirections led here, nearest first.</param>
public sealed record RecipientToRoute(
    MessageFacts Message, RecipientState Recipient, ImmutableArray<RecipientState> Ancestors, DeliveryPass Pass = DeliveryPass.Later);

/// <summary>An address that takes the place of another.</summary>
/// <param name="Inherited">Handed back in <see cref="RecipientState.Inherited"/> when it is routed.</param>
public sealed record ChildToRoute(EnvelopeAddress Address, string? Inherited = null);

/// <summary>What routing one recipient came to, with every router that was asked.</summary>
public abstract record RoutingDecision(ImmutableArray<RouterTried> Trials)
{
    /// <summary>Messages to operators that routing has brought about.</summary>
    public ImmutableArray<AutomaticReply> Notes { get; init; } = [];

    /// <summary>A transport takes it.</summary>
    /// <param name="Address">The address as the transport shall see it.</param>
    /// <param name="GroupKey">Recipients of one message with the same key can share an attempt.</param>
    /// <param name="Destination">Deliveries with the same destination share a limit and connections.</param>
    /// <param name="Place">Recipients of one message with the same place are one delivery.</param>
    public sealed record Deliver(
        ImmutableArray<RouterTried> Trials,
        string Router,
        TransportSettings Transport,
        ImmutableArray<DestinationHost> Hosts,
        EnvelopeAddress Address,
        EnvelopeAddress ReturnPath,
        string GroupKey,
        string Destination,
        string Place) : RoutingDecision(Trials)
    {
        /// <summary>Hosts to try when those of <see cref="Hosts"/> cannot take it now.</summary>
        public ImmutableArray<DestinationHost> FallbackHosts { get; init; } = [];

        /// <summary>The next host is not asked for notifications; success is reported here.</summary>
        public bool DsnLastHop { get; init; }

        /// <summary>Bounds that the delivery shares with others.</summary>
        public ImmutableArray<Delivery.DeliveryLimit> Limits { get; init; } = [];

        /// <summary>Deliveries of one message begin in ascending order.</summary>
        public int Order { get; init; }
    }

    /// <summary>Other addresses take its place; none means that it is discarded.</summary>
    public sealed record Redirect(ImmutableArray<RouterTried> Trials, string Router, ImmutableArray<ChildToRoute> Children) : RoutingDecision(Trials);

    /// <summary>Nothing is tried now, by the will of the operator.</summary>
    /// <param name="Reason">One of the constants of <see cref="RecipientPostponed"/>.</param>
    public sealed record Postpone(ImmutableArray<RouterTried> Trials, string Reason, string? Router = null, string? Transport = null) : RoutingDecision(Trials);

    public sealed record Fail(ImmutableArray<RouterTried> Trials, string Reason) : RoutingDecision(Trials);

    /// <param name="Freezes">Waiting alone does not mend it: the message is frozen.</param>
    public sealed record Defer(ImmutableArray<RouterTried> Trials, string Reason, bool Freezes = false) : RoutingDecision(Trials);
}
