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
        if (lockFile is not null && !TryCreateLockFile(lockFile, settings, time))
        {
            return null;
        }

        SafeFileHandle? file = null;
        try
        {
            file = MboxFile.Open(settings, out var isNew);
            if (file is not null
                && (!settings.UseFcntlLock || Posix.TryLock(file, settings.Path))
                && (!settings.UseFlockLock || Posix.TryFlock(file, settings.Path)))
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

    private static bool TryCreateLockFile(string path, AppendfileTransportSettings settings, TimeProvider time)
    {
        try
        {
            Posix.CreateNew(path, settings.LockFileMode).Dispose();
            return true;
        }
        catch (PosixException exception) when (exception.Errno == PosixException.Exists)
        {
            // Left behind by a process that died. The next try creates it, unless someone is quicker.
            if (settings.LockFileTimeout > TimeSpan.Zero && time.GetUtcNow() - System.IO.File.GetLastWriteTimeUtc(path) > settings.LockFileTimeout)
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
