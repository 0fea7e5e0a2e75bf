using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Tls;

namespace Pipeline.Node.Listeners.Tls;

/// <summary>Does TLS handshakes, a bounded number at a time and each within its time.</summary>
internal sealed class TlsServer(ServerCertificates certificates, SmtpLimits limits, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _turns = new(limits.MaxHandshakes, limits.MaxHandshakes);

    /// <summary>There is a certificate, so TLS may be offered.</summary>
    public bool IsAvailable => !certificates.IsEmpty;

    /// <summary>Takes the server's part of a handshake.</summary>
    /// <returns>The secured stream, or why there is none; never throws for what the peer does.</returns>
    public async ValueTask<TlsHandshake> HandshakeAsync(IDuplexPipe transport, ServerTlsTerms terms)
    {
        if (!IsAvailable)
        {
            return new TlsHandshake(null, null, "(tls_certificate): there is no certificate");
        }

        using var deadline = new CancellationTokenSource(limits.HandshakeTimeout, time);
        var stream = new SslStream(new DuplexPipeStream(transport), leaveInnerStreamOpen: true);
        var check = new ClientCertificateCheck(terms, time);
        string? failure;
        try
        {
            await _turns.WaitAsync(deadline.Token);
            try
            {
                await stream.AuthenticateAsServerAsync((_, hello, _, _) => ValueTask.FromResult(OptionsFor(hello.ServerName, terms, check)), null, deadline.Token);
                if (!terms.RequiresAlpn || !stream.NegotiatedApplicationProtocol.Protocol.IsEmpty)
                {
                    return new TlsHandshake(stream, Describe(stream, check), null);
                }

                failure = "(ALPN): required and not negotiated";
            }
            finally
            {
                _turns.Release();
            }
        }
        catch (OperationCanceledException)
        {
            failure = "(SSL_accept): timed out";
        }
        catch (AuthenticationException e)
        {
            failure = check.Refusal ?? $"(SSL_accept): {e.InnerException?.Message ?? e.Message}";
        }
        catch (IOException e)
        {
            failure = $"(SSL_accept): {e.Message}";
        }

        await stream.DisposeAsync();
        return new TlsHandshake(null, null, failure);
    }

    public void Dispose() => _turns.Dispose();

    private SslServerAuthenticationOptions OptionsFor(string serverName, ServerTlsTerms terms, ClientCertificateCheck check)
    {
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = certificates.Select(serverName),
            EnabledSslProtocols = terms.Ciphers.Protocols,
            CipherSuitesPolicy = terms.Ciphers.Suites,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            EncryptionPolicy = EncryptionPolicy.RequireEncryption,
            AllowRenegotiation = false,
            AllowTlsResume = terms.Resumes,
            ApplicationProtocols = terms.ApplicationProtocols.IsEmpty ? null : [.. terms.ApplicationProtocols],
        };
        check.PutInto(options);
        return options;
    }

    private static TlsFacts Describe(SslStream stream, ClientCertificateCheck check)
    {
        string suite = stream.NegotiatedCipherSuite.ToString();
        string version = stream.SslProtocol == SslProtocols.Tls13 ? "TLS1.3" : "TLS1.2";
        int bits = suite.Contains("256_", StringComparison.Ordinal) || suite.Contains("CHACHA20", StringComparison.Ordinal) ? 256 : 128;
        string? serverName = string.IsNullOrEmpty(stream.TargetHostName) ? null : stream.TargetHostName;
        return TlsFacts.Of(version, suite, bits, serverName, check.Certificate, check.Verified, stream.LocalCertificate as X509Certificate2);
    }
}
