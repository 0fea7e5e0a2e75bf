using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Pipeline.Mail.Dns;

namespace Pipeline.Connectors.Smtp.Dane;

/// <summary>Holds the certificates of a peer against its TLSA records (RFC 6698, RFC 7671).</summary>
internal static class DaneCertificates
{
    private const string NoMatch = "no TLSA record matches the certificate of the peer";

    /// <param name="records">Usable ones, at least one.</param>
    /// <param name="sent">What the peer has sent besides its own certificate, in any order; its own may be among them.</param>
    /// <param name="host">The name that certificates below a trust anchor are to have.</param>
    /// <returns>Null when a record matches; else why none does, for the operator.</returns>
    public static string? Judge(ImmutableArray<TlsaRecord> records, X509Certificate2 leaf, X509Certificate2Collection sent, string host, DateTimeOffset now)
    {
        try
        {
            return Compare(records, leaf, sent, host, now);
        }
        catch (CryptographicException error)
        {
            return $"a certificate cannot be read: {error.Message}";
        }
    }

    private static string? Compare(ImmutableArray<TlsaRecord> records, X509Certificate2 leaf, X509Certificate2Collection sent, string host, DateTimeOffset now)
    {
        // RFC 7672 section 3.1.1: with usage 3 neither names nor dates nor chains matter.
        if (records.Any(record => record.Usage == TlsaRecords.EndEntity && Matches(record, leaf)))
        {
            return null;
        }

        var problem = NoMatch;
        foreach (var record in records.Where(static record => record.Usage == TlsaRecords.TrustAnchor))
        {
            foreach (var anchor in Anchors(record, leaf, sent))
            {
                if (!LeadsTo(anchor, leaf, sent, now))
                {
                    problem = "the certificate does not lead to the trust anchor of the TLSA record";
                }
                else if (!HasName(leaf, host))
                {
                    problem = $"the certificate is not for {host}";
                }
                else
                {
                    return null;
                }
            }
        }

        return problem;
    }

    /// <summary>Those that the record means: among what was sent, and the one that the record itself is.</summary>
    private static List<X509Certificate2> Anchors(TlsaRecord record, X509Certificate2 leaf, X509Certificate2Collection sent)
    {
        var found = sent.Append(leaf).Where(certificate => Matches(record, certificate)).ToList();
        return found.Count == 0 && record is { Selector: TlsaRecords.WholeCertificate, MatchingType: TlsaRecords.Exactly } && Load(record.Data) is { } whole ? [whole] : found;
    }

    private static bool Matches(TlsaRecord record, X509Certificate2 certificate)
    {
        var subject = record.Selector == TlsaRecords.WholeCertificate ? certificate.RawDataMemory.Span : certificate.PublicKey.ExportSubjectPublicKeyInfo();
        return record.MatchingType switch
        {
            TlsaRecords.BySha256 => SHA256.HashData(subject).AsSpan().SequenceEqual(record.Data.Span),
            TlsaRecords.BySha512 => SHA512.HashData(subject).AsSpan().SequenceEqual(record.Data.Span),
            _ => subject.SequenceEqual(record.Data.Span),
        };
    }

    private static bool LeadsTo(X509Certificate2 anchor, X509Certificate2 leaf, X509Certificate2Collection sent, DateTimeOffset now)
    {
        using var chain = new X509Chain();
        var policy = chain.ChainPolicy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.RevocationMode = X509RevocationMode.NoCheck;
        policy.DisableCertificateDownloads = true;
        policy.VerificationTime = now.UtcDateTime;
        policy.VerificationTimeIgnored = false;
        policy.CustomTrustStore.Add(anchor);

        // With roots among them the chain would climb past an anchor that is none.
        policy.ExtraStore.AddRange(sent.Where(certificate => !IsSelfIssued(certificate)).ToArray());
        if (chain.Build(leaf))
        {
            return true;
        }

        // An authority in the middle ends the chain before a root, and that is its only fault.
        return chain.ChainStatus.All(status => status.Status is X509ChainStatusFlags.PartialChain)
            && chain.ChainElements[^1].Certificate.RawDataMemory.Span.SequenceEqual(anchor.RawDataMemory.Span);
    }

    private static bool IsSelfIssued(X509Certificate2 certificate) => certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);

    private static bool HasName(X509Certificate2 leaf, string host)
    {
        try
        {
            return leaf.MatchesHostname(host, allowWildcards: true, allowCommonName: false);
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            return false;
        }
    }

    private static X509Certificate2? Load(ReadOnlyMemory<byte> octets)
    {
        try
        {
            return X509CertificateLoader.LoadCertificate(octets.Span);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
