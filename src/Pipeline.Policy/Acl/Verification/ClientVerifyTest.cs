using System.Net;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Acl.Verification;

/// <summary><c>verify = reverse_host_lookup</c>, <c>helo</c> and <c>certificate</c>: about the client.</summary>
internal static class ClientVerifyTest
{
    public static async ValueTask<AclTest> ReverseLookupAsync(AclEvaluation evaluation, CancellationToken cancellationToken)
    {
        if (evaluation.Connection.ClientAddress is null)
        {
            return AclTest.True;
        }

        return (await HostNameLookup.OfClientAsync(evaluation.Scope, cancellationToken)).Outcome switch
        {
            HostLookupOutcome.Found => AclTest.True,
            HostLookupOutcome.Deferred => AclTest.Defer("host lookup deferred for reverse lookup check"),
            _ => AclTest.Failed(null, "host lookup failed for reverse lookup check"),
        };
    }

    public static async ValueTask<AclTest> HeloAsync(AclEvaluation evaluation, CancellationToken cancellationToken)
    {
        if (evaluation.Connection.ClientAddress is not { } client)
        {
            return AclTest.True;
        }

        evaluation.Connection.AclState.HeloVerified ??= await IsGenuineAsync(evaluation, client, cancellationToken);
        return evaluation.Connection.AclState.HeloVerified.Value ? AclTest.True : AclTest.Failed(null, "HELO verification failed");
    }

    public static AclTest Certificate(AclEvaluation evaluation) => evaluation.Connection.Tls is { CertificateVerified: true }
        ? AclTest.True
        : AclTest.Failed("no verified certificate", null);

    // The name is an address literal of the client, or its name by reverse DNS, or leads to its address.
    private static async ValueTask<bool> IsGenuineAsync(AclEvaluation evaluation, IPAddress client, CancellationToken cancellationToken)
    {
        client = client.IsIPv4MappedToIPv6 ? client.MapToIPv4() : client;
        var helo = evaluation.Connection.HeloName;
        if (helo.Length == 0)
        {
            return false;
        }

        if (helo.StartsWith('['))
        {
            var literal = helo.AsSpan(1).TrimEnd(']');
            literal = literal.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase) ? literal[5..] : literal;
            return IPAddress.TryParse(literal, out var address) && address.Equals(client);
        }

        var names = (await HostNameLookup.OfClientAsync(evaluation.Scope, cancellationToken)).Names;
        if (names.Contains(helo, StringComparer.OrdinalIgnoreCase))
        {
            return true;
        }

        var (addresses, _) = await HostNameLookup.AddressesAsync(evaluation.Scope.Environment.Dns, helo, cancellationToken);
        return addresses.Contains(client);
    }
}
