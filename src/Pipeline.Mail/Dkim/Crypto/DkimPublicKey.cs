using System.Security.Cryptography;

namespace Pipeline.Mail.Dkim.Crypto;

/// <summary>A public key ready to verify with. Shared between threads; never disposed while it may be in use, the finaliser frees it.</summary>
public sealed class DkimPublicKey
{
    /// <summary>SubjectPublicKeyInfo of an Ed25519 key up to the 32 octets of the key (RFC 8410 section 4).</summary>
    private static ReadOnlySpan<byte> Ed25519Prefix => [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

    private const int MaxExponentBytes = 8;

    private readonly RSA? _rsa;
    private readonly EvpKeyHandle? _ed25519;

    private DkimPublicKey(RSA? rsa, EvpKeyHandle? ed25519, int bits)
    {
        _rsa = rsa;
        _ed25519 = ed25519;
        Bits = bits;
    }

    /// <summary>Size of the modulus; 256 for Ed25519.</summary>
    public int Bits { get; }

    /// <summary>Reads the octets of p=. Sizes of RSA keys are the caller's policy, not checked here.</summary>
    /// <returns>Null, and why, when they are no key of this type.</returns>
    public static DkimPublicKey? Import(DkimKeyType type, ReadOnlySpan<byte> data, out string problem) =>
        type == DkimKeyType.Rsa ? ImportRsa(data, out problem) : ImportEd25519(data, out problem);

    /// <param name="digest">SHA-256 of the canonical header data.</param>
    public bool Verify(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature)
    {
        if (_ed25519 is not null)
        {
            // RFC 8463 section 3: PureEdDSA over the hash, not Ed25519ph.
            return Ed25519.Verify(_ed25519, digest, signature);
        }

        try
        {
            return _rsa!.VerifyHash(digest, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }
        catch (CryptographicException)
        {
            // A signature the library cannot even take apart does not verify.
            return false;
        }
    }

    private static DkimPublicKey? ImportEd25519(ReadOnlySpan<byte> data, out string problem)
    {
        // RFC 8463 has the bare 32 octets; some publish the SubjectPublicKeyInfo that OpenSSL prints.
        var raw = data.Length == Ed25519Prefix.Length + Ed25519.KeyBytes && data.StartsWith(Ed25519Prefix) ? data[Ed25519Prefix.Length..] : data;
        if (Ed25519.ImportPublicKey(raw) is { } key)
        {
            problem = "";
            return new DkimPublicKey(null, key, 256);
        }

        problem = "p= is not an Ed25519 key of 32 octets";
        return null;
    }

    private static DkimPublicKey? ImportRsa(ReadOnlySpan<byte> data, out string problem)
    {
        var rsa = RSA.Create();
        if (!TryImport(rsa, data))
        {
            rsa.Dispose();
            problem = "p= is not an RSA public key";
            return null;
        }

        var exponent = rsa.ExportParameters(includePrivateParameters: false).Exponent;
        if (exponent is null or [] or [1] || exponent.Length > MaxExponentBytes || (exponent[^1] & 1) == 0)
        {
            rsa.Dispose();
            problem = "the RSA key has an exponent that is not usable";
            return null;
        }

        problem = "";
        return new DkimPublicKey(rsa, null, rsa.KeySize);
    }

    /// <summary>SubjectPublicKeyInfo is what is published; RSAPublicKey is what RFC 6376 section 3.6.1 names. Neither may have octets behind it.</summary>
    private static bool TryImport(RSA rsa, ReadOnlySpan<byte> data)
    {
        try
        {
            rsa.ImportSubjectPublicKeyInfo(data, out var read);
            return read == data.Length;
        }
        catch (CryptographicException)
        {
            // Not that form; the next one decides.
        }

        try
        {
            rsa.ImportRSAPublicKey(data, out var read);
            return read == data.Length;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
