using System.Security.Cryptography;

namespace Pipeline.Mail.Dkim.Crypto;

/// <summary>A private key to sign with. Safe for concurrent use; freed by the finaliser, since signing may still go on when a key is replaced.</summary>
public sealed class DkimPrivateKey
{
    /// <summary>PKCS #8 of an Ed25519 key up to its 32 octets (RFC 8410 section 7).</summary>
    private static ReadOnlySpan<byte> Ed25519Prefix =>
        [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

    private readonly RSA? _rsa;
    private readonly EvpKeyHandle? _ed25519;

    private DkimPrivateKey(RSA? rsa, EvpKeyHandle? ed25519)
    {
        _rsa = rsa;
        _ed25519 = ed25519;
    }

    public DkimKeyType Type => _rsa is null ? DkimKeyType.Ed25519 : DkimKeyType.Rsa;

    public int Bits => _rsa?.KeySize ?? 256;

    /// <summary>Reads the first private key of a PEM text: PKCS #1 or PKCS #8 for RSA, PKCS #8 for Ed25519.</summary>
    /// <param name="minRsaBits">A smaller RSA key is refused: no verifier may accept what it signs (RFC 8301 section 3.2).</param>
    /// <returns>Null, and why, when there is no usable key. The reason holds nothing of the key.</returns>
    public static DkimPrivateKey? FromPem(ReadOnlySpan<char> pem, out string problem, int minRsaBits = 1024)
    {
        problem = "the text is not a private key in PEM form";
        if (!PemEncoding.TryFind(pem, out var fields))
        {
            return null;
        }

        var label = pem[fields.Label];
        if (label is not ("PRIVATE KEY" or "RSA PRIVATE KEY"))
        {
            return null;
        }

        var der = new byte[fields.DecodedDataLength];
        if (!Convert.TryFromBase64Chars(pem[fields.Base64Data], der, out var length) || length != der.Length)
        {
            return null;
        }

        try
        {
            return der.Length == Ed25519Prefix.Length + Ed25519.KeyBytes && der.AsSpan().StartsWith(Ed25519Prefix)
                ? FromEd25519Seed(der.AsSpan(Ed25519Prefix.Length), out problem)
                : FromRsa(der, isPkcs8: label is "PRIVATE KEY", minRsaBits, out problem);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(der);
        }
    }

    /// <param name="seed">The 32 octets that RFC 8032 calls the private key.</param>
    public static DkimPrivateKey? FromEd25519Seed(ReadOnlySpan<byte> seed, out string problem)
    {
        problem = "";
        if (Ed25519.ImportPrivateKey(seed) is { } key)
        {
            return new DkimPrivateKey(null, key);
        }

        problem = "the octets are not an Ed25519 private key";
        return null;
    }

    /// <param name="digest">SHA-256 of the canonical header data.</param>
    internal byte[] Sign(ReadOnlySpan<byte> digest) =>
        _rsa?.SignHash(digest, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1) ?? Ed25519.Sign(_ed25519!, digest);

    /// <summary>The text for p= of the key record that belongs to this key.</summary>
    public string PublicKeyText() =>
        Convert.ToBase64String(_rsa?.ExportSubjectPublicKeyInfo() ?? Ed25519.ExportPublicKey(_ed25519!));

    private static DkimPrivateKey? FromRsa(byte[] der, bool isPkcs8, int minBits, out string problem)
    {
        var rsa = RSA.Create();
        try
        {
            if (isPkcs8)
            {
                rsa.ImportPkcs8PrivateKey(der, out _);
            }
            else
            {
                rsa.ImportRSAPrivateKey(der, out _);
            }
        }
        catch (CryptographicException)
        {
            rsa.Dispose();
            problem = "the private key is neither RSA nor Ed25519, or it is damaged";
            return null;
        }

        if (rsa.KeySize < minBits)
        {
            problem = $"the RSA key has {rsa.KeySize} bits; at least {minBits} are needed";
            rsa.Dispose();
            return null;
        }

        problem = "";
        return new DkimPrivateKey(rsa, null);
    }
}
