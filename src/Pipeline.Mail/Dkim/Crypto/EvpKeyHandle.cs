using System.Runtime.InteropServices;

namespace Pipeline.Mail.Dkim.Crypto;

/// <summary>An EVP_PKEY. Immutable once made, so any number of threads may use it.</summary>
internal sealed class EvpKeyHandle() : SafeHandle(IntPtr.Zero, ownsHandle: true)
{
    public override bool IsInvalid => handle == IntPtr.Zero;

    protected override bool ReleaseHandle()
    {
        LibCrypto.EVP_PKEY_free(handle);
        return true;
    }
}
