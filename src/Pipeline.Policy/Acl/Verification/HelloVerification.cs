using System.Net;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Acl.Verification;

/// <summary>Whether a client is what it calls itself in EHLO or HELO (<c>verify = helo</c>, <c>helo_verify_hosts</c>).</summary>
public static class HelloVerification
{
    /// <summary>The name is an address literal of the client, or its name by reverse DNS, or leads to its address. What was found is remembered for the name.</summary>
    /// <returns>True without a client address too; false without a name.</returns>
    public static async ValueTask<bool> VerifyAsync(EvaluationScope scope, CancellationToken cancellationToken)
    {
        if (scope.Connection.ClientAddress is not { } client)
        {
            return true;
        }

        var state = scope.Connection.AclState;
        var name = scope.Connection.HeloName;
        if (state.VerifiedHelo is not { } known || known.Name != name)
        {
            known = (name, await IsGenuineAsync(scope, name, client, cancellationToken));
            state.VerifiedHelo = known;
        }

        return known.IsGenuine;
    }

    private static async ValueTask<bool> IsGenuineAsync(EvaluationScope scope, string helo, IPAddress client, CancellationToken cancellationToken)
    {
        client = client.IsIPv4MappedToIPv6 ? client.MapToIPv4() : client;
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

        var names = (await HostNameLookup.OfClientAsync(scope, cancellationToken)).Names;
        if (names.Contains(helo, StringComparer.OrdinalIgnoreCase))
        {
            return true;
        }

        var (addresses, _) = await HostNameLookup.AddressesAsync(scope.Environment.Dns, helo, cancellationToken);
        return addresses.Contains(client);
    }
}
