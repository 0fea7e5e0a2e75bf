using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Pipeline.Node.Admin;

/// <summary>Which file a name stands for, as the kernel tells files apart: device and inode.</summary>
internal sealed record FileIdentity(uint DeviceMajor, uint DeviceMinor, ulong Inode)
{
    private const int CurrentDirectory = -100;
    private const int NoFollow = 0x100;
    private const uint InodeMask = 0x100;

    /// <summary>Octets of struct statx, which is the same on every architecture (statx(2)).</summary>
    private const int StructureSize = 256;

    private const int InodeOffset = 32;
    private const int DeviceMajorOffset = 136;
    private const int DeviceMinorOffset = 140;

    /// <returns>Null when there is no such file, or when this system cannot tell.</returns>
    public static FileIdentity? Of(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        var structure = new byte[StructureSize];
        try
        {
            return StatX(CurrentDirectory, path, NoFollow, InodeMask, structure) != 0
                ? null
                : new FileIdentity(
                    BinaryPrimitives.ReadUInt32LittleEndian(structure.AsSpan(DeviceMajorOffset)),
                    BinaryPrimitives.ReadUInt32LittleEndian(structure.AsSpan(DeviceMinorOffset)),
                    BinaryPrimitives.ReadUInt64LittleEndian(structure.AsSpan(InodeOffset)));
        }
        catch (EntryPointNotFoundException)
        {
            return null; // a C library from before 2018
        }
    }

    [SuppressMessage("Interoperability", "SYSLIB1054", Justification = "The generated marshalling would need unsafe code; this is one call at start and stop.")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [DllImport("libc", EntryPoint = "statx", SetLastError = true, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int StatX(
        int directory, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, [Out] byte[] structure);
}
