using Pipeline.Actors.Delivery;
using Pipeline.Connectors.Ports;
using Pipeline.Policy.Acl.Verification.Callouts;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Transports;

namespace Pipeline.Actors.Callouts;

/// <summary>Asks the hosts of an address as its transport would reach them.</summary>
internal sealed class CalloutAgent(ICalloutClient client) : ICalloutAgent
{
    public async ValueTask<CalloutAnswer?> AskAsync(EvaluationScope scope, RoutedAddress address, CalloutQuestion question, CancellationToken cancellationToken)
    {
        if (address.Routing.Transport is not { } name || !scope.Environment.Policy.Transports.TryGetValue(name, out var transport))
        {
            return null;
        }

        var expansion = await transport.ExpandAsync(TransportScope.Create(scope, address.Address, address.Routing), cancellationToken);
        if (expansion is not TransportExpansion.Ready { Options: ExpandedSmtpTransport options })
        {
            return expansion switch
            {
                TransportExpansion.Failed failed => Undecided(failed.Message),
                TransportExpansion.Deferred deferred => Undecided(deferred.Message),
                _ => null,
            };
        }

        var settings = (SmtpTransportSettings)TransportMapping.ToSettings(options, [], []);
        var (hosts, _, problem) = await TransportHostFinder.FindAsync(scope, address.Routing, options, settings.Port, cancellationToken);
        return problem is not null && options.Hosts is not null ? Undecided(problem)
            : hosts.IsEmpty ? null : await client.AskAsync(new CalloutJob(question, settings, hosts), cancellationToken);
    }

    private static CalloutAnswer Undecided(string why) => new(CalloutOutcome.Undecided) { Log = why };
}
