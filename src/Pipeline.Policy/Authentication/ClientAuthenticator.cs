using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Transports;

namespace Pipeline.Policy.Authentication;

/// <summary>The server that a client authenticates to, for $host, $host_address, $host_port, $tls_out_cipher and $tls_out_certificate_verified.</summary>
/// <param name="Cipher">As in $tls_out_cipher; null in clear, and before the connection is made.</param>
public sealed record AuthenticationPeer(string Host, IPEndPoint EndPoint, string? Cipher = null, bool CertificateVerified = false)
{
    /// <summary>What it has shown, $tls_out_peercert and $tls_out_peerdn; null in clear.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>What we have shown it, $tls_out_ourcert; null when nothing.</summary>
    public X509Certificate2? OurCertificate { get; init; }
}

/// <summary>An authenticator of the configuration as a client, for one delivery; asked about each server once it is known.</summary>
/// <param name="scope">In which the transport was expanded.</param>
public sealed class ClientAuthenticator(AuthenticatorDefinition definition, EvaluationScope scope)
{
    public string Name => definition.Name;

    public string Mechanism => definition.PublicName;

    /// <summary>A text that differs where the credentials do: only with the same one may two deliveries share a session. As secret as they are.</summary>
    public async ValueTask<string> FingerprintAsync(AuthenticationPeer peer, CancellationToken cancellationToken)
    {
        var own = TransportScope.ForPeer(scope, peer);
        var text = new StringBuilder();
        Append(definition.Name);
        foreach (var part in definition.ClientTexts)
        {
            var result = await part.ExpandAsync(own, cancellationToken);
            Append(result.Outcome.ToString());
            Append(result.Value);
        }

        return text.ToString();

        // Lengths in front, so that no two lists of values give one text.
        void Append(string value) => text.Append(value.Length).Append(':').Append(value);
    }

    /// <returns>Null when client_condition says that it is not for this server.</returns>
    public async ValueTask<ClientAuthentication?> BeginAsync(AuthenticationPeer peer, CancellationToken cancellationToken)
    {
        var own = TransportScope.ForPeer(scope, peer);
        return await definition.IsForPeerAsync(own, cancellationToken) ? new ClientAuthentication(definition, own) : null;
    }

    /// <summary>Tells the operator that the server did not believe it.</summary>
    /// <param name="reply">The server's reply, in one line.</param>
    public void LogFailure(AuthenticationPeer peer, string reply) => scope.Environment.Log.Write(
        PolicyLogTarget.Main, $"{(scope.Message.Id.Length == 0 ? "" : scope.Message.Id + " ")}{Name} authenticator failed H={peer.Host} [{peer.EndPoint.Address}] {reply}");
}

/// <summary>One attempt to authenticate to one server. One flow of control.</summary>
public sealed class ClientAuthentication
{
    private readonly AuthenticatorDefinition _definition;
    private readonly EvaluationScope _scope;
    private readonly ClientExchange _exchange;

    internal ClientAuthentication(AuthenticatorDefinition definition, EvaluationScope scope)
    {
        _definition = definition;
        _scope = scope;
        _exchange = definition.BeginClient(scope);
    }

    /// <summary>What goes with AUTH.</summary>
    public ValueTask<ClientStep> BeginAsync(CancellationToken cancellationToken) => _exchange.BeginAsync(cancellationToken);

    /// <param name="challenge">Decoded; null when it was not BASE64.</param>
    public ValueTask<ClientStep> RespondAsync(byte[]? challenge, CancellationToken cancellationToken) => _exchange.RespondAsync(challenge, cancellationToken);

    /// <summary>The name in delivery lines (<c>A=</c>): the authenticator, and client_set_id when there is one.</summary>
    public async ValueTask<string> DescribeAsync(CancellationToken cancellationToken) =>
        await _definition.ClientIdAsync(_scope, cancellationToken) is { Length: > 0 } id ? $"{_definition.Name}:{OctetString.ToText(id)}" : _definition.Name;
}
