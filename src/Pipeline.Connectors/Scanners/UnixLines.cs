using System.Buffers;
using Pipeline.Mail.Spool;

namespace Pipeline.Connectors.Scanners;

/// <summary>The form in which dccifd takes a message: lines ended by LF, as in Exim's spool.</summary>
/// <remarks>Writes only; <see cref="EndAsync"/> behind the last write. The stream below stays open.</remarks>
internal sealed class UnixLines(Stream below) : Stream
{
    private readonly ArrayBufferWriter<byte> _lines = new();
    private SpoolDataWriter _writer = new(SpoolBodyForm.Unix);

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _lines.ResetWrittenCount();
        _writer.Append(buffer.Span, _lines);
        await below.WriteAsync(_lines.WrittenMemory, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Writes what only the end decides.</summary>
    public ValueTask EndAsync(CancellationToken cancellationToken)
    {
        _lines.ResetWrittenCount();
        _writer.Finish(_lines);
        return below.WriteAsync(_lines.WrittenMemory, cancellationToken);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => below.FlushAsync(cancellationToken);

    public override void Flush() => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
