using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Pipeline.Node.Admin.Tls;

namespace Pipeline.Node.Admin;

/// <summary>The two ways to a node's admin API.</summary>
internal static class AdminTransport
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    public static SocketsHttpHandler Local(string socket) => new()
    {
        UseProxy = false,
        ConnectCallback = async (_, cancellationToken) =>
        {
            var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellationToken);
                return new NetworkStream(connection, ownsSocket: true);
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        },
    };

    /// <exception cref="AdminException">A file cannot be used.</exception>
    public static SocketsHttpHandler Network(RemoteNode node, TimeProvider time)
    {
        var own = Read(node.Certificate, () => X509Certificate2.CreateFromPemFile(node.Certificate, node.Key));
        var authorities = Read(node.Authority, () =>
        {
            X509Certificate2Collection read = [];
            read.ImportFromPemFile(node.Authority);
            return read.Count > 0 ? read : throw new CryptographicException("no certificate in it");
        });
        return new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ConnectTimeout = ConnectTimeout,
            SslOptions = new SslClientAuthenticationOptions
            {
                TargetHost = node.Host,
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                ClientCertificateContext = SslStreamCertificateContext.Create(own, null, offline: true),
                CertificateChainPolicy = PrivateTrust.ForServers(authorities, time.GetUtcNow()),
            },
        };
    }

    private static T Read<T>(string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new AdminException($"{file}: {error.Message}");
        }
    }
}
