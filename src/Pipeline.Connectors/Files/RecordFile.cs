using Pipeline.Connectors.Ports;

namespace Pipeline.Connectors.Files;

/// <summary>Records in a file opened to append: the kernel puts each write behind the end, whoever else writes.</summary>
/// <remarks>One thread of its own writes for all messages. Each record opens the file anew, so that a reader may move it away.</remarks>
public sealed class RecordFile : IRecordFile, IDisposable
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;

    private readonly BlockingIoPool _io = new(threads: 1);

    public async ValueTask AppendAsync(string path, ReadOnlyMemory<byte> record, CancellationToken cancellationToken) =>
        await _io.RunAsync(() => Append(path, record), cancellationToken);

    public void Dispose() => _io.Dispose();

    private static int Append(string path, ReadOnlyMemory<byte> record)
    {
        using var file = Open(path);
        RandomAccess.Write(file, record.Span, 0); // where it goes does not depend on the offset
        return record.Length;
    }

    private static Microsoft.Win32.SafeHandles.SafeFileHandle Open(string path)
    {
        if (Posix.OpenToAppend(path) is { } known)
        {
            return known;
        }

        try
        {
            Posix.CreateNew(path, Mode).Dispose();
        }
        catch (PosixException exception) when (exception.Errno == PosixException.Exists)
        {
            // Somebody else was faster.
        }

        return Posix.OpenToAppend(path) ?? throw new IOException($"{path}: it goes as soon as it is made");
    }
}
