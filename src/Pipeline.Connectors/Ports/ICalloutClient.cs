using System.Collections.Immutable;
using Pipeline.Policy.Acl.Verification.Callouts;

namespace Pipeline.Connectors.Ports;

/// <summary>Asks mail servers whether they would take mail for an address, without giving them any.</summary>
/// <remarks>Whatever a server or a network does is an answer, not an exception; cancelling gives <see cref="CalloutOutcome.Undecided"/>.</remarks>
public interface ICalloutClient
{
    Task<CalloutAnswer> AskAsync(CalloutJob job, CancellationToken cancellationToken);
}

/// <summary>One question to the hosts of an address.</summary>
/// <param name="Transport">How the hosts are reached. Its times are not those of a callout, which the question has.</param>
/// <param name="Hosts">In the order to try.</param>
public sealed record CalloutJob(CalloutQuestion Question, SmtpTransportSettings Transport, ImmutableArray<DestinationHost> Hosts);
