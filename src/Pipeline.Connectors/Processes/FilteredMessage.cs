using System.Buffers;
using Pipeline.Connectors.Files;
using Pipeline.Mail.Message;

namespace Pipeline.Connectors.Processes;

/// <summary>The message that a transport filter writes, read back into wire form: lines that end in LF alone end in CRLF.</summary>
/// <remarks>
/// A body of more than <see cref="BodyInMemory"/> octets lies in a file that lost its name when it was made: whatever becomes of this process, nothing stays
/// behind. Used in one order: <see cref="AppendAsync"/> for each piece, <see cref="Complete"/>, then it is read; disposing gives the file up.
/// </remarks>
internal sealed class FilteredMessage(bool bodyOnly) : IMessageContent, IAsyncDisposable
{
    /// <summary>Octets of body that are kept in memory.</summary>
    public const int BodyInMemory = 128 * 1024;

    /// <summary>Octets a header may have.</summary>
    public const int MaxHeader = 4 * 1024 * 1024;

    private readonly ArrayBufferWriter<byte> _wire = new();
    private readonly ArrayBufferWriter<byte> _header = new();
    private readonly ArrayBufferWriter<byte> _body = new();
    private FileStream? _file;
    private bool _inBody = bodyOnly;
    private bool _afterCr;

    public ReadOnlyMemory<byte> HeaderBlock => _header.WrittenMemory;

    public long BodySize { get; private set; }

    /// <exception cref="IOException">The header is too long, or the body cannot be kept.</exception>
    public async ValueTask AppendAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
    {
        _wire.ResetWrittenCount();
        ToWire(piece.Span);
        var rest = _wire.WrittenMemory;
        if (!_inBody)
        {
            rest = TakeHeader(rest);
        }

        BodySize += rest.Length;
        if (_file is null && _body.WrittenCount + rest.Length <= BodyInMemory)
        {
            _body.Write(rest.Span);
            return;
        }

        if (_file is null)
        {
            _file = OpenNameless();
            await _file.WriteAsync(_body.WrittenMemory, cancellationToken);
        }

        await _file.WriteAsync(rest, cancellationToken);
    }

    /// <summary>Ends what was begun: a header without an empty line behind it is a message without a body.</summary>
    public void Complete()
    {
        if (!_inBody && _header.WrittenCount > 0 && !_header.WrittenSpan.EndsWith("\r\n"u8))
        {
            _header.Write("\r\n"u8);
        }

        _inBody = true;
        _file?.Flush();
    }

    public bool TryGetBody(out ReadOnlyMemory<byte> body)
    {
        body = _file is null ? _body.WrittenMemory : default;
        return _file is null;
    }

    public Stream OpenBody() => _file is null
        ? new MemoryStream(_body.WrittenSpan.ToArray(), writable: false)
        : new FileStream(Posix.PathOf(_file.SafeFileHandle), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    public ValueTask DisposeAsync() => _file?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static FileStream OpenNameless()
    {
        var path = Path.Combine(Path.GetTempPath(), $"mailpipeline-filter-{Guid.NewGuid():N}");
        var file = new FileStream(Posix.CreateNew(path, UnixFileMode.UserRead | UnixFileMode.UserWrite), FileAccess.ReadWrite);
        File.Delete(path);
        return file;
    }

    private void ToWire(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            var end = text.IndexOf((byte)'\n');
            var line = end < 0 ? text : text[..end];
            _wire.Write(line);
            _afterCr = line.IsEmpty ? _afterCr : line[^1] == '\r';
            if (end < 0)
            {
                return;
            }

            _wire.Write(_afterCr ? "\n"u8 : "\r\n"u8);
            _afterCr = false;
            text = text[(end + 1)..];
        }
    }

    // The empty line may come in pieces: the search begins three octets early.
    private ReadOnlyMemory<byte> TakeHeader(ReadOnlyMemory<byte> wire)
    {
        var before = _header.WrittenCount;
        _header.Write(wire.Span);
        var header = _header.WrittenSpan;
        var from = Math.Max(0, before - 3);
        var end = header.StartsWith("\r\n"u8) ? 0 : header[from..].IndexOf("\r\n\r\n"u8) is var found and >= 0 ? from + found + 2 : -1;
        if (end < 0)
        {
            return header.Length <= MaxHeader ? default : throw new IOException("the filter wrote too long a header");
        }

        var body = wire[Math.Min(wire.Length, end + 2 - before)..];
        var kept = header[..end].ToArray();
        _header.ResetWrittenCount();
        _header.Write(kept);
        _inBody = true;
        return body;
    }
}
