using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Pipeline.Connectors.Smtp.Dane;
using Pipeline.Policy.Tls;
using Pipeline.Policy.Tls.Ciphers;

namespace Pipeline.Connectors.Smtp;

/// <summary>The terms of one TLS handshake, and what came of verifying the peer's certificate.</summary>
internal sealed class SmtpClientTls
{
    private readonly SmtpConnectionKey _key;
    private readonly CertificateTrust _trust;
    private readonly TimeProvider _time;

    private SmtpClientTls(SmtpConnectionKey key, CertificateTrust trust, SslClientAuthenticationOptions options, TimeProvider time)
    {
        (_key, _trust, _time) = (key, trust, time);
        Options = options;
        options.RemoteCertificateValidationCallback = Validate;
    }

    public SslClientAuthenticationOptions Options { get; }

    public bool Verified { get; private set; }

    /// <summary>It verified against TLSA records.</summary>
    public bool VerifiedByDane => Verified && _key.Policy.Dane is { Usable.IsEmpty: false };

    /// <summary>What the peer has shown; null before the handshake.</summary>
    public X509Certificate2? PeerCertificate { get; private set; }

    /// <summary>What we show when we are asked; null when there is none.</summary>
    public X509Certificate2? OurCertificate => Options.ClientCertificates is [X509Certificate2 own, ..] ? own : null;

    /// <summary>Why the certificate did not verify, for the operator.</summary>
    public string? Problem { get; private set; }

    /// <returns>Null if a configured file or value cannot be used; then <paramref name="problem"/> says which.</returns>
    public static SmtpClientTls? Create(SmtpConnectionKey key, CertificateFiles files, TimeProvider time, out string? problem)
    {
        if (CertificateTrust.Load(files, key.VerifyCertificates, key.RevocationListFile, out problem) is not { } trust)
        {
            return null;
        }

        if (CipherPreference.Read(key.Ciphers, key.LibraryOptions, out var unreadable, key.DhMinBits) is not { } ciphers)
        {
            problem = $"tls_require_ciphers: {unreadable}";
            return null;
        }

        var options = new SslClientAuthenticationOptions
        {
            // An address literal is no name to indicate (RFC 6066 section 3).
            TargetHost = key.ServerNameIndication ?? (IPAddress.TryParse(key.Host, out _) ? "" : key.Host),
            EnabledSslProtocols = ciphers.Protocols,
            CertificateChainPolicy = trust.ChainPolicy(),
            CipherSuitesPolicy = ciphers.Suites,
            ApplicationProtocols = key.Alpn is { } protocol ? [new SslApplicationProtocol(protocol)] : null,
            AllowTlsResume = key.Policy.ResumeTls,
        };
        if (key.CertificateFile is { Length: > 0 } certificateFile)
        {
            if (files.Identity(certificateFile, key.PrivateKeyFile, out problem) is not { } identity)
            {
                return null;
            }

            options.ClientCertificates = [identity];
        }

        return new SmtpClientTls(key, trust, options, time);
    }

    /// <summary>Why the session that came about is not what the transport wants; null when it is.</summary>
    public string? Fault(SslStream tls) =>
        _key.Policy.RequireAlpn && tls.NegotiatedApplicationProtocol.Protocol.IsEmpty ? "ALPN is required and was not negotiated" : null;

    /// <summary>Protocol, cipher and key length, as Exim logs them.</summary>
    public static string Describe(SslStream tls)
    {
        var cipher = tls.NegotiatedCipherSuite.ToString();
        var bits = cipher.Contains("AES_128", StringComparison.Ordinal) ? 128 : 256;
        return $"{(tls.SslProtocol == SslProtocols.Tls13 ? "TLS1.3" : "TLS1.2")}:{cipher}:{bits}";
    }

    private bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        // A copy: it is asked for while the session lives, and the stream owns its own.
        PeerCertificate = certificate is null ? null : X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        Problem = Judge(certificate, chain, errors);
        Verified = Problem is null;

        // Opportunistic TLS takes any certificate: encryption to an unknown peer is better than none (RFC 7435).
        return Verified || !_key.Policy.VerifyCertificate;
    }

    private string? Judge(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (_key.Policy.Dane is { Usable: { IsEmpty: false } records })
        {
            return PeerCertificate is null || chain is null
                ? "the peer has no certificate"
                : DaneCertificates.Judge(records, PeerCertificate, [.. chain.ChainPolicy.ExtraStore, .. chain.ChainElements.Select(element => element.Certificate)], _key.Host, _time.GetUtcNow());
        }

        if (_trust.Judge(chain, errors, _time.GetUtcNow()) is { } fault)
        {
            return fault;
        }

        return _key.Policy.VerifyHostname && !(certificate is X509Certificate2 leaf && Matches(leaf)) ? $"the certificate is not for {_key.Host}" : null;
    }

    private bool Matches(X509Certificate2 leaf)
    {
        try
        {
            return leaf.MatchesHostname(_key.Host, allowWildcards: true, allowCommonName: false);
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            return false;
        }
    }
}
