using System.Net;
using System.Net.Sockets;
using Pipeline.Mail.Dns;
using Pipeline.Policy.Acl.Blocklists;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Acl.Verification;

internal enum ClientNameOutcome
{
    Found = 0,

    /// <summary>No name, or none that leads back to the address.</summary>
    NotFound = 1,
    Deferred = 2,
}

/// <summary>Finds the client's name: reverse DNS, then each name must lead back to the address. Done once for a connection.</summary>
internal static class ClientNameLookup
{
    /// <summary>A client whose address has more names than this is not worth asking about them all.</summary>
    private const int MaxNames = 10;

    public static async ValueTask<ClientNameOutcome> RunAsync(EvaluationScope scope, CancellationToken cancellationToken)
    {
        var connection = scope.Connection;
        if (connection.ClientAddress is null || connection.HostLookupFailed)
        {
            return ClientNameOutcome.NotFound;
        }

        if (connection.ClientName is { Length: > 0 })
        {
            return ClientNameOutcome.Found;
        }

        if (connection.HostLookupDeferred)
        {
            return ClientNameOutcome.Deferred;
        }

        var (outcome, name) = await FindAsync(scope.Environment.Dns, connection.ClientAddress, cancellationToken);
        connection.ClientName = name;
        connection.HostLookupFailed = outcome == ClientNameOutcome.NotFound;
        connection.HostLookupDeferred = outcome == ClientNameOutcome.Deferred;
        return outcome;
    }

    /// <summary>Whether a name has the address among its own.</summary>
    public static async ValueTask<ClientNameOutcome> ConfirmAsync(IDnsResolver dns, string name, IPAddress address, CancellationToken cancellationToken)
    {
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        var type = address.AddressFamily == AddressFamily.InterNetwork ? DnsRecordType.A : DnsRecordType.Aaaa;
        var answer = await dns.QueryAsync(name, type, cancellationToken);
        if (answer.IsTemporaryFailure)
        {
            return ClientNameOutcome.Deferred;
        }

        return answer.Records.Any(record => record is AddressRecord { Address: var found } && found.Equals(address))
            ? ClientNameOutcome.Found
            : ClientNameOutcome.NotFound;
    }

    private static async ValueTask<(ClientNameOutcome Outcome, string? Name)> FindAsync(IDnsResolver dns, IPAddress address, CancellationToken cancellationToken)
    {
        var zone = (address.IsIPv4MappedToIPv6 ? AddressFamily.InterNetwork : address.AddressFamily) == AddressFamily.InterNetwork ? "in-addr.arpa" : "ip6.arpa";
        var names = await dns.QueryAsync($"{DnsListSearch.NameOf(address.ToString())}.{zone}", DnsRecordType.Ptr, cancellationToken);
        if (names.IsTemporaryFailure)
        {
            return (ClientNameOutcome.Deferred, null);
        }

        var deferred = false;
        foreach (var record in names.Records.OfType<NameRecord>().Take(MaxNames))
        {
            switch (await ConfirmAsync(dns, record.Target, address, cancellationToken))
            {
                case ClientNameOutcome.Found:
                    return (ClientNameOutcome.Found, record.Target);
                case ClientNameOutcome.Deferred:
                    deferred = true;
                    break;
            }
        }

        return (deferred ? ClientNameOutcome.Deferred : ClientNameOutcome.NotFound, null);
    }
}
