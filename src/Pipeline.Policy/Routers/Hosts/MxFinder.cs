using System.Collections.Immutable;
using System.Net;
using Pipeline.Mail.Dns;

namespace Pipeline.Policy.Routers.Hosts;

/// <summary>The hosts of a domain's MX records.</summary>
/// <param name="Hosts">By preference, those of the same preference in any order; those at or behind this host left out.</param>
/// <param name="LocalIsFirst">This host has the best preference; <paramref name="Hosts"/> is the whole list then.</param>
/// <param name="LocalIsSecondary">This host is among them, but not the best.</param>
internal sealed record MxHosts(HostFindOutcome Outcome, ImmutableArray<RoutedHost> Hosts, bool LocalIsFirst, bool LocalIsSecondary, string Reason)
{
    public static MxHosts None(HostFindOutcome outcome, string reason) => new(outcome, [], false, false, reason);
}

/// <summary>Finds the hosts behind MX records (RFC 5321 section 5.1).</summary>
internal static class MxFinder
{
    /// <param name="authentic">DNSSEC vouches for the records.</param>
    public static async ValueTask<MxHosts> FindAsync(
        HostSearch search, IEnumerable<MailExchangeRecord> records, bool authentic, Ipv4Choice choice, CancellationToken cancellationToken)
    {
        var ordered = records.ToArray();
        search.Services.Random.Shuffle(ordered);
        ordered = [.. ordered.OrderBy(record => record.Preference).Take(HostFinder.MaxHosts)];
        var lookups = ordered.Select(record => AddressesAsync(search, record.Exchange, choice, cancellationToken).AsTask()).ToArray();
        var found = await Task.WhenAll(lookups);
        var hosts = ImmutableArray.CreateBuilder<RoutedHost>();
        for (var i = 0; i < ordered.Length; i++)
        {
            if (found[i].Outcome == HostFindOutcome.Found)
            {
                hosts.Add(new RoutedHost(ordered[i].Exchange, found[i].Addresses, null, ordered[i].Preference)
                {
                    IsNameSecure = authentic,
                    AreAddressesSecure = found[i].IsAuthentic,
                });
            }
        }

        if (hosts.Count == 0)
        {
            return Array.Find(found, host => host.Outcome == HostFindOutcome.Deferred) is { Reason: { } reason }
                ? MxHosts.None(HostFindOutcome.Deferred, reason)
                : Array.Exists(found, host => host.Outcome == HostFindOutcome.Ignored)
                    ? MxHosts.None(HostFindOutcome.Ignored, "all relevant MX records point to ignored hosts")
                    : MxHosts.None(HostFindOutcome.NotFound, "all relevant MX records point to non-existent hosts");
        }

        return CutAtLocalHost(search, hosts.ToImmutable());
    }

    /// <summary>An address where a name should be is believed only with the main option allow_mx_to_ip (RFC 5321 section 5.1 has names).</summary>
    private static async ValueTask<FoundAddresses> AddressesAsync(
        HostSearch search, string exchange, Ipv4Choice choice, CancellationToken cancellationToken)
    {
        if (!search.Scope.Environment.Policy.MainOptions.AllowMxToIp || !IPAddress.TryParse(exchange, out var address))
        {
            return await HostFinder.FindAsync(search, exchange, choice, cancellationToken);
        }

        var (kept, _, deferred) = await HostFinder.WithoutIgnoredAsync(search, exchange, [address], cancellationToken);
        return deferred is not null ? FoundAddresses.None(HostFindOutcome.Deferred, deferred)
            : kept.IsEmpty ? FoundAddresses.None(HostFindOutcome.Ignored, $"{exchange} is ignored")
            : new FoundAddresses(HostFindOutcome.Found, kept, "");
    }

    // Mail for a host is never sent to one that is no nearer to its goal (RFC 5321 section 5.1).
    internal static MxHosts CutAtLocalHost(HostSearch search, ImmutableArray<RoutedHost> hosts)
    {
        foreach (var host in hosts)
        {
            if (!host.Addresses.Any(search.IsLocalAddress))
            {
                continue;
            }

            return host.MxPreference == hosts[0].MxPreference
                ? new MxHosts(HostFindOutcome.Found, hosts, LocalIsFirst: true, LocalIsSecondary: false, "")
                : new MxHosts(HostFindOutcome.Found, [.. hosts.Where(other => other.MxPreference < host.MxPreference)], false, LocalIsSecondary: true, "");
        }

        return new MxHosts(HostFindOutcome.Found, hosts, false, false, "");
    }
}
