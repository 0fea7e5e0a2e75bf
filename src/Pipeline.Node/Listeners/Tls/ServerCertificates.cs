using System.Collections.Immutable;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Pipeline.Node.Listeners.Tls;

/// <summary>The certificates of the server, ready for handshakes. The first is for clients that name no server, or one that no certificate is for.</summary>
/// <remarks>Contexts are built once, as building one costs as much as several handshakes. <see cref="Use"/> swaps all of them while the server runs.</remarks>
public sealed class ServerCertificates
{
    private ImmutableArray<Entry> _entries = [];

    /// <param name="certificates">With private keys; may be empty, then there is no TLS.</param>
    public ServerCertificates(params IReadOnlyList<X509Certificate2> certificates) => Use(certificates);

    public bool IsEmpty => _entries.IsEmpty;

    /// <summary>Puts other certificates in the place of these; handshakes under way end with the old ones.</summary>
    /// <param name="certificates">With private keys.</param>
    /// <param name="intermediates">Certificates to send along.</param>
    public void Use(IReadOnlyList<X509Certificate2> certificates, X509Certificate2Collection? intermediates = null)
    {
        var entries = ImmutableArray.CreateBuilder<Entry>(certificates.Count);
        foreach (X509Certificate2 certificate in certificates)
        {
            if (!certificate.HasPrivateKey)
            {
                throw new ArgumentException($"certificate {certificate.Subject} has no private key", nameof(certificates));
            }

            entries.Add(new Entry(certificate, SslStreamCertificateContext.Create(certificate, intermediates, offline: true)));
        }

        ImmutableInterlocked.InterlockedExchange(ref _entries, entries.MoveToImmutable());
    }

    /// <summary>What is shown to a client that asked for <paramref name="serverName"/> (SNI; empty when it did not).</summary>
    internal SslStreamCertificateContext Select(string serverName)
    {
        ImmutableArray<Entry> entries = _entries;
        if (serverName.Length > 0 && entries.Length > 1)
        {
            foreach (Entry entry in entries)
            {
                if (Matches(entry.Certificate, serverName))
                {
                    return entry.Context;
                }
            }
        }

        return entries[0].Context;
    }

    private static bool Matches(X509Certificate2 certificate, string serverName)
    {
        // MatchesHostname throws for what is no host name, and the name comes from the peer.
        return Uri.CheckHostName(serverName) != UriHostNameType.Unknown && certificate.MatchesHostname(serverName);
    }

    private sealed record Entry(X509Certificate2 Certificate, SslStreamCertificateContext Context);
}
