using System.Formats.Asn1;

namespace Pipeline.Policy.Tls;

/// <summary>What the encoding of a certificate has (RFC 5280 section 4.1) and its class does not show.</summary>
internal static class CertificateEncoding
{
    /// <summary>The signature of the issuer; empty when the certificate is not encoded properly.</summary>
    public static ReadOnlySpan<byte> Signature(ReadOnlyMemory<byte> certificate)
    {
        try
        {
            var parts = new AsnReader(certificate, AsnEncodingRules.DER).ReadSequence();
            parts.ReadEncodedValue();
            parts.ReadEncodedValue();
            return parts.ReadBitString(out _);
        }
        catch (AsnContentException)
        {
            return [];
        }
    }
}
