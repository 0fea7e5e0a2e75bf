using System.Collections.Immutable;
using Pipeline.Mail.Dns;
using Pipeline.Policy.Routers.Drivers;

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
    public static async ValueTask<MxHosts> FindAsync(
        RouteRun run, IEnumerable<MailExchangeRecord> records, Ipv4Choice choice, CancellationToken cancellationToken)
    {
        var ordered = records.ToArray();
        run.Services.Random.Shuffle(ordered);
        ordered = [.. ordered.OrderBy(record => record.Preference).Take(HostFinder.MaxHosts)];
        var lookups = ordered.Select(record => HostFinder.FindAsync(run, record.Exchange, choice, cancellationToken).AsTask()).ToArray();
        var found = await Task.WhenAll(lookups);
        var hosts = ImmutableArray.CreateBuilder<RoutedHost>();
        for (var i = 0; i < ordered.Length; i++)
        {
            if (found[i].Outcome == HostFindOutcome.Found)
            {
                hosts.Add(new RoutedHost(ordered[i].Exchange, found[i].Addresses, null, ordered[i].Preference));
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

        return CutAtLocalHost(run, hosts.ToImmutable());
    }

    // Mail for a host is never sent to one that is no nearer to its goal (RFC 5321 section 5.1).
    private static MxHosts CutAtLocalHost(RouteRun run, ImmutableArray<RoutedHost> hosts)
    {
        foreach (var host in hosts)
        {
            if (!host.Addresses.Any(run.IsLocalAddress))
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
