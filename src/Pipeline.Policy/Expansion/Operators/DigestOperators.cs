using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Pipeline.Policy.Expansion.Operators;

/// <summary>Message digests: <c>md5</c> in lower-case hexadecimal, the SHA family in upper case, and all fingerprints of certificates too.</summary>
[SuppressMessage("Security", "CA5350", Justification = "The configuration asks for it by name; what it is used for is the operator's.")]
[SuppressMessage("Security", "CA5351", Justification = "The configuration asks for it by name; what it is used for is the operator's.")]
internal static class DigestOperators
{
    public static OperatorDefinition[] Definitions { get; } =
    [
        OperatorDefinition.Of("md5", text => Convert.ToHexStringLower(MD5.HashData(OctetString.ToBytes(text)))) with
        {
            SetsMark = true, Fingerprint = certificate => certificate.GetCertHashString(HashAlgorithmName.MD5),
        },
        OperatorDefinition.Of("sha1", text => Convert.ToHexString(SHA1.HashData(OctetString.ToBytes(text)))) with
        {
            SetsMark = true, Fingerprint = certificate => certificate.GetCertHashString(HashAlgorithmName.SHA1),
        },
        OperatorDefinition.Of("sha256", Sha2) with { SetsMark = true, Fingerprint = certificate => certificate.GetCertHashString(HashAlgorithmName.SHA256) },
        OperatorDefinition.Of("sha2", Sha2) with { SetsMark = true },
        OperatorDefinition.Of("sha3", Sha3) with { SetsMark = true },
    ];

    private static ExpansionResult Sha2(OperatorCall call)
    {
        var octets = OctetString.ToBytes(call.Subject);
        return call.Suffix switch
        {
            null or "256" => Digest(SHA256.HashData(octets)),
            "384" => Digest(SHA384.HashData(octets)),
            "512" => Digest(SHA512.HashData(octets)),
            _ => ExpansionResult.Failed("unrecognised sha2 variant"),
        };
    }

    private static ExpansionResult Sha3(OperatorCall call)
    {
        if (!SHA3_256.IsSupported)
        {
            return ExpansionResult.Failed("sha3 only supported with OpenSSL 1.1.1 and later");
        }

        var octets = OctetString.ToBytes(call.Subject);
        return call.Suffix switch
        {
            null or "256" => Digest(SHA3_256.HashData(octets)),
            "384" => Digest(SHA3_384.HashData(octets)),
            "512" => Digest(SHA3_512.HashData(octets)),
            "224" => Digest(Sha3Of224.HashData(octets)),
            _ => ExpansionResult.Failed("unrecognised sha3 variant"),
        };
    }

    private static ExpansionResult Digest(byte[] digest) => ExpansionResult.Success(Convert.ToHexString(digest));
}
