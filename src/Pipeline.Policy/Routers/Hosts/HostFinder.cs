using System.Collections.Immutable;
using System.Net;
using Pipeline.Mail.Dns;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Routers.Hosts;

internal enum HostFindOutcome
{
    Found = 0,

    /// <summary>There is no such host, or it has no address.</summary>
    NotFound = 1,

    /// <summary>It has addresses, and <c>ignore_target_hosts</c> has them all.</summary>
    Ignored = 2,
    Deferred = 3,
}

/// <summary>The addresses of a host.</summary>
/// <param name="Reason">Why there are none; empty when there are some.</param>
/// <param name="IsAuthentic">DNSSEC vouches for them.</param>
internal sealed record FoundAddresses(HostFindOutcome Outcome, ImmutableArray<IPAddress> Addresses, string Reason, bool IsAuthentic = false)
{
    public static FoundAddresses None(HostFindOutcome outcome, string reason) => new(outcome, [], reason);
}

/// <summary>Which addresses are asked for, and in which order they come.</summary>
/// <param name="Only">No IPv6.</param>
/// <param name="Prefer">IPv4 first.</param>
internal readonly record struct Ipv4Choice(bool Only, bool Prefer);

/// <summary>Finds the addresses of hosts, without those that are to be ignored.</summary>
internal static class HostFinder
{
    /// <summary>Hosts of one domain that are looked at.</summary>
    public const int MaxHosts = 50;

    private const int MaxAddresses = 50;

    public static async ValueTask<FoundAddresses> FindAsync(
        HostSearch search, string name, Ipv4Choice choice, CancellationToken cancellationToken)
    {
        var askIpv6 = !choice.Only
            && !search.Services.DisableIpv6
            && !(search.Scope.Environment.Policy.MainOptions.DnsIpv4Lookup is { } ipv4Only && (await ipv4Only.MatchAsync(search.Scope, name, cancellationToken)).IsMatch);
        var (ipv4, ipv6) = search.Lookup.ByName
            ? await ByNameAsync(search, name, askIpv6, cancellationToken)
            : await FromDnsAsync(search, name, askIpv6, cancellationToken);
        var four = Addresses(ipv4);
        var six = Addresses(ipv6);
        var found = choice.Prefer ? four.Concat(six) : six.Concat(four);
        var (kept, ignored, deferred) = await WithoutIgnoredAsync(search, name, found.Take(MaxAddresses), cancellationToken);
        if (deferred is not null)
        {
            return FoundAddresses.None(HostFindOutcome.Deferred, deferred);
        }

        if (kept.Length > 0)
        {
            return new FoundAddresses(HostFindOutcome.Found, kept, "", IsAuthentic(ipv4) && IsAuthentic(ipv6));
        }

        if (ipv4.IsTemporaryFailure || ipv6.IsTemporaryFailure)
        {
            return FoundAddresses.None(HostFindOutcome.Deferred, $"host lookup for {name} did not complete: {ipv4.Reason ?? ipv6.Reason}");
        }

        return ignored
            ? FoundAddresses.None(HostFindOutcome.Ignored, $"all addresses of {name} are ignored")
            : FoundAddresses.None(HostFindOutcome.NotFound, $"{name} has no address");
    }

    private static async ValueTask<(DnsAnswer Ipv4, DnsAnswer Ipv6)> FromDnsAsync(HostSearch search, string name, bool askIpv6, CancellationToken cancellationToken)
    {
        var ipv4 = RoutingQuery.AskAsync(search, name, DnsRecordType.A, cancellationToken).AsTask();
        var ipv6 = askIpv6 ? RoutingQuery.AskAsync(search, name, DnsRecordType.Aaaa, cancellationToken).AsTask() : Task.FromResult(DnsAnswer.NoData);
        return (await ipv4, await ipv6);
    }

    private static async ValueTask<(DnsAnswer Ipv4, DnsAnswer Ipv6)> ByNameAsync(HostSearch search, string name, bool wantsIpv6, CancellationToken cancellationToken)
    {
        var answer = search.RequiresAuthentic ? DnsAnswer.TemporaryFailure("DNSSEC vouches for nothing that is not asked of the DNS") : await search.Services.FindByNameAsync(name, cancellationToken);
        return (Of(DnsRecordType.A), wantsIpv6 ? Of(DnsRecordType.Aaaa) : DnsAnswer.NoData);

        DnsAnswer Of(DnsRecordType type) =>
            answer.Outcome == DnsOutcome.Success ? DnsAnswer.Of([.. answer.Records.Where(record => record.Type == type)]) : answer;
    }

    /// <summary>Drops the addresses that <c>ignore_target_hosts</c> has.</summary>
    public static async ValueTask<(ImmutableArray<IPAddress> Kept, bool Ignored, string? Deferred)> WithoutIgnoredAsync(
        HostSearch search, string name, IEnumerable<IPAddress> addresses, CancellationToken cancellationToken)
    {
        if (search.Ignored is not { } ignore)
        {
            return ([.. addresses], false, null);
        }

        var kept = ImmutableArray.CreateBuilder<IPAddress>();
        var ignored = false;
        foreach (var address in addresses)
        {
            var match = await ignore.MatchHostAsync(search.Scope, HostSubject.Remote(address, name), cancellationToken);
            if (match.IsDeferred)
            {
                return ([], false, $"ignore_target_hosts: {match.Message}");
            }

            if (match.IsMatch)
            {
                ignored = true;
            }
            else
            {
                kept.Add(address);
            }
        }

        return (kept.ToImmutable(), ignored, null);
    }

    /// <summary>Nothing in the answer is of doubtful origin.</summary>
    private static bool IsAuthentic(DnsAnswer answer) => answer.Outcome != DnsOutcome.Success || answer.Authenticated;

    private static IEnumerable<IPAddress> Addresses(DnsAnswer answer) => answer.Records.OfType<AddressRecord>().Select(record => record.Address);
}
