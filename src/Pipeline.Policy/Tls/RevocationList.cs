using System.Collections.Frozen;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Pipeline.Policy.Tls;

/// <summary>A list of certificates that their issuer has taken back (RFC 5280 section 5). Immutable.</summary>
internal sealed class RevocationList
{
    private readonly byte[] _signed;
    private readonly byte[] _signature;
    private readonly string _algorithm;
    private readonly byte[] _issuer;
    private readonly DateTimeOffset? _nextUpdate;
    private readonly FrozenSet<string> _serials;

    private RevocationList(ReadOnlyMemory<byte> der)
    {
        var list = new AsnReader(der, AsnEncodingRules.DER).ReadSequence();
        _signed = list.PeekEncodedValue().ToArray();
        var content = list.ReadSequence();
        _algorithm = list.ReadSequence().ReadObjectIdentifier();
        _signature = list.ReadBitString(out _);
        if (content.PeekTag().HasSameClassAndValue(Asn1Tag.Integer))
        {
            content.ReadInteger();
        }

        content.ReadSequence();
        _issuer = content.ReadEncodedValue().ToArray();
        ReadTime(content);
        if (content.HasData && content.PeekTag().TagClass == TagClass.Universal && content.PeekTag().TagValue is (int)UniversalTagNumber.UtcTime or (int)UniversalTagNumber.GeneralizedTime)
        {
            _nextUpdate = ReadTime(content);
        }

        var serials = new HashSet<string>(StringComparer.Ordinal);
        if (content.HasData && content.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence))
        {
            for (var revoked = content.ReadSequence(); revoked.HasData;)
            {
                serials.Add(Convert.ToHexString(revoked.ReadSequence().ReadIntegerBytes().Span));
            }
        }

        _serials = serials.ToFrozenSet(StringComparer.Ordinal);
    }

    /// <summary>Reads every list of a PEM text.</summary>
    /// <exception cref="CryptographicException">There is none, or one is not what RFC 5280 says.</exception>
    public static IReadOnlyList<RevocationList> ParsePem(ReadOnlySpan<char> text)
    {
        var lists = new List<RevocationList>();
        while (PemEncoding.TryFind(text, out var fields))
        {
            if (text[fields.Label] is "X509 CRL")
            {
                lists.Add(Parse(Convert.FromBase64String(text[fields.Base64Data].ToString())));
            }

            text = text[fields.Location.End..];
        }

        return lists.Count > 0 ? lists : throw new CryptographicException("no certificate revocation list in it");
    }

    /// <exception cref="CryptographicException">It is not what RFC 5280 says.</exception>
    public static RevocationList Parse(ReadOnlyMemory<byte> der)
    {
        try
        {
            return new RevocationList(der);
        }
        catch (AsnContentException e)
        {
            throw new CryptographicException("a certificate revocation list cannot be read", e);
        }
    }

    public bool IsOf(X509Certificate2 issuer) => issuer.SubjectName.RawData.AsSpan().SequenceEqual(_issuer);

    /// <summary>Why the list says no to a certificate of its issuer, or cannot be gone by; null when the certificate is good.</summary>
    public string? Judge(X509Certificate2 certificate, X509Certificate2 issuer, DateTimeOffset now)
    {
        if (!IsSignedBy(issuer))
        {
            return "CRL signature failure";
        }

        if (_nextUpdate < now)
        {
            return "CRL has expired";
        }

        return _serials.Contains(Convert.ToHexString(certificate.SerialNumberBytes.Span)) ? "certificate revoked" : null;
    }

    private static DateTimeOffset ReadTime(AsnReader reader) => reader.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime) ? reader.ReadUtcTime() : reader.ReadGeneralizedTime();

    private bool IsSignedBy(X509Certificate2 issuer)
    {
        HashAlgorithmName? hash = _algorithm switch
        {
            "1.2.840.113549.1.1.11" or "1.2.840.10045.4.3.2" => HashAlgorithmName.SHA256,
            "1.2.840.113549.1.1.12" or "1.2.840.10045.4.3.3" => HashAlgorithmName.SHA384,
            "1.2.840.113549.1.1.13" or "1.2.840.10045.4.3.4" => HashAlgorithmName.SHA512,
            _ => null,
        };
        if (hash is not { } algorithm)
        {
            return false;
        }

        using var rsa = issuer.GetRSAPublicKey();
        if (rsa is not null)
        {
            return _algorithm.StartsWith("1.2.840.113549.", StringComparison.Ordinal) && rsa.VerifyData(_signed, _signature, algorithm, RSASignaturePadding.Pkcs1);
        }

        using var curve = issuer.GetECDsaPublicKey();
        return curve is not null && _algorithm.StartsWith("1.2.840.10045.", StringComparison.Ordinal)
            && curve.VerifyData(_signed, _signature, algorithm, DSASignatureFormat.Rfc3279DerSequence);
    }
}
