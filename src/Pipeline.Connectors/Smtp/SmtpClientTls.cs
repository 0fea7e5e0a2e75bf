using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Pipeline.Connectors.Smtp;

/// <summary>The terms of one TLS handshake, and what came of verifying the peer's certificate.</summary>
internal sealed class SmtpClientTls
{
    private readonly SmtpConnectionKey _key;

    private SmtpClientTls(SmtpConnectionKey key, SslClientAuthenticationOptions options)
    {
        _key = key;
        Options = options;
        options.RemoteCertificateValidationCallback = Validate;
    }

    public SslClientAuthenticationOptions Options { get; }

    public bool Verified { get; private set; }

    /// <summary>Why the certificate did not verify, for the operator.</summary>
    public string? Problem { get; private set; }

    /// <returns>Null if a configured file cannot be used; then <paramref name="problem"/> says which.</returns>
    public static SmtpClientTls? Create(SmtpConnectionKey key, CertificateFiles files, out string? problem)
    {
        var chain = new X509ChainPolicy
        {
            RevocationMode = X509RevocationMode.NoCheck,

            // No fetching of issuers from addresses that the peer's certificate names, in the middle of a handshake.
            DisableCertificateDownloads = true,
        };
        if (key.VerifyCertificates is not ("system" or ""))
        {
            if (files.Authorities(key.VerifyCertificates, out problem) is not { } authorities)
            {
                return null;
            }

            chain.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.CustomTrustStore.AddRange(authorities);
        }

        var options = new SslClientAuthenticationOptions
        {
            // An address literal is no name to indicate (RFC 6066 section 3).
            TargetHost = key.ServerNameIndication ?? (IPAddress.TryParse(key.Host, out _) ? "" : key.Host),
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            CertificateChainPolicy = chain,
            CipherSuitesPolicy = CipherList.Parse(key.Ciphers),
        };
        if (key.CertificateFile is { Length: > 0 } certificateFile)
        {
            if (files.Identity(certificateFile, key.PrivateKeyFile, out problem) is not { } identity)
            {
                return null;
            }

            options.ClientCertificates = [identity];
        }

        problem = null;
        return new SmtpClientTls(key, options);
    }

    /// <summary>Protocol, cipher and key length, as Exim logs them.</summary>
    public static string Describe(SslStream tls)
    {
        var cipher = tls.NegotiatedCipherSuite.ToString();
        var bits = cipher.Contains("AES_128", StringComparison.Ordinal) ? 128 : 256;
        return $"{(tls.SslProtocol == SslProtocols.Tls13 ? "TLS1.3" : "TLS1.2")}:{cipher}:{bits}";
    }

    private bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        Problem = Judge(certificate, chain, errors);
        Verified = Problem is null;

        // Opportunistic TLS takes any certificate: encryption to an unknown peer is better than none (RFC 7435).
        return Verified || !_key.Policy.VerifyCertificate;
    }

    private string? Judge(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is not X509Certificate2 leaf)
        {
            return "the peer has no certificate";
        }

        if (_key.RevocationListFile is { Length: > 0 })
        {
            return "tls_crl is set, and revocation lists cannot be checked";
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            return chain?.ChainStatus is [var first, ..] ? first.StatusInformation : "the certificate chain is not valid";
        }

        return _key.Policy.VerifyHostname && !Matches(leaf) ? $"the certificate is not for {_key.Host}" : null;
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
