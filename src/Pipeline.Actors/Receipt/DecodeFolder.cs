using System.Buffers;
using System.Globalization;
using Pipeline.Mail.Message;
using Pipeline.Mail.Mime;
using Pipeline.Policy.Acl.Mime;

namespace Pipeline.Actors.Receipt;

/// <summary>Where the MIME parts of one message are decoded: a folder below the spool that is gone when the ACLs have judged the message.</summary>
/// <remarks>Files that a policy puts elsewhere stay: they are the policy's.</remarks>
internal sealed class DecodeFolder(string spoolDirectory, MessageId id, long maxBytes) : IDisposable
{
    private const int ChunkBytes = 64 * 1024;

    private readonly string _path = Path.Combine(spoolDirectory, "scan", id.ToString());
    private int _files;
    private int _messages;
    private long _written;

    /// <param name="target">As for <see cref="IMimePartContent.DecodeAsync"/>.</param>
    /// <exception cref="IOException">The file cannot be written, or the parts of the message come to too much.</exception>
    public ValueTask<DecodedPart> DecodeAsync(Stream content, string encoding, string? target, CancellationToken cancellationToken) =>
        WriteAsync(content, encoding, PathOf(target), cancellationToken);

    /// <summary>The same for a message inside the message, whose parts are to be seen as well.</summary>
    public ValueTask<DecodedPart> DecodeMessageAsync(Stream content, string encoding, CancellationToken cancellationToken) =>
        WriteAsync(content, encoding, InFolder(string.Create(CultureInfo.InvariantCulture, $"{id}-message-{_messages++:00000}")), cancellationToken);

    public void Dispose()
    {
        if (_files + _messages > 0)
        {
            try
            {
                Directory.Delete(_path, recursive: true);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // A program that the policy has started still writes there, or the disk fails: the message is not to blame.
            }
        }
    }

    private async ValueTask<DecodedPart> WriteAsync(Stream content, string encoding, string path, CancellationToken cancellationToken)
    {
        var decoder = TransferDecoder.For(encoding);
        var size = 0L;
        var output = new ArrayBufferWriter<byte>(ChunkBytes);
        var chunk = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            await using var file = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                BufferSize = 0,
                Options = FileOptions.Asynchronous,
            });
            int read;
            do
            {
                read = await content.ReadAsync(chunk.AsMemory(0, ChunkBytes), cancellationToken);
                if (read > 0)
                {
                    decoder.Append(chunk.AsSpan(0, read), output);
                }
                else
                {
                    decoder.Complete(output);
                }

                size += output.WrittenCount;
                _written += output.WrittenCount;
                if (_written > maxBytes)
                {
                    throw new IOException($"the decoded parts of {id} come to more than {maxBytes} octets");
                }

                await file.WriteAsync(output.WrittenMemory, cancellationToken);
                output.ResetWrittenCount();
            }
            while (read > 0);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }

        return new DecodedPart(path, size, decoder.Anomaly);
    }

    private string PathOf(string? target)
    {
        var own = string.Create(CultureInfo.InvariantCulture, $"{id}-{_files:00000}");
        if (target is not null && target.StartsWith('/'))
        {
            return Directory.Exists(target) ? Path.Combine(target, own) : target;
        }

        _files++;
        return InFolder(target ?? own);
    }

    private string InFolder(string name)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(_path);
        }
        else
        {
            Directory.CreateDirectory(_path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return Path.Combine(_path, name);
    }
}
