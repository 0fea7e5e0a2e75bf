using System.Runtime.InteropServices;

namespace Pipeline.Mail.Dkim.Crypto;

/// <summary>An EVP_MD_CTX: the state of one signing or verifying.</summary>
internal sealed class DigestContextHandle() : SafeHandle(IntPtr.Zero, ownsHandle: true)
{
    public override bool IsInvalid => handle == IntPtr.Zero;

    protected override bool ReleaseHandle()
    {
        LibCrypto.EVP_MD_CTX_free(handle);
        return true;
    }
}
