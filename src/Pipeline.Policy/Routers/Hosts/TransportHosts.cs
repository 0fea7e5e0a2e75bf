using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Routers.Hosts;

/// <summary>The hosts that a list of a transport names (<c>hosts</c>, <c>fallback_hosts</c>).</summary>
/// <param name="Problem">Why there are none; empty when there are some, or the list is empty.</param>
public sealed record TransportHosts(ImmutableArray<RoutedHost> Hosts, string Problem)
{
    internal static async ValueTask<TransportHosts> FindAsync(
        EvaluationScope scope, RouterServices services, string list, HostLookupOptions lookup, Random? order, CancellationToken cancellationToken)
    {
        var search = new HostSearch(scope, services, Ignored: null, lookup);
        var hosts = ImmutableArray.CreateBuilder<RoutedHost>();
        var problem = "";
        foreach (var group in HostListReader.Read(list))
        {
            order?.Shuffle(CollectionsMarshal.AsSpan(group));

            foreach (var entry in group)
            {
                var found = await HostEntryResolver.ResolveAsync(search, entry, default, cancellationToken);
                hosts.AddRange(found.Hosts);
                problem = found.Hosts.IsEmpty ? $"lookup of host \"{entry.Name}\" failed: {found.Reason}" : problem;
            }
        }

        return new TransportHosts(hosts.ToImmutable(), hosts.Count > 0 ? "" : problem);
    }
}
