using Pipeline.Policy.Expansion;
using Pipeline.Policy.Routers;

namespace Pipeline.Policy.Acl.Verification.Callouts;

/// <summary>Asks the hosts to which an address is routed whether they take it.</summary>
public interface ICalloutAgent
{
    /// <param name="address">The address at the end of its redirections, with its routing.</param>
    /// <returns>Null when it is not routed to a host, so that there is nobody to ask. What hosts and networks do is an answer, not an exception.</returns>
    ValueTask<CalloutAnswer?> AskAsync(EvaluationScope scope, RoutedAddress address, CalloutQuestion question, CancellationToken cancellationToken);
}

/// <summary>An address and where it goes.</summary>
public sealed record RoutedAddress(RoutingAddress Address, RoutingOutcome.Routed Routing);

/// <summary>Remembers what callouts found. In a cluster all nodes ask the same one.</summary>
public interface ICalloutCache
{
    /// <returns>Null when nothing is known, or cannot be read now.</returns>
    ValueTask<CalloutRecord?> GetAsync(string key, CancellationToken cancellationToken);

    /// <summary>Remembers the record in place of any other under the key. Nothing happens when it cannot be written now.</summary>
    ValueTask PutAsync(string key, CalloutRecord record, CancellationToken cancellationToken);
}

/// <summary>What callouts need from outside.</summary>
public sealed record CalloutServices(ICalloutAgent Agent, ICalloutCache Cache);
