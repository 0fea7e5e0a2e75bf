using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Pipeline.Storage.Bodies;

/// <summary>Bodies in the file system of this machine.</summary>
internal sealed partial class SpoolFiles : ISpoolFiles
{
    private const int ReadOnly = 0;
    private const int DirectoryOnly = 0x10000; // O_DIRECTORY
    private const int CloseOnExec = 0x80000; // O_CLOEXEC

    public SafeFileHandle Create(string path) =>
        File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous);

    public ValueTask WriteAsync(SafeFileHandle file, ReadOnlyMemory<byte> octets, long offset, CancellationToken cancellationToken) =>
        RandomAccess.WriteAsync(file, octets, offset, cancellationToken);

    public void Sync(SafeFileHandle file) => RandomAccess.FlushToDisk(file);

    public void SyncDirectory(string path)
    {
        var descriptor = Open(path, ReadOnly | DirectoryOnly | CloseOnExec);
        if (descriptor < 0)
        {
            throw new IOException($"cannot open directory {path}: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        // Not RandomAccess.FlushToDisk: a managed handle refuses directories.
        var result = Fsync(descriptor);
        var error = Marshal.GetLastPInvokeErrorMessage();
        _ = Close(descriptor);
        if (result != 0)
        {
            throw new IOException($"cannot flush directory {path}: {error}");
        }
    }

    public void Delete(string path) => File.Delete(path);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
