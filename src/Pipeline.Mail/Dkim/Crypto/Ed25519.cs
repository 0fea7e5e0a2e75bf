using System.Security.Cryptography;

namespace Pipeline.Mail.Dkim.Crypto;

/// <summary>PureEdDSA over edwards25519 (RFC 8032) by libcrypto.</summary>
internal static class Ed25519
{
    public const int KeyBytes = 32;

    public const int SignatureBytes = 64;

    /// <summary>Null when the octets are no public key.</summary>
    public static EvpKeyHandle? ImportPublicKey(ReadOnlySpan<byte> key) =>
        key.Length == KeyBytes
            ? Checked(LibCrypto.EVP_PKEY_new_raw_public_key(LibCrypto.Ed25519, IntPtr.Zero, key, KeyBytes))
            : null;

    /// <param name="seed">The 32 octets that RFC 8032 calls the private key.</param>
    public static EvpKeyHandle? ImportPrivateKey(ReadOnlySpan<byte> seed) =>
        seed.Length == KeyBytes
            ? Checked(LibCrypto.EVP_PKEY_new_raw_private_key(LibCrypto.Ed25519, IntPtr.Zero, seed, KeyBytes))
            : null;

    public static byte[] ExportPublicKey(EvpKeyHandle key)
    {
        var octets = new byte[KeyBytes];
        nuint length = KeyBytes;
        return LibCrypto.EVP_PKEY_get_raw_public_key(key, octets, ref length) == 1 && length == KeyBytes ? octets : throw Failure();
    }

    public static bool Verify(EvpKeyHandle key, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != SignatureBytes)
        {
            return false;
        }

        using var context = LibCrypto.EVP_MD_CTX_new();
        var isValid = !context.IsInvalid
            && LibCrypto.EVP_DigestVerifyInit(context, IntPtr.Zero, IntPtr.Zero, IntPtr.Zero, key) == 1
            && LibCrypto.EVP_DigestVerify(context, signature, SignatureBytes, data, (nuint)data.Length) == 1;
        if (!isValid)
        {
            LibCrypto.ERR_clear_error();
        }

        return isValid;
    }

    public static byte[] Sign(EvpKeyHandle key, ReadOnlySpan<byte> data)
    {
        using var context = LibCrypto.EVP_MD_CTX_new();
        var signature = new byte[SignatureBytes];
        nuint length = SignatureBytes;
        return !context.IsInvalid
            && LibCrypto.EVP_DigestSignInit(context, IntPtr.Zero, IntPtr.Zero, IntPtr.Zero, key) == 1
            && LibCrypto.EVP_DigestSign(context, signature, ref length, data, (nuint)data.Length) == 1
            ? signature
            : throw Failure();
    }

    private static EvpKeyHandle? Checked(EvpKeyHandle key)
    {
        if (!key.IsInvalid)
        {
            return key;
        }

        key.Dispose();
        LibCrypto.ERR_clear_error();
        return null;
    }

    private static CryptographicException Failure()
    {
        LibCrypto.ERR_clear_error();
        return new CryptographicException("libcrypto could not use an Ed25519 key");
    }
}
