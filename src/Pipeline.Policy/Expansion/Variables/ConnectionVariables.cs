using System.Globalization;
using System.Net;
using Pipeline.Policy.Authentication;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Expansion.Variables;

/// <summary>Variables about the client and the connection.</summary>
internal static class ConnectionVariables
{
    public static VariableDefinition[] Definitions { get; } =
    [
        new("sender_host_address", s => s.Connection.ClientAddressText),
        new("sender_host_port", s => s.Connection.ClientPort.ToString(CultureInfo.InvariantCulture)),
        new("sender_host_name", HostNameAsync),
        new("host_lookup_failed", s => s.Connection.HostLookupFailed ? "1" : "0"),
        new("host_lookup_deferred", s => s.Connection.HostLookupDeferred ? "1" : "0"),
        VariableDefinition.FromPeer("sender_helo_name", s => s.Connection.HeloName),
        VariableDefinition.FromPeer("sender_fullhost", FullHost),
        VariableDefinition.FromPeer("sender_rcvhost", ReceivedHost),
        VariableDefinition.FromPeer("sender_ident", s => s.Connection.Ident),
        .. new[] { "caller", "originator" }.SelectMany(static of => new[]
        {
            Number($"{of}_uid", s => (s.Connection.Originator ?? s.Environment.ProcessUser).UserId),
            Number($"{of}_gid", s => (s.Connection.Originator ?? s.Environment.ProcessUser).GroupId),
        }),
        Number("exim_uid", s => s.Environment.ProcessUser.UserId),
        Number("exim_gid", s => s.Environment.ProcessUser.GroupId),
        new("received_protocol", s => s.Connection.Protocol),
        new("sender_host_authenticated", s => s.Connection.AuthenticatorName),
        VariableDefinition.FromPeer("authenticated_id", s => s.Connection.AuthenticatedId),
        VariableDefinition.FromPeer("authenticated_fail_id", s => s.Connection.AuthenticatedFailId),
        VariableDefinition.FromPeer("authenticated_sender", s => s.Message.AuthenticatedSender),
        new("authentication_failed", s => s.Connection.AuthenticationFailed ? "1" : "0"),
        .. Enumerable.Range(1, AuthenticationValues.Count).Select(number => VariableDefinition.FromPeer($"auth{number}", s => s.Authentication[number])),
        new("received_ip_address", s => IpText.Format(s.Connection.LocalAddress)),
        new("interface_address", s => IpText.Format(s.Connection.LocalAddress)),
        new("received_port", LocalPort),
        new("interface_port", LocalPort),
        VariableDefinition.FromPeer("smtp_command", s => s.Connection.SmtpCommand),
        VariableDefinition.FromPeer("smtp_command_argument", s => s.Connection.SmtpCommand.IndexOf(' ', StringComparison.Ordinal) is >= 0 and var blank
            ? s.Connection.SmtpCommand[(blank + 1)..].TrimStart()
            : ""),
        new("proxy_session", s => s.Connection.Proxy is null ? "no" : "yes"),
        new("proxy_local_address", s => IpText.Format(s.Connection.Proxy?.Local.Address)),
        new("proxy_local_port", s => Port(s.Connection.Proxy?.Local)),
        VariableDefinition.FromPeer("proxy_external_address", s => IpText.Format(s.Connection.Proxy?.External?.Address)),
        VariableDefinition.FromPeer("proxy_external_port", s => Port(s.Connection.Proxy?.External)),
        .. Tls("tls_in_cipher", "tls_cipher", t => t.Cipher),
        .. Tls("tls_in_cipher_std", null, t => t.CipherSuite),
        .. Tls("tls_in_ver", null, t => t.Version),
        .. Tls("tls_in_peerdn", "tls_peerdn", t => t.PeerDistinguishedName, Taint.Tainted),
        .. Tls("tls_in_sni", "tls_sni", t => t.ServerNameIndication, Taint.Tainted),
        VariableDefinition.OfCertificate("tls_in_peercert", s => s.Connection.Tls?.PeerCertificate),
        VariableDefinition.OfCertificate("tls_in_ourcert", s => s.Connection.Tls?.OurCertificate),
        new("tls_in_bits", Bits), new("tls_bits", Bits),
        new("tls_in_certificate_verified", Verified), new("tls_certificate_verified", Verified),
    ];

