using Pipeline.Mail.Addressing;
using Pipeline.Policy.Callers;
using Pipeline.Policy.Expansion;

namespace Pipeline.Actors.Receipt;

/// <summary>Who hands over mail on this machine, and what is made of that for connection, envelope and header.</summary>
internal static class LocalOrigin
{
    /// <summary>The sender of whoever calls: the login at <c>qualify_domain</c>.</summary>
    public static EnvelopeAddress AddressOf(Caller caller, EvaluationScope scope) => new(OctetString.ToText(caller.Login), scope.Environment.QualifyDomain);

    /// <summary>The connection of a local program, as the policy sees it.</summary>
    /// <param name="protocol">$received_protocol, when nothing else was said and believed.</param>
    public static ConnectionScope Connection(Caller caller, LocalClaims? claims, string protocol)
    {
        var believed = caller.IsTrusted ? claims : null;
        var client = LocalClaims.EndPoint(believed?.Client);
        var local = LocalClaims.EndPoint(believed?.Interface);

        // Whose mail it is shows by the login, unless it is said to come from a client.
        var login = client is null ? caller.Login : "";
        return new ConnectionScope
        {
            ClientAddress = client?.Address,
            ClientPort = client?.Port ?? 0,
            LocalAddress = local?.Address,
            LocalPort = local?.Port ?? 0,
            ClientName = Octets(believed?.ClientName),
            Protocol = Octets(believed?.Protocol) ?? protocol,
            Ident = Octets(believed?.Ident) ?? login,
            AuthenticatorName = Octets(believed?.Authenticator) ?? "",
            AuthenticatedId = Octets(believed?.AuthenticatedId) ?? login,
            Originator = caller.Credentials,
        };
    }

    private static string? Octets(string? text) => text is null ? null : OctetString.FromText(text);
}
