using System.Collections.Immutable;
using System.Net;
using System.Text;
using Pipeline.Connectors.Ports;
using Pipeline.Policy.Authentication;

namespace Pipeline.Connectors.Smtp;

/// <summary>Everything that makes a connection fit for a delivery. Two deliveries with equal keys may share one.</summary>
/// <remarks>
/// Host lists are objects made anew for each delivery, so the key holds what they said about this peer instead.
/// </remarks>
internal sealed record SmtpConnectionKey
{
    public required string Host { get; init; }

    /// <summary>Null for a peer on this machine that is not reached over IP.</summary>
    public required IPEndPoint? EndPoint { get; init; }

    public required SmtpDialect Dialect { get; init; }

    public required string HeloData { get; init; }

    /// <summary>Address to connect from; null for the kernel's choice.</summary>
    public IPAddress? Interface { get; init; }

    /// <summary>The proxies, with their passwords, in one text of which nothing is ever printed; empty for none.</summary>
    public Secret Proxies { get; init; }

    public required SmtpPeerPolicy Policy { get; init; }

    public required string VerifyCertificates { get; init; }

    public string? CertificateFile { get; init; }

    public string? PrivateKeyFile { get; init; }

    public string? RevocationListFile { get; init; }

    public string? ServerNameIndication { get; init; }

    public string? Ciphers { get; init; }

    public string? LibraryOptions { get; init; }

    public int DhMinBits { get; init; }

    public string? Alpn { get; init; }

    public bool TemporaryFailureTryClear { get; init; }

    /// <summary>What authenticators would send, in one text of which nothing is ever printed; empty when none would be used.</summary>
    public required Secret Credentials { get; init; }

    public static async ValueTask<SmtpConnectionKey> CreateAsync(
        SmtpTransportSettings settings, string host, IPEndPoint? endPoint, SmtpPeerPolicy policy, CancellationToken cancellationToken)
    {
        return new SmtpConnectionKey
        {
            Host = host,
            EndPoint = endPoint,
            Dialect = settings.Protocol,
            HeloData = settings.HeloData.Key,
            Interface = FirstOfFamily(settings.Interfaces, endPoint),
            Proxies = new Secret(string.Join(';', settings.SocksProxy.Select(proxy => $"{proxy.Address} {proxy.Authenticates} {proxy.Name.Length}:{proxy.Name}{proxy.Password}"))),
            Policy = policy,
            VerifyCertificates = settings.Tls.VerifyCertificates,
            CertificateFile = settings.Tls.CertificateFile,
            PrivateKeyFile = settings.Tls.PrivateKeyFile,
            RevocationListFile = settings.Tls.RevocationListFile,
            ServerNameIndication = settings.Tls.ServerNameIndication,
            Ciphers = settings.Tls.Ciphers,
            LibraryOptions = settings.Tls.LibraryOptions,
            DhMinBits = settings.Tls.DhMinBits,
            Alpn = settings.Tls.Alpn,
            TemporaryFailureTryClear = settings.Tls.TemporaryFailureTryClear,
            Credentials = endPoint is not null && (policy.RequireAuthentication || policy.TryAuthentication)
                ? await JoinAsync(settings.Authentication.Authenticators, new AuthenticationPeer(host, endPoint), cancellationToken)
                : default,
        };
    }

    private static IPAddress? FirstOfFamily(ImmutableArray<IPAddress> interfaces, IPEndPoint? endPoint)
    {
        foreach (var address in interfaces)
        {
            if (address.AddressFamily == endPoint?.AddressFamily)
            {
                return address;
            }
        }

        return null;
    }

    private static async ValueTask<Secret> JoinAsync(
        ImmutableArray<ClientAuthenticator> authenticators, AuthenticationPeer peer, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        foreach (var authenticator in authenticators)
        {
            var fingerprint = await authenticator.FingerprintAsync(peer, cancellationToken);

            // Lengths in front, so that no two lists of values give one text.
            text.Append(fingerprint.Length).Append(':').Append(fingerprint);
        }

        return new Secret(text.ToString());
    }
}
