using System.Net;
using Pipeline.Mail.Dns;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lookups;

namespace Pipeline.Policy.Lists;

internal enum HostLookupOutcome
{
    NotFound = 0,
    Found = 1,
    Deferred = 2,
}

/// <param name="Unconfirmed">Names that the address claims and that do not lead back to it.</param>
internal readonly record struct HostLookup(HostLookupOutcome Outcome, IReadOnlyList<string> Names, IReadOnlyList<string> Unconfirmed)
{
    public HostLookup(HostLookupOutcome outcome, IReadOnlyList<string> names)
        : this(outcome, names, [])
    {
    }
}

/// <summary>Finds the names of an address: those its PTR records give and that lead back to it.</summary>
internal static class HostNameLookup
{
    /// <summary>Names of one address that are followed up; more are noise or an attack.</summary>
    private const int MaxNames = 10;

    /// <summary>The names of the client; the connection remembers them, and a failure too.</summary>
    public static async ValueTask<HostLookup> OfClientAsync(EvaluationScope scope, CancellationToken cancellationToken)
    {
        var connection = scope.Connection;
        if (connection.ClientName is { Length: > 0 } name)
        {
            return new HostLookup(HostLookupOutcome.Found, [name, .. connection.ClientAliases]);
        }

        if (connection.HostLookupDeferred)
        {
            return new HostLookup(HostLookupOutcome.Deferred, []);
        }

        if (connection.ClientAddress is null || connection.HostLookupFailed)
        {
            return new HostLookup(HostLookupOutcome.NotFound, []);
        }

        var lookup = await FindAsync(scope.Environment.Dns, connection.ClientAddress, cancellationToken);
        if (lookup.Outcome == HostLookupOutcome.Found)
        {
            connection.ClientName = lookup.Names[0];
            connection.ClientAliases.AddRange(lookup.Names.Skip(1));
        }
        else
        {
            connection.HostLookupFailed = lookup.Outcome == HostLookupOutcome.NotFound;
            connection.HostLookupDeferred = lookup.Outcome == HostLookupOutcome.Deferred;
            LogFailure(scope.Environment, connection.ClientAddress, lookup);
        }

        return lookup;
    }

    private static void LogFailure(PolicyEnvironment environment, IPAddress address, HostLookup lookup)
    {
        const string Selector = "host_lookup_failed";
        if (lookup.Outcome == HostLookupOutcome.NotFound && lookup.Unconfirmed.Count == 0)
        {
            environment.WriteLog(Selector, PolicyLogTarget.Main, $"no host name found for IP address {address}");
        }

        foreach (var name in lookup.Outcome == HostLookupOutcome.NotFound ? lookup.Unconfirmed : [])
        {
            environment.WriteLog(Selector, PolicyLogTarget.Main, $"{name} does not match any IP address for {address}");
        }
    }

    public static async ValueTask<HostLookup> FindAsync(IDnsResolver dns, IPAddress address, CancellationToken cancellationToken)
    {
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        var pointers = await dns.QueryAsync(ReverseName.Of(address), DnsRecordType.Ptr, cancellationToken);
        if (pointers.IsTemporaryFailure)
        {
            return new HostLookup(HostLookupOutcome.Deferred, []);
        }

        var names = new List<string>();
        var unconfirmed = new List<string>();
        var deferred = false;
        foreach (var name in pointers.Records.OfType<NameRecord>().Select(r => r.Target).Take(MaxNames))
        {
            var (addresses, temporary) = await AddressesAsync(dns, name, cancellationToken);
            deferred |= temporary;
            (addresses.Contains(address) ? names : unconfirmed).Add(name);
        }

        return new HostLookup(names.Count > 0 ? HostLookupOutcome.Found : deferred ? HostLookupOutcome.Deferred : HostLookupOutcome.NotFound, names, unconfirmed);
    }

    /// <summary>The IPv6 and IPv4 addresses of a name.</summary>
    /// <returns>Also whether a question went unanswered.</returns>
    public static async ValueTask<(List<IPAddress> Addresses, bool Deferred)> AddressesAsync(
        IDnsResolver dns, string name, CancellationToken cancellationToken)
    {
        var addresses = new List<IPAddress>();
        var deferred = false;
        var six = await dns.QueryAsync(name, DnsRecordType.Aaaa, cancellationToken);
        var four = await dns.QueryAsync(name, DnsRecordType.A, cancellationToken);
        foreach (var answer in (DnsAnswer[])[six, four])
        {
            deferred |= answer.IsTemporaryFailure;
            addresses.AddRange(answer.Records.OfType<AddressRecord>().Select(r => r.Address));
        }

        return (addresses, deferred);
    }
}
