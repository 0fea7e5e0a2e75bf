using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using Pipeline.Policy.Expansion;

namespace Pipeline.Node.Listeners.Tls;

/// <summary>Does TLS handshakes, a bounded number at a time and each within its time.</summary>
internal sealed class TlsServer(ServerCertificates certificates, SmtpLimits limits, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _turns = new(limits.MaxHandshakes, limits.MaxHandshakes);

    /// <summary>There is a certificate, so TLS may be offered.</summary>
    public bool IsAvailable => !certificates.IsEmpty;

    /// <summary>Takes the server's part of a handshake.</summary>
    /// <returns>The secured stream, or why there is none; never throws for what the peer does.</returns>
    public async ValueTask<TlsHandshake> HandshakeAsync(IDuplexPipe transport)
    {
        if (!IsAvailable)
        {
            return new TlsHandshake(null, null, "there is no certificate");
        }

        using var deadline = new CancellationTokenSource(limits.HandshakeTimeout, time);
        var stream = new SslStream(new DuplexPipeStream(transport), leaveInnerStreamOpen: true);
        string? failure;
        try
        {
            await _turns.WaitAsync(deadline.Token);
            try
            {
                await stream.AuthenticateAsServerAsync(SelectOptions, certificates, deadline.Token);
                return new TlsHandshake(stream, Describe(stream), null);
            }
            finally
            {
                _turns.Release();
            }
        }
        catch (OperationCanceledException)
        {
            failure = "handshake timed out";
        }
        catch (AuthenticationException e)
        {
            failure = e.InnerException?.Message ?? e.Message;
        }
        catch (IOException e)
        {
            failure = e.Message;
        }

        await stream.DisposeAsync();
        return new TlsHandshake(null, null, failure);
    }

    public void Dispose() => _turns.Dispose();

    private static ValueTask<SslServerAuthenticationOptions> SelectOptions(
        SslStream stream, SslClientHelloInfo hello, object? certificates, CancellationToken cancellationToken) =>
        ValueTask.FromResult(((ServerCertificates)certificates!).Select(hello.ServerName));

    private static TlsFacts Describe(SslStream stream)
    {
        string suite = stream.NegotiatedCipherSuite.ToString();
        string version = stream.SslProtocol == SslProtocols.Tls13 ? "TLS1.3" : "TLS1.2";
        int bits = suite.Contains("256_", StringComparison.Ordinal) || suite.Contains("CHACHA20", StringComparison.Ordinal) ? 256 : 128;
        string? serverName = string.IsNullOrEmpty(stream.TargetHostName) ? null : stream.TargetHostName;
        return new TlsFacts(version, suite, bits, stream.RemoteCertificate?.Subject, CertificateVerified: false, serverName);
    }
}
