using System.Collections.Immutable;
using Pipeline.Mail.Dns;

namespace Pipeline.Policy.Routers.Hosts;

/// <summary>The hosts of a domain's SRV records (RFC 2782).</summary>
internal static class ServiceFinder
{
    /// <summary>By priority; those of the same priority by lot, with chances as their weights say.</summary>
    public static ServiceRecord[] Order(IEnumerable<ServiceRecord> records, Random random) =>
    [
        .. records.GroupBy(record => record.Priority).OrderBy(group => group.Key).SelectMany(group => Draw([.. group], random)),
    ];

    /// <param name="authentic">DNSSEC vouches for the records.</param>
    public static async ValueTask<MxHosts> FindAsync(
        HostSearch search, IEnumerable<ServiceRecord> records, bool authentic, Ipv4Choice choice, CancellationToken cancellationToken)
    {
        ServiceRecord[] ordered = [.. Order(records, search.Services.Random).Take(HostFinder.MaxHosts)];
        var found = await Task.WhenAll(ordered.Select(record => HostFinder.FindAsync(search, record.Target, choice, cancellationToken).AsTask()));
        var hosts = ImmutableArray.CreateBuilder<RoutedHost>();
        for (var i = 0; i < ordered.Length; i++)
        {
            if (found[i].Outcome == HostFindOutcome.Found)
            {
                hosts.Add(new RoutedHost(ordered[i].Target, found[i].Addresses, ordered[i].Port, ordered[i].Priority)
                {
                    IsNameSecure = authentic,
                    AreAddressesSecure = found[i].IsAuthentic,
                });
            }
        }

        return hosts.Count > 0 ? MxFinder.CutAtLocalHost(search, hosts.ToImmutable())
            : Array.Find(found, host => host.Outcome == HostFindOutcome.Deferred) is { Reason: { } reason } ? MxHosts.None(HostFindOutcome.Deferred, reason)
            : MxHosts.None(HostFindOutcome.NotFound, "all relevant SRV records point to non-existent or ignored hosts");
    }

    // RFC 2782: records of weight 0 come first in the row, so that they have a small chance.
    private static IEnumerable<ServiceRecord> Draw(List<ServiceRecord> records, Random random)
    {
        records.Sort((one, other) => one.Weight.CompareTo(other.Weight));
        while (records.Count > 0)
        {
            var lot = random.Next(records.Sum(record => record.Weight) + 1);
            var index = 0;
            for (var sum = (int)records[0].Weight; sum < lot; sum += records[index].Weight)
            {
                index++;
            }

            yield return records[index];
            records.RemoveAt(index);
        }
    }
}
