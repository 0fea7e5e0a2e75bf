using System.Buffers.Binary;

namespace Pipeline.Connectors.Scanners;

/// <summary>The form in which clamd takes a message: chunks, each behind its length in four octets; a length of zero is the end.</summary>
/// <remarks>Writes only. The stream below stays open.</remarks>
internal sealed class InstreamFraming(Stream below) : Stream
{
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
        if (!buffer.IsEmpty)
        {
            await WriteLengthAsync(buffer.Length, cancellationToken);
            await below.WriteAsync(buffer, cancellationToken);
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public Task EndAsync(CancellationToken cancellationToken) => WriteLengthAsync(0, cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => below.FlushAsync(cancellationToken);

    public override void Flush() => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private ValueTask WriteLengthAsync(int length, CancellationToken cancellationToken)
    {
        var octets = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(octets, length);
        return below.WriteAsync(octets, cancellationToken);
    }
}
