using System.Runtime.InteropServices;

namespace Pipeline.Connectors.Files;

/// <summary>A system call that failed, with its error number.</summary>
internal sealed class PosixException(int errno, string call, string path)
    : IOException($"{call} {path}: {Marshal.GetPInvokeErrorMessage(errno)}")
{
    public const int NotFound = 2;
    public const int TryAgain = 11;
    public const int AccessDenied = 13;
    public const int Exists = 17;
    public const int NotDirectory = 20;
    public const int IsDirectory = 21;
    public const int Invalid = 22;
    public const int NoSpace = 28;
    public const int TooManyLinks = 40;
    public const int QuotaExceeded = 122;

    public int Errno { get; } = errno;

    /// <summary>The error number of any failed file operation, or 0 when it is not known.</summary>
    public static int ErrnoOf(IOException exception) =>
        exception is PosixException posix ? posix.Errno : exception.HResult is > 0 and < 4096 and var errno ? errno : 0;
}
