using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Pipeline.Connectors.Files;

/// <summary>The file operations of Linux that .NET has no form for. All of them block; all report failure as <see cref="PosixException"/>.</summary>
internal static partial class Posix
{
    private const int ReadOnly = 0;
    private const int WriteOnly = 1;
    private const int Append = 0x400;

    // What is no regular file must not hold a thread up while it is opened.
    private const int NonBlocking = 0x800;

    private const int ExclusiveLock = 2 | 4;
    private const int RemoveLock = 8;
    private const int ReadWrite = 2;
    private const int Create = 0x40;
    private const int Exclusive = 0x80;
    private const int CloseOnExec = 0x80000;
    private const int WithFileMode = 0x1FF;

    // Locks of an open file description: they exclude other threads as well, and closing another handle on the file does not drop them.
    private const int SetLock = 37;
    private const short WriteLock = 1;
    private const short NoLock = 2;

    // The two flags that differ between the processors .NET runs Linux on.
    private static readonly bool IsArm = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm;
    private static readonly int MustBeDirectory = IsArm ? 0x4000 : 0x10000;
    private static readonly int NoFollow = IsArm ? 0x8000 : 0x20000;

    /// <summary>Creates a file that must not exist, with exactly these permissions.</summary>
    public static SafeFileHandle CreateNew(string path, UnixFileMode mode)
    {
        var handle = Open(path, ReadWrite | Create | Exclusive | NoFollow | CloseOnExec, mode);
        try
        {
            // Not subject to the umask of the process.
            return fchmod(handle, (int)mode & WithFileMode) == 0
                ? handle
                : throw new PosixException(Marshal.GetLastPInvokeError(), "chmod", path);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Opens a file to read and write; null when there is none.</summary>
    /// <param name="follow">It may be a symbolic link.</param>
    public static SafeFileHandle? OpenExisting(string path, bool follow = false) => TryOpen(path, ReadWrite | NonBlocking | CloseOnExec | (follow ? 0 : NoFollow));

    /// <summary>Opens a file to write behind its end; null when there is none.</summary>
    public static SafeFileHandle? OpenToAppend(string path) => TryOpen(path, WriteOnly | Append | NonBlocking | NoFollow | CloseOnExec);

    /// <summary>Opens a file to read, not through a symbolic link; null when there is none.</summary>
    public static SafeFileHandle? OpenToRead(string path) => TryOpen(path, ReadOnly | NoFollow | CloseOnExec);

    /// <summary>Opens a directory, whose last component must not be a symbolic link.</summary>
    public static SafeFileHandle OpenDirectory(string path) => Open(path, ReadOnly | MustBeDirectory | NoFollow | CloseOnExec, 0);

    /// <summary>Creates one directory, if it is not there.</summary>
    public static void MakeDirectory(string path, UnixFileMode mode)
    {
        if (mkdir(path, (int)mode & WithFileMode) != 0 && Marshal.GetLastPInvokeError() is not PosixException.Exists and var errno)
        {
            throw new PosixException(errno, "mkdir", path);
        }
    }

    /// <summary>Makes the names in a directory durable. File systems that cannot say so with EINVAL, which is all they can do.</summary>
    public static void FlushDirectory(string path)
    {
        using var handle = OpenDirectory(path);
        if (fsync(handle) != 0 && Marshal.GetLastPInvokeError() is not PosixException.Invalid and var errno)
        {
            throw new PosixException(errno, "fsync", path);
        }
    }

    /// <summary>Gives a file a second name; false when that name is taken.</summary>
    public static bool TryLink(string existing, string name)
    {
        if (link(existing, name) == 0)
        {
            return true;
        }

        var errno = Marshal.GetLastPInvokeError();
        return errno == PosixException.Exists ? false : throw new PosixException(errno, "link", name);
    }

    /// <summary>Locks a whole file for writing; false when someone else holds it. The lock goes with the handle.</summary>
    public static bool TryLock(SafeFileHandle handle, string path)
    {
        var whole = new FileLock { Type = WriteLock };
        if (fcntl(handle, SetLock, ref whole) == 0)
        {
            return true;
        }

        var errno = Marshal.GetLastPInvokeError();
        return errno is PosixException.TryAgain or PosixException.AccessDenied ? false : throw new PosixException(errno, "lock", path);
    }

    /// <summary>Locks a whole file by flock; false when someone else holds it. The lock goes with the handle.</summary>
    public static bool TryFlock(SafeFileHandle handle, string path)
    {
        if (flock(handle, ExclusiveLock) == 0)
        {
            return true;
        }

        var errno = Marshal.GetLastPInvokeError();
        return errno == PosixException.TryAgain ? false : throw new PosixException(errno, "flock", path);
    }

    /// <summary>The file system's name of an open file, whatever became of the one it was opened by.</summary>
    public static string PathOf(SafeFileHandle handle) => $"/proc/self/fd/{handle.DangerousGetHandle()}";

    /// <summary>Sets the permissions of an open file.</summary>
    public static void SetMode(SafeFileHandle handle, UnixFileMode mode, string path)
    {
        if (fchmod(handle, (int)mode & WithFileMode) != 0)
        {
            throw new PosixException(Marshal.GetLastPInvokeError(), "chmod", path);
        }
    }

    /// <summary>User and group that this process acts as.</summary>
    public static (uint User, uint Group) Identity => (geteuid(), getegid());

    /// <summary>
    /// Gives a lock back. Closing the handle would do, were it not for a program that is just being started: it has every file of this process for the
    /// moment until it runs, and a lock stays as long as anybody has the file.
    /// </summary>
    public static void Unlock(SafeFileHandle handle)
    {
        var whole = new FileLock { Type = NoLock };
        _ = fcntl(handle, SetLock, ref whole);
        _ = flock(handle, RemoveLock);
    }

    private static SafeFileHandle? TryOpen(string path, int flags)
    {
        try
        {
            return Open(path, flags, 0);
        }
        catch (PosixException exception) when (exception.Errno == PosixException.NotFound)
        {
            return null;
        }
    }

    private static SafeFileHandle Open(string path, int flags, UnixFileMode mode)
    {
        var descriptor = open(path, flags, (int)mode & WithFileMode);
        return descriptor >= 0
            ? new SafeFileHandle(descriptor, ownsHandle: true)
            : throw new PosixException(Marshal.GetLastPInvokeError(), "open", path);
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags, int mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fchmod(SafeFileHandle handle, int mode);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mkdir(string path, int mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(SafeFileHandle handle);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int link(string existing, string name);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(SafeFileHandle handle, int command, ref FileLock file);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int flock(SafeFileHandle handle, int operation);

    [LibraryImport("libc")]
    private static partial uint geteuid();

    [LibraryImport("libc")]
    private static partial uint getegid();

    /// <summary>struct flock of 64-bit Linux; all zero but the type means the whole file.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct FileLock
    {
        public short Type;
        public short Whence;
        public long Start;
        public long Length;
        public int Process;
    }
}
