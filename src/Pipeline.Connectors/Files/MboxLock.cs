using Microsoft.Win32.SafeHandles;
using Pipeline.Connectors.Ports;

namespace Pipeline.Connectors.Files;

/// <summary>An mbox file, open and locked by both customs: a .lock file beside it and a lock on the file itself. Disposing undoes both.</summary>
internal sealed class MboxLock : IAsyncDisposable
{
    private readonly BlockingIoPool _io;
    private readonly string? _lockFile;

    private MboxLock(BlockingIoPool io, SafeFileHandle file, string? lockFile, bool isNew)
    {
        _io = io;
        File = file;
        _lockFile = lockFile;
        IsNew = isNew;
    }

    public SafeFileHandle File { get; }

    /// <summary>The file was created here, so that its name is not durable yet.</summary>
    public bool IsNew { get; }

    /// <summary>Tries for as long as the settings say; null when others hold the mailbox all the time.</summary>
    public static async ValueTask<MboxLock?> TakeAsync(
        BlockingIoPool io, TimeProvider time, AppendfileTransportSettings settings, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            if (await io.RunAsync(() => Try(io, time, settings), cancellationToken) is { } taken)
            {
                return taken;
            }

            if (attempt >= settings.LockRetries)
            {
                return null;
            }

            await Task.Delay(settings.LockInterval, time, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync() =>
        await _io.RunAsync(
            () =>
            {
                Posix.Unlock(File);
                File.Dispose();
                Release(_lockFile);
            },
            CancellationToken.None);

    private static MboxLock? Try(BlockingIoPool io, TimeProvider time, AppendfileTransportSettings settings)
    {
        var lockFile = settings.UseLockFile ? settings.Path + ".lock" : null;
        if (lockFile is not null && !TryCreateLockFile(lockFile, time, settings.LockFileTimeout))
        {
            return null;
        }

        SafeFileHandle? file = null;
        try
        {
            file = Open(settings, out var isNew);
            if (file is not null && (!settings.UseFcntlLock || Posix.TryLock(file, settings.Path)))
            {
                var taken = new MboxLock(io, file, lockFile, isNew);
                (file, lockFile) = (null, null);
                return taken;
            }

            return null;
        }
        finally
        {
            file?.Dispose();
            Release(lockFile);
        }
    }

    private static SafeFileHandle? Open(AppendfileTransportSettings settings, out bool isNew)
    {
        isNew = false;
        if (Posix.OpenExisting(settings.Path) is { } existing)
        {
            return existing;
        }

        if (!settings.CreateFile)
        {
            throw new PosixException(PosixException.NotFound, "open", settings.Path);
        }

        try
        {
            var created = Posix.CreateNew(settings.Path, settings.Mode);
            isNew = true;
            return created;
        }
        catch (PosixException exception) when (exception.Errno == PosixException.Exists)
        {
            return Posix.OpenExisting(settings.Path);
        }
    }

    private static bool TryCreateLockFile(string path, TimeProvider time, TimeSpan timeout)
    {
        try
        {
            Posix.CreateNew(path, UnixFileMode.UserRead | UnixFileMode.UserWrite).Dispose();
            return true;
        }
        catch (PosixException exception) when (exception.Errno == PosixException.Exists)
        {
            // Left behind by a process that died. The next try creates it, unless someone is quicker.
            if (timeout > TimeSpan.Zero && time.GetUtcNow() - System.IO.File.GetLastWriteTimeUtc(path) > timeout)
            {
                System.IO.File.Delete(path);
            }

            return false;
        }
    }

    private static void Release(string? lockFile)
    {
        if (lockFile is not null)
        {
            System.IO.File.Delete(lockFile);
        }
    }
}
