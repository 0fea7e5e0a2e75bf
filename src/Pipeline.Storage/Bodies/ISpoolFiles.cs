using Microsoft.Win32.SafeHandles;

namespace Pipeline.Storage.Bodies;

/// <summary>The file operations that bodies need; each of them can fail with <see cref="IOException"/>.</summary>
internal interface ISpoolFiles
{
    SafeFileHandle Create(string path);

    ValueTask WriteAsync(SafeFileHandle file, ReadOnlyMemory<byte> octets, long offset, CancellationToken cancellationToken);

    /// <summary>Returns when everything written is on the medium. Blocks.</summary>
    void Sync(SafeFileHandle file);

    /// <summary>Returns when the names in the directory are on the medium. Blocks.</summary>
    void SyncDirectory(string path);

    void Delete(string path);
}
