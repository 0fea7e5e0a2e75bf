namespace Pipeline.Storage.Sqlite;

/// <summary>Where the parts of a spool are.</summary>
public sealed class StoreDirectory(string directory)
{
    private const UnixFileMode OnlyOwner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public string Database { get; } = Path.Combine(directory, "spool.db");

    public string Bodies { get; } = Path.Combine(directory, "bodies");

    private string LockFile { get; } = Path.Combine(directory, "spool.lock");

    /// <exception cref="PlatformNotSupportedException">Not Linux: folders cannot be flushed.</exception>
    public void Create()
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("the spool is durable on Linux only");
        }

        Directory.CreateDirectory(directory, OnlyOwner);
        Directory.CreateDirectory(Bodies, OnlyOwner);
    }

    /// <summary>Holds the spool until disposed. The kernel releases it when the process ends, however it ends.</summary>
    /// <exception cref="StoreInUseException">Another process holds it, or this one a second time.</exception>
    public IDisposable Lock()
    {
        try
        {
            // FileShare.None is flock(2) with LOCK_EX | LOCK_NB.
            return new FileStream(LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or FileNotFoundException or PathTooLongException))
        {
            throw new StoreInUseException(directory, e);
        }
    }
}
