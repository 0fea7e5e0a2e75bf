using System.Collections.Immutable;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Pipeline.Policy.Tls;

/// <summary>By what the certificates of peers are judged: <c>tls_verify_certificates</c> and <c>tls_crl</c>. Immutable.</summary>
public sealed class CertificateTrust
{
    private readonly X509Certificate2Collection? _anchors;
    private readonly ImmutableArray<RevocationList>? _revocationLists;

    private CertificateTrust(X509Certificate2Collection? anchors, ImmutableArray<RevocationList>? revocationLists)
    {
        _anchors = anchors;
        _revocationLists = revocationLists;
    }

    /// <summary>What the system trusts.</summary>
    public static CertificateTrust OfSystem { get; } = new(null, null);

    /// <param name="certificates">A file or directory; <c>system</c> or empty for what the system trusts.</param>
    /// <param name="revocationLists">A file or directory; null or empty for none.</param>
    /// <returns>Null when a file cannot be used; then <paramref name="problem"/> says which, and why.</returns>
    public static CertificateTrust? Load(CertificateFiles files, string certificates, string? revocationLists, out string? problem)
    {
        problem = null;
        X509Certificate2Collection? anchors = null;
        if (certificates is not ("system" or "") && (anchors = files.Authorities(certificates, out problem)) is null)
        {
            return null;
        }

        if (string.IsNullOrEmpty(revocationLists))
        {
            return anchors is null ? OfSystem : new CertificateTrust(anchors, null);
        }

        return files.RevocationLists(revocationLists, out problem) is { } lists ? new CertificateTrust(anchors, lists) : null;
    }

    /// <summary>How a chain is built for one handshake.</summary>
    public X509ChainPolicy ChainPolicy()
    {
        var policy = new X509ChainPolicy
        {
            // Revocation is what the operator's lists say; see Judge.
            RevocationMode = X509RevocationMode.NoCheck,

            // No fetching of issuers from addresses that the peer's certificate names, in the middle of a handshake.
            DisableCertificateDownloads = true,
        };
        if (_anchors is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(_anchors);
        }

        return policy;
    }

    /// <summary>Why a chain that was built by <see cref="ChainPolicy"/> is not good; null when it is. Names of hosts are not looked at.</summary>
    public string? Judge(X509Chain? chain, SslPolicyErrors errors, DateTimeOffset now)
    {
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable) || chain is not { ChainElements.Count: > 0 })
        {
            return "the peer has no certificate";
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors) && !EndsInAnchor(chain))
        {
            return chain.ChainStatus is [var first, ..] ? first.StatusInformation : "the certificate chain is not valid";
        }

        return _revocationLists is { } lists ? JudgeRevocation(chain, lists, now) : null;
    }

    /// <summary>An authority that is none to itself may be trusted too: then the chain ends there, and that is its only fault.</summary>
    private bool EndsInAnchor(X509Chain chain) => _anchors is not null
        && chain.ChainStatus.All(status => status.Status == X509ChainStatusFlags.PartialChain)
        && chain.ChainElements.Any(element => _anchors.Any(anchor => anchor.RawDataMemory.Span.SequenceEqual(element.Certificate.RawDataMemory.Span)));

    /// <summary>Every certificate must be in nobody's list, and every issuer must have one (Exim specification, <c>tls_crl</c>).</summary>
    private static string? JudgeRevocation(X509Chain chain, ImmutableArray<RevocationList> lists, DateTimeOffset now)
    {
        for (var i = 0; i + 1 < chain.ChainElements.Count; i++)
        {
            var (certificate, issuer) = (chain.ChainElements[i].Certificate, chain.ChainElements[i + 1].Certificate);
            var ofIssuer = lists.Where(list => list.IsOf(issuer)).ToArray();
            if (ofIssuer.Length == 0)
            {
                return "unable to get certificate CRL";
            }

            // A file may still have an old list of the issuer beside the present one.
            var verdicts = ofIssuer.Select(list => list.Judge(certificate, issuer, now)).ToArray();
            if (verdicts.Contains("certificate revoked") || !verdicts.Contains(null))
            {
                return verdicts.FirstOrDefault(verdict => verdict == "certificate revoked") ?? verdicts[0];
            }
        }

        return null;
    }
}
