using System.Runtime.InteropServices;

namespace Pipeline.Mail.Dkim.Crypto;

/// <summary>The few functions of OpenSSL's libcrypto that Ed25519 needs; .NET has no Ed25519 of its own and needs this library anyway.</summary>
internal static partial class LibCrypto
{
    /// <summary>NID_ED25519.</summary>
    public const int Ed25519 = 1087;

    private const string Library = "libcrypto.so.3";

    [LibraryImport(Library)]
    public static partial EvpKeyHandle EVP_PKEY_new_raw_public_key(int type, IntPtr engine, ReadOnlySpan<byte> key, nuint keyLength);

    [LibraryImport(Library)]
    public static partial EvpKeyHandle EVP_PKEY_new_raw_private_key(int type, IntPtr engine, ReadOnlySpan<byte> key, nuint keyLength);

    [LibraryImport(Library)]
    public static partial int EVP_PKEY_get_raw_public_key(EvpKeyHandle key, Span<byte> publicKey, ref nuint length);

    [LibraryImport(Library)]
    public static partial void EVP_PKEY_free(IntPtr key);

    [LibraryImport(Library)]
    public static partial DigestContextHandle EVP_MD_CTX_new();

    [LibraryImport(Library)]
    public static partial void EVP_MD_CTX_free(IntPtr context);

    [LibraryImport(Library)]
    public static partial int EVP_DigestVerifyInit(DigestContextHandle context, IntPtr keyContext, IntPtr digest, IntPtr engine, EvpKeyHandle key);

    [LibraryImport(Library)]
    public static partial int EVP_DigestVerify(
        DigestContextHandle context, ReadOnlySpan<byte> signature, nuint signatureLength, ReadOnlySpan<byte> data, nuint dataLength);

    [LibraryImport(Library)]
    public static partial int EVP_DigestSignInit(DigestContextHandle context, IntPtr keyContext, IntPtr digest, IntPtr engine, EvpKeyHandle key);

    [LibraryImport(Library)]
    public static partial int EVP_DigestSign(
        DigestContextHandle context, Span<byte> signature, ref nuint signatureLength, ReadOnlySpan<byte> data, nuint dataLength);

    /// <summary>Empties the error queue of this thread, so that a failure here is not blamed on the next user of the library.</summary>
    [LibraryImport(Library)]
    public static partial void ERR_clear_error();
}
