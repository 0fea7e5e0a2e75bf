using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Pipeline.Node.Configuration;

namespace Pipeline.Node.Admin.Tls;

/// <summary>The admin port: HTTP/2 or 1.1 over mutual TLS. Who shows no certificate of the private authority gets no request through.</summary>
internal sealed class AdminListener
{
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    private readonly IPEndPoint _address;
    private readonly AdminCertificates _certificates;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private ListenOptions? _bound;

    private AdminListener(IPEndPoint address, AdminCertificates certificates, TimeProvider time, ILogger logger) =>
        (_address, _certificates, _time, _logger) = (address, certificates, time, logger);

    public AdminCertificates Certificates => _certificates;

    /// <summary>Where it listens, with its real port once the server has started.</summary>
    public IPEndPoint Endpoint => _bound?.IPEndPoint ?? _address;

    /// <summary>All that is wrong with the settings and their files is added to <paramref name="errors"/>.</summary>
    /// <returns>Null with errors.</returns>
    public static AdminListener? Create(AdminSettings settings, List<string> errors, TimeProvider time, ILogger logger)
    {
        var before = errors.Count;
        errors.AddRange(AdminSettingsCheck.Errors(settings));
        var certificates = errors.Count == before ? AdminCertificates.Load(settings, errors, logger) : null;
        return certificates is null ? null : new AdminListener(IPEndPoint.Parse(settings.Listen!), certificates, time, logger);
    }

    public void Attach(KestrelServerOptions kestrel) => kestrel.Listen(_address, listen =>
    {
        _bound = listen;
        listen.Protocols = HttpProtocols.Http1AndHttp2;
        listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = HandshakeAsync, HandshakeTimeout = HandshakeTimeout });
        listen.Use(Identify);
    });

    private ValueTask<SslServerAuthenticationOptions> HandshakeAsync(TlsHandshakeCallbackContext context)
    {
        var (own, authorities) = _certificates.Current();
        var remote = context.Connection.RemoteEndPoint;
        return ValueTask.FromResult(new SslServerAuthenticationOptions
        {
            ServerCertificateContext = own,
            ClientCertificateRequired = true,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            CertificateChainPolicy = PrivateTrust.ForClients(authorities, _time.GetUtcNow()),
            RemoteCertificateValidationCallback = (_, certificate, chain, errors) => IsGood(certificate, chain, errors, remote),
        });
    }

    private bool IsGood(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors, EndPoint? remote)
    {
        if (certificate is not null && errors == SslPolicyErrors.None)
        {
            return true;
        }

        var reasons = chain?.ChainStatus.Select(status => status.StatusInformation.Trim()).Where(text => text.Length > 0).ToArray() ?? [];
        AdminLog.CertificateRefused(
            _logger, remote, certificate?.Subject ?? "no certificate", reasons.Length > 0 ? string.Join("; ", reasons) : errors.ToString());
        return false;
    }

    private static ConnectionDelegate Identify(ConnectionDelegate next) => connection =>
    {
        if (connection.Features.Get<ITlsConnectionFeature>()?.ClientCertificate is { } certificate)
        {
            connection.Features.Set(CertificateRole.Read(certificate));
        }

        return next(connection);
    };
}
