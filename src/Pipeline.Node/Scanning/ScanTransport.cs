using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Pipeline.Node.Admin;
using Pipeline.Node.Admin.Tls;

namespace Pipeline.Node.Scanning;

/// <summary>Connections to the admin ports of other nodes, by mutual TLS and HTTP/2, kept and shared by all scans.</summary>
/// <remarks>
/// The other side must show a certificate of the private authority with the role <c>node</c>. Its host name is not compared: nodes come and go by names that no certificate
/// knows beforehand, what they may do hangs on the role, and their addresses come from the cluster's own database.
/// </remarks>
internal sealed class ScanTransport(AdminCertificates certificates, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(2);

    // So that a certificate that has expired, or an authority that is not believed any more, does not live on in an old connection.
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private (SslStreamCertificateContext Own, HttpMessageInvoker Http)? _current;

    public HttpMessageInvoker Http
    {
        get
        {
            var (own, authorities) = certificates.Current();
            lock (_gate)
            {
                if (_current is not { } current || !ReferenceEquals(current.Own, own))
                {
                    // The former one is left to those who use it; its connections end by themselves when they are idle.
                    _current = current = (own, Create(own, authorities));
                }

                return current.Http;
            }
        }
    }

    public void Dispose() => _current?.Http.Dispose();

    private HttpMessageInvoker Create(SslStreamCertificateContext own, X509Certificate2Collection authorities) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        ConnectTimeout = ConnectTimeout,
        EnableMultipleHttp2Connections = true,
        PooledConnectionLifetime = ConnectionLifetime,
        KeepAlivePingDelay = PingDelay,
        KeepAlivePingTimeout = PingTimeout,
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        SslOptions = new SslClientAuthenticationOptions
        {
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ClientCertificateContext = own,
            CertificateChainPolicy = PrivateTrust.ForServers(authorities, time.GetUtcNow()),
            RemoteCertificateValidationCallback = static (_, certificate, _, errors) =>
                (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None
                && certificate is X509Certificate2 shown && CertificateRole.Read(shown).Role == AdminRole.Node,
        },
    });
}
