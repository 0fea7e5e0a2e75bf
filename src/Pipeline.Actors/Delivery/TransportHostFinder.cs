using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Connectors.Ports;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Routers;
using Pipeline.Policy.Transports;

namespace Pipeline.Actors.Delivery;

/// <summary>Finds where the transport of an address connects.</summary>
internal static class TransportHostFinder
{
    /// <summary>Where a remote transport connects: the router's hosts, or its own when the router has none or it says that its own count.</summary>
    public static async ValueTask<(ImmutableArray<DestinationHost> Hosts, ImmutableArray<DestinationHost> Fallback, string? Problem)> FindAsync(
        EvaluationScope scope, RoutingOutcome.Routed routed, ExpandedSmtpTransport? smtp, int port, CancellationToken cancellationToken)
    {
        if (smtp is null)
        {
            return (AsDestinations(routed.Hosts, port), [], null);
        }

        // The same for all recipients of a message, so that they can share an attempt.
        var order = smtp.HostsRandomize ? new Random(BinaryPrimitives.ReadInt32LittleEndian(SHA256.HashData(Encoding.ASCII.GetBytes(scope.Message.Id)))) : null;
        var found = routed.Hosts;
        if (smtp.Hosts is { } own && (found.IsEmpty || smtp.HostsOverride))
        {
            var listed = await scope.Environment.Policy.Routers.FindHostsAsync(scope, own, smtp.HostLookup, order, cancellationToken);
            if (listed.Hosts.IsEmpty)
            {
                return ([], [], listed.Problem.Length > 0 ? $"{listed.Problem} ({smtp.Name} transport)" : $"{smtp.Name} transport called with no hosts set");
            }

            found = listed.Hosts;
        }
        else if (found.IsEmpty)
        {
            return ([], [], $"{smtp.Name} transport called with no hosts set: router {routed.Router} gave none");
        }
        else if (order is not null && found.All(host => host.MxPreference is null))
        {
            var shuffled = found.ToArray();
            order.Shuffle(shuffled);
            found = [.. shuffled];
        }

        var fallback = routed.FallbackHosts ?? smtp.FallbackHosts;
        var behind = string.IsNullOrWhiteSpace(fallback) ? [] : (await scope.Environment.Policy.Routers.FindHostsAsync(scope, fallback, smtp.HostLookup, order, cancellationToken)).Hosts;
        return (AsDestinations(found, port), AsDestinations(behind, port), null);
    }

    private static ImmutableArray<DestinationHost> AsDestinations(ImmutableArray<RoutedHost> hosts, int port) =>
    [
        .. hosts.Select(host => new DestinationHost(host.Name, host.Addresses, host.Port ?? port, host.MxPreference)
        {
            IsNameSecure = host.IsNameSecure,
            AreAddressesSecure = host.AreAddressesSecure,
        }),
    ];
}
