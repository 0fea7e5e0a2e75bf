using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Pipeline.Policy.Expansion;

/// <summary>What the operating system knows about a file; .NET does not show inode, owner and links.</summary>
/// <param name="Mode">Type and permission bits.</param>
/// <param name="Accessed">Seconds since 1970, as the other times.</param>
public readonly record struct FileStatus(
    int Mode, ulong Inode, ulong Device, uint Links, uint UserId, uint GroupId, ulong Size, long Accessed, long Modified, long Changed)
{
    private const int TypeBits = 0xF000;
    private const int RegularFile = 0x8000;
    private const int CurrentDirectory = -100;
    private const uint BasicStats = 0x7ff;

    public bool IsRegular => (Mode & TypeBits) == RegularFile;

    /// <param name="path">One char for each octet.</param>
    /// <param name="error">The words of strerror().</param>
    public static bool TryRead(string path, out FileStatus status, out string error)
    {
        error = "";
        status = default;
        byte[] name = [.. OctetString.ToBytes(path), 0];
        if (Statx(CurrentDirectory, name, 0, BasicStats, out var raw) != 0)
        {
            error = Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());
            return false;
        }

        status = new FileStatus(
            raw.Mode, raw.Inode, ((ulong)raw.DeviceMajor << 8) | raw.DeviceMinor, raw.Links, raw.UserId, raw.GroupId, raw.Size,
            raw.Accessed.Seconds, raw.Modified.Seconds, raw.Changed.Seconds);
        return true;
    }

    [SuppressMessage("Interoperability", "SYSLIB1054", Justification = "The generated marshalling would need unsafe code; these types are blittable.")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [DllImport("libc", EntryPoint = "statx", SetLastError = true)]
    private static extern int Statx(int directory, byte[] path, int flags, uint mask, out RawStatus status);

    /// <summary>A time stamp of statx(2).</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct RawTime
    {
        public readonly long Seconds;
        public readonly uint Nanoseconds;
        private readonly int _reserved;
    }

    /// <summary>The buffer of statx(2), whose layout is the same on every architecture.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 256)]
    private readonly struct RawStatus
    {
        public readonly uint Mask;
        public readonly uint BlockSize;
        public readonly ulong Attributes;
        public readonly uint Links;
        public readonly uint UserId;
        public readonly uint GroupId;
        public readonly ushort Mode;
        private readonly ushort _spare;
        public readonly ulong Inode;
        public readonly ulong Size;
        public readonly ulong Blocks;
        public readonly ulong AttributesMask;
        public readonly RawTime Accessed;
        public readonly RawTime Created;
        public readonly RawTime Changed;
        public readonly RawTime Modified;
        public readonly uint SpecialMajor;
        public readonly uint SpecialMinor;
        public readonly uint DeviceMajor;
        public readonly uint DeviceMinor;
    }
}
