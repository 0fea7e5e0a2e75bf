using Pipeline.Messages.Journal;
using Pipeline.Policy.Expansion;

namespace Pipeline.Actors.Receipt;

/// <summary>Makes what the journal says of a client.</summary>
internal static class ClientFactsOf
{
    public static ClientFacts Connection(ConnectionScope connection) => new(
        connection.ClientAddress?.ToString(),
        connection.ClientPort,
        connection.ClientName,
        OctetString.ToText(connection.HeloName),
        connection.Protocol,
        connection.LocalAddress?.ToString(),
        connection.LocalPort,
        connection.Tls?.Cipher,

        // Local users have an id too, without having shown it to an authenticator.
        connection.AuthenticatorName.Length == 0 ? null : OctetString.ToText(connection.AuthenticatedId),
        connection.Tls?.CertificateVerified,
        connection.AuthenticatorName.Length == 0 ? null : connection.AuthenticatorName,
        connection.Tls?.PeerDistinguishedName is { } peer ? OctetString.ToText(peer) : null,
        connection.Tls?.ServerNameIndication,
        connection.Proxy?.Local.Address.ToString(),
        connection.Ident.Length == 0 ? null : OctetString.ToText(connection.Ident),
        connection.Reference,
        connection.Id.Length == 0 ? null : connection.Id);
}
