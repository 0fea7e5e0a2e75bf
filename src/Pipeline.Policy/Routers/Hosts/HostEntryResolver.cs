using System.Collections.Immutable;
using Pipeline.Mail.Dns;

namespace Pipeline.Policy.Routers.Hosts;

/// <summary>Finds what an entry of a host list stands for: an address, the hosts behind MX records, or a host.</summary>
internal static class HostEntryResolver
{
    public static async ValueTask<(HostFindOutcome Outcome, ImmutableArray<RoutedHost> Hosts, string Reason)> ResolveAsync(
        HostSearch search, HostEntry entry, Ipv4Choice choice, CancellationToken cancellationToken)
    {
        if (entry.Address is { } literal)
        {
            var (kept, _, deferred) = await HostFinder.WithoutIgnoredAsync(search, entry.Name, [literal], cancellationToken);
            return deferred is not null ? (HostFindOutcome.Deferred, [], deferred)
                : kept.IsEmpty ? (HostFindOutcome.Ignored, [], "")
                : (HostFindOutcome.Found, [new RoutedHost(entry.Name, kept, entry.Port)], "");
        }

        search = await search.AboutAsync(entry.Name, cancellationToken);

        // MX records are in the DNS, and so are the hosts that they name.
        search = entry.UseMx ? search with { Lookup = search.Lookup with { ByName = false } } : search;
        (HostFindOutcome Outcome, ImmutableArray<RoutedHost> Hosts, string Reason) found = default;
        foreach (var name in search.Names(entry.Name))
        {
            found = await FindAsync(search, entry with { Name = name }, choice, cancellationToken);
            if (found.Outcome != HostFindOutcome.NotFound)
            {
                break;
            }
        }

        return found;
    }

    private static async ValueTask<(HostFindOutcome Outcome, ImmutableArray<RoutedHost> Hosts, string Reason)> FindAsync(
        HostSearch search, HostEntry entry, Ipv4Choice choice, CancellationToken cancellationToken)
    {
        if (entry.UseMx)
        {
            var answer = await RoutingQuery.AskAsync(search, entry.Name, DnsRecordType.Mx, cancellationToken);
            if (answer.IsTemporaryFailure)
            {
                return (HostFindOutcome.Deferred, [], answer.Reason ?? "no answer");
            }

            var records = answer.Records.OfType<MailExchangeRecord>().Where(record => record.Exchange.Length > 0).ToArray();
            if (records.Length > 0)
            {
                var mx = await MxFinder.FindAsync(search, records, answer.Authenticated, choice, cancellationToken);
                return (mx.Outcome, [.. mx.Hosts.Select(host => host with { Port = entry.Port })], mx.Reason);
            }
        }

        var found = await HostFinder.FindAsync(search, entry.Name, choice, cancellationToken);
        return (
            found.Outcome,
            found.Outcome == HostFindOutcome.Found ? [new RoutedHost(entry.Name, found.Addresses, entry.Port) { AreAddressesSecure = found.IsAuthentic }] : [],
            found.Reason);
    }
}
