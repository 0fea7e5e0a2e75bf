using System.Collections.Immutable;

namespace Pipeline.Messages.Journal;

/// <summary>One router was offered the address.</summary>
/// <param name="Outcome">skipped, declined, passed, accepted, redirected, failed, deferred, discarded.</param>
/// <param name="Reason">Which precondition was not met, or what the driver found.</param>
public sealed record RouterTried(int Recipient, string Router, string Outcome, string Reason, PolicySource? Source) : RecipientEvent(Recipient);

/// <summary>The address was replaced by others, which now stand in its place. No children: it was discarded.</summary>
public sealed record RecipientRedirected(int Recipient, string Router, ImmutableArray<ChildRecipient> Children) : RecipientEvent(Recipient);

/// <summary>The address was given to a transport.</summary>
/// <param name="Hosts">For a remote transport, the hosts in the order to try.</param>
/// <param name="Place">What the delivery is to, when another recipient of the message could be delivered to the same: equal texts are one delivery.</param>
/// <param name="Destination">In a cluster: deliveries with the same text share connections, so that one node takes them.</param>
public sealed record RecipientRouted(
    int Recipient, string Router, string Transport, ImmutableArray<string> Hosts, string? Place = null, string? Destination = null)
    : RecipientEvent(Recipient);

/// <summary>Routing led to the delivery that another recipient of the message already stands for. This one ends here and shares the other's fate.</summary>
/// <param name="Of">The recipient that is delivered, waits or was delivered in the place of both.</param>
public sealed record RecipientDuplicated(int Recipient, int Of, string Transport) : RecipientEvent(Recipient);
