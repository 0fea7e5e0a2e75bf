using System.Collections.Immutable;
using Pipeline.Mail.Addressing;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Routers;

/// <summary>What an address stands for (EXPN).</summary>
/// <param name="Members">Addresses, and what redirection named besides; the address itself when it is delivered to. Empty when it leads nowhere.</param>
/// <param name="IsDeferred">It cannot be said now.</param>
public sealed record AddressExpansion(ImmutableArray<string> Members, bool IsDeferred = false);

/// <summary>Says what an address stands for, one step of redirection deep.</summary>
public static class AddressExpander
{
    public static async ValueTask<AddressExpansion> ExpandAsync(
        RouterChain routers, EvaluationScope scope, EnvelopeAddress address, CancellationToken cancellationToken)
    {
        var result = await routers.RouteAsync(scope, RoutingAddress.Of(address), RoutingMode.Expand, cancellationToken);
        return result.Final switch
        {
            RoutingOutcome.Redirected redirected => new AddressExpansion(
                [.. redirected.Children.Select(child => child.ToString()), .. redirected.Targets.Select(target => target.Target)]),
            RoutingOutcome.Routed or RoutingOutcome.RoutedToTarget or RoutingOutcome.Discarded => new AddressExpansion([address.ToString()]),
            RoutingOutcome.Deferred => new AddressExpansion([], IsDeferred: true),
            _ => new AddressExpansion([]),
        };
    }
}
