using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Pipeline.Policy;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;

namespace Pipeline.Node.Hosting;

/// <summary>What is left in the partitions of this machine (statvfs(3)).</summary>
internal static class PartitionSpace
{
    /// <summary>What is left for a folder; of one that does not exist yet, for the nearest above it that does.</summary>
    public static DiskSpace Of(string folder)
    {
        for (var path = Path.GetFullPath(folder); path is not null; path = Path.GetDirectoryName(path))
        {
            if (Directory.Exists(path))
            {
                return StatVfs(path, out var status) == 0
                    ? new DiskSpace((long)UInt128.Min(status.Available * (UInt128)status.FragmentSize / 1024, long.MaxValue), status.Files > 0 ? (long)status.FilesAvailable : -1)
                    : DiskSpace.Unknown;
            }
        }

        return DiskSpace.Unknown;
    }

    /// <summary>The folder of the first log of <c>log_file_path</c> that is a file; null when none is, or it depends on more than the configuration.</summary>
    public static string? LogFolder(MailPolicy policy, string spoolDirectory)
    {
        foreach (var item in policy.MainOptions.LogFilePath?.Constant is { } places ? ListSyntax.Split(places) : [])
        {
            if (item.Length == 0)
            {
                return Path.Combine(spoolDirectory, "log");
            }

            if (item.StartsWith('/'))
            {
                return Path.GetDirectoryName(item);
            }
        }

        return null;
    }

    [SuppressMessage("Interoperability", "SYSLIB1054", Justification = "The generated marshalling would need unsafe code; the structure is blittable.")]
    [SuppressMessage("Globalization", "CA2101", Justification = "Paths are UTF-8.")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [DllImport("libc", EntryPoint = "statvfs", SetLastError = true)]
    private static extern int StatVfs([MarshalAs(UnmanagedType.LPUTF8Str)] string path, out Status status);

    /// <summary>struct statvfs of a 64-bit Linux: words, and room for what a later C library may add.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 256)]
    private struct Status
    {
        public ulong BlockSize;
        public ulong FragmentSize;
        public ulong Blocks;
        public ulong Free;
        public ulong Available;
        public ulong Files;
        public ulong FilesFree;
        public ulong FilesAvailable;
    }
}
