using System.Buffers;
using System.IO.Pipelines;
using Pipeline.Mail.Smtp;

namespace Pipeline.Node.CommandLine.Exim;

/// <summary>One message out of the input of a command, with CRLF line ends. What follows its end is left in the input.</summary>
/// <param name="ending">How the end of the message shows.</param>
internal sealed class MessageInput(PipeReader input, MessageEnding ending) : Stream
{
    private readonly DotDataDecoder? _dots = ending == MessageEnding.EndOfInput
        ? null
        : new DotDataDecoder(BareLineEndPolicy.LineEnd, isStuffed: ending == MessageEnding.Stuffed);

    private readonly ChunkDataDecoder? _whole = ending == MessageEnding.EndOfInput ? new ChunkDataDecoder(BareLineEndPolicy.LineEnd) : null;
    private bool _ended;

    /// <summary>Lines of the input that have been read for the message.</summary>
    public int Lines { get; private set; }

    /// <summary>The input was over before the dot.</summary>
    public bool IsCut { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // A decoder needs a few octets of room.
        if (buffer.Length < DotDataDecoder.MinDestination)
        {
            throw new ArgumentException("the buffer is too small to decode into", nameof(buffer));
        }

        while (!_ended)
        {
            var read = await input.ReadAsync(cancellationToken);
            var written = Decode(read, buffer.Span);
            if (written > 0)
            {
                return written;
            }
        }

        return 0;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private int Decode(ReadResult read, Span<byte> destination)
    {
        var rest = read.Buffer;
        var total = 0;
        var status = OperationStatus.NeedMoreData;
        while (!rest.IsEmpty && status == OperationStatus.NeedMoreData)
        {
            int consumed;
            int written;
            status = _dots is not null
                ? _dots.Decode(rest.FirstSpan, destination[total..], out consumed, out written)
                : _whole!.Decode(rest.FirstSpan, destination[total..], out consumed, out written);
            Lines += rest.FirstSpan[..consumed].Count((byte)'\n');
            rest = rest.Slice(consumed);
            total += written;
        }

        if (status == OperationStatus.Done)
        {
            _ended = true;
        }
        else if (rest.IsEmpty && read.IsCompleted && destination.Length - total >= DotDataDecoder.MinDestination)
        {
            total += _dots?.Finish(destination[total..]) ?? _whole!.Finish(destination[total..]);
            _ended = true;
            IsCut = ending == MessageEnding.Stuffed;
            if (IsCut)
            {
                throw new EndOfStreamException("the input ended inside a message");
            }
        }

        input.AdvanceTo(rest.Start);
        return total;
    }
}

/// <summary>How the end of a message shows in the input of a command.</summary>
internal enum MessageEnding
{
    /// <summary>It is the end of the input.</summary>
    EndOfInput = 0,

    /// <summary>A line with a dot alone, or the end of the input.</summary>
    Dot = 1,

    /// <summary>A line with a dot alone; other lines that begin with a dot have been given another (RFC 5321 section 4.5.2).</summary>
    Stuffed = 2,
}