    // Without a connection there is no port at all.
    private static string LocalPort(EvaluationScope scope) =>
        (scope.Connection.LocalAddress is null ? -1 : scope.Connection.LocalPort).ToString(CultureInfo.InvariantCulture);

    private static string Port(IPEndPoint? endpoint) => (endpoint?.Port ?? 0).ToString(CultureInfo.InvariantCulture);

    private static VariableDefinition Number(string name, Func<EvaluationScope, uint> read) =>
        new(name, s => read(s).ToString(CultureInfo.InvariantCulture));

    private static string Bits(EvaluationScope scope) => (scope.Connection.Tls?.Bits ?? 0).ToString(CultureInfo.InvariantCulture);

    private static string Verified(EvaluationScope scope) => scope.Connection.Tls is { CertificateVerified: true } ? "1" : "0";

    private static IEnumerable<VariableDefinition> Tls(string name, string? oldName, Func<TlsFacts, string?> read, Taint taint = Taint.None)
    {
        yield return new VariableDefinition(name, Read);
        if (oldName is not null)
        {
            yield return new VariableDefinition(oldName, Read);
        }

        ExpandedText Read(EvaluationScope scope) => scope.Connection.Tls is { } tls ? new ExpandedText(read(tls), taint) : default;
    }

    /// <summary>The name is looked up when somebody asks for it.</summary>
    private static async ValueTask<ExpansionResult> HostNameAsync(ExpansionContext context)
    {
        var lookup = await HostNameLookup.OfClientAsync(context.Scope, context.CancellationToken);
        return ExpansionResult.Success(lookup.Outcome == HostLookupOutcome.Found ? lookup.Names[0] : "", Taint.Tainted);
    }

    /// <summary>The form of log lines: <c>name (helo) [ip]:port</c>.</summary>
    private static string FullHost(EvaluationScope scope)
    {
        var connection = scope.Connection;
        if (connection.ClientAddress is null)
        {
            return "";
        }

        var address = $"[{connection.ClientAddressText}]";
        var helo = connection.HeloName.Length == 0 || IsAddressLiteral(connection.HeloName, address) ? "" : $"({connection.HeloName}) ";
        return connection.ClientName is { Length: > 0 } name
            ? name.Equals(connection.HeloName, StringComparison.OrdinalIgnoreCase) ? $"{name} {address}" : $"{name} {helo}{address}"
            : helo + address;
    }

    /// <summary>The form of Received fields; empty for what a local caller has handed in.</summary>
    private static string ReceivedHost(EvaluationScope scope)
    {
        var connection = scope.Connection;
        if (connection.ClientAddress is null)
        {
            return "";
        }

        var address = connection.ClientAddressText;
        var ident = connection.Ident.Length == 0 ? "" : $" ident={connection.Ident}";
        var helo = connection.HeloName.Length == 0 || IsAddressLiteral(connection.HeloName, $"[{address}]") ? "" : $" helo={connection.HeloName}";
        if (connection.ClientName is { Length: > 0 } name)
        {
            var told = name.Equals(connection.HeloName, StringComparison.OrdinalIgnoreCase) ? "" : helo;
            return $"{name} ([{address}]{told}{ident})";
        }

        return helo.Length + ident.Length == 0 ? $"[{address}]" : $"[{address}] ({(helo + ident).TrimStart()})";
    }

    private static bool IsAddressLiteral(string helo, string address) =>
        helo.Equals(address, StringComparison.OrdinalIgnoreCase)
        || helo.Equals(address.Replace("[", "[IPv6:", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);
}
