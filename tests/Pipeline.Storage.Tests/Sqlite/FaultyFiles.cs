using Microsoft.Win32.SafeHandles;
using Pipeline.Storage.Bodies;

namespace Pipeline.Storage.Tests.Sqlite;

/// <summary>The real file system, until told to fail.</summary>
internal sealed class FaultyFiles : ISpoolFiles
{
    private readonly SpoolFiles _real = new();

    public bool FailCreate { get; set; }

    /// <summary>The disk is full at this many octets of a file.</summary>
    public long WriteLimit { get; set; } = long.MaxValue;

    public bool FailSync { get; set; }

    public bool FailSyncDirectory { get; set; }

    public bool FailDelete { get; set; }

    public SafeFileHandle Create(string path) => FailCreate ? throw NoSpace() : _real.Create(path);

    public ValueTask WriteAsync(SafeFileHandle file, ReadOnlyMemory<byte> octets, long offset, CancellationToken cancellationToken) =>
        offset + octets.Length > WriteLimit ? throw NoSpace() : _real.WriteAsync(file, octets, offset, cancellationToken);

    public void Sync(SafeFileHandle file)
    {
        if (FailSync)
        {
            throw NoSpace();
        }

        _real.Sync(file);
    }

    public void SyncDirectory(string path)
    {
        if (FailSyncDirectory)
        {
            throw NoSpace();
        }

        _real.SyncDirectory(path);
    }

    public void Delete(string path)
    {
        if (FailDelete)
        {
            throw NoSpace();
        }

        _real.Delete(path);
    }

    private static IOException NoSpace() => new("No space left on device");
}
