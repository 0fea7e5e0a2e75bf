using System.Buffers;
using System.IO.Pipelines;
using Pipeline.Actors.Receipt;
using Pipeline.Mail.Smtp;

namespace Pipeline.Node.Listeners.Session;

/// <summary>How the reading of a message's octets ended.</summary>
internal enum IntakeEnd
{
    /// <summary>The end of data, or of the chunk, has come.</summary>
    Complete,

    TimedOut,

    /// <summary>The client closed its side, or the connection broke.</summary>
    Lost,
}

/// <summary>Reads the octets of one message from the channel and hands them to the receipt, in constant memory whatever the message's size.</summary>
/// <remarks>
/// When the message can not be accepted any more it reads on and drops what comes, so that the client gets its refusal at the end of data.
/// Octets are gathered up to one buffer before they are handed over: most messages are one hand-over.
/// </remarks>
internal sealed class MessageIntake : IDisposable
{
    private const int BufferSize = 16 * 1024;

    private static readonly EnhancedStatusCode InvalidCharacters = new(5, 6, 11);
    private static readonly SmtpReply BareLineEnd =
        new(550, InvalidCharacters, "message contains a CR or LF that is not part of a CRLF line end");

    private static readonly SmtpReply NulOctet = new(550, InvalidCharacters, "message contains a NUL octet");
    private static readonly SmtpReply LineTooLong = new(550, new EnhancedStatusCode(5, 6, 0), "message has a line that is too long");

    /// <summary>Also the reply to MAIL when SIZE announces too much (RFC 1870 section 6.1).</summary>
    public static readonly SmtpReply TooLarge = new(552, new EnhancedStatusCode(5, 3, 4), "Message size exceeds maximum permitted");

    private readonly SmtpChannel _channel;
    private readonly IReceiptSession _receipt;
    private readonly SessionWatch _watch;
    private readonly ListenerOptions _options;
    private readonly long _maxSize;
    private readonly long _deadline;
    private readonly DotDataDecoder? _dots;
    private readonly ChunkDataDecoder? _chunks;
    private byte[] _buffer;
    private int _filled;
    private long _size;

    /// <param name="maxSize">Octets the message may have; 0 for no bound.</param>
    /// <param name="chunking">BDAT rather than DATA.</param>
    /// <param name="binary">BODY=BINARYMIME.</param>
    public MessageIntake(
        SmtpChannel channel, IReceiptSession receipt, SessionWatch watch, ListenerOptions options, long maxSize, bool chunking, bool binary)
    {
        _channel = channel;
        _receipt = receipt;
        _watch = watch;
        _options = options;
        _maxSize = maxSize > 0 ? maxSize : long.MaxValue;
        _deadline = watch.After(options.Limits.DataTotalTimeout);
        _dots = chunking ? null : new DotDataDecoder(options.BareLineEnds);
        _chunks = chunking ? new ChunkDataDecoder(options.BareLineEnds, binary) : null;
        _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
    }

    /// <summary>An intake for a chunk that was refused before it came.</summary>
    public static MessageIntake Dropping(SmtpChannel channel, IReceiptSession receipt, SessionWatch watch, ListenerOptions options) =>
        new(channel, receipt, watch, options, maxSize: 0, chunking: true, binary: true) { Refusal = TooLarge };

    /// <summary>Why the message can not be accepted; null as long as it can.</summary>
    public SmtpReply? Refusal { get; private set; }

    /// <summary>The receipt itself refused, and so knows.</summary>
    public bool RefusedByReceipt { get; private set; }

    /// <summary>Octets so far, and the most there may be, in the form of the log.</summary>
    public string Sizes => $"read={_size} max={_maxSize}";

    private DataDefects Defects => _dots?.Defects ?? _chunks!.Defects;

    private long LongestLine => _dots?.LongestLine ?? _chunks!.LongestLine;

    /// <summary>Reads to the final dot of DATA.</summary>
    public async ValueTask<IntakeEnd> ReceiveToDotAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await _channel.ReadDataAsync(_deadline) is not { } result)
            {
                return IntakeEnd.Lost;
            }

            PipeReader input = _channel.Input;
            ReadOnlySequence<byte> rest = result.Buffer;
            if (result.IsCanceled && _watch.IsExpired)
            {
                input.AdvanceTo(rest.Start);
                return IntakeEnd.TimedOut;
            }

            OperationStatus status;
            do
            {
                status = Decode(ref rest);
                if (status != OperationStatus.NeedMoreData)
                {
                    await HandOverAsync(cancellationToken);
                }
            }
            while (status == OperationStatus.DestinationTooSmall);

            input.AdvanceTo(rest.Start);
            if (status == OperationStatus.Done || result.IsCompleted)
            {
                return status == OperationStatus.Done ? IntakeEnd.Complete : IntakeEnd.Lost;
            }
        }
    }

    /// <summary>Reads one chunk of BDAT.</summary>
    public async ValueTask<IntakeEnd> ReceiveChunkAsync(long octets, bool last, CancellationToken cancellationToken)
    {
        long left = octets;
        while (left > 0)
        {
            if (await _channel.ReadDataAsync(_deadline) is not { } result)
            {
                return IntakeEnd.Lost;
            }

            PipeReader input = _channel.Input;
            if (result.IsCanceled && _watch.IsExpired)
            {
                input.AdvanceTo(result.Buffer.Start);
                return IntakeEnd.TimedOut;
            }

            ReadOnlySequence<byte> rest = result.Buffer.Slice(0, Math.Min(left, result.Buffer.Length));
            left -= rest.Length;
            SequencePosition end = rest.End;
            while (Decode(ref rest) == OperationStatus.DestinationTooSmall)
            {
                await HandOverAsync(cancellationToken);
            }

            input.AdvanceTo(end);
            if (result.IsCompleted && left > 0)
            {
                return IntakeEnd.Lost;
            }
        }

        if (last)
        {
            if (_buffer.Length - _filled < ChunkDataDecoder.MinDestination)
            {
                await HandOverAsync(cancellationToken);
            }

            int written = _chunks!.Finish(_buffer.AsSpan(_filled));
            _filled += written;
            Count(written);
            await HandOverAsync(cancellationToken);
        }

        return IntakeEnd.Complete;
    }

    public void Dispose()
    {
        byte[] buffer = Interlocked.Exchange(ref _buffer, []);
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Decodes from the front of <paramref name="rest"/> into the buffer, and shortens it by what was consumed.</summary>
    private OperationStatus Decode(ref ReadOnlySequence<byte> rest)
    {
        var status = OperationStatus.NeedMoreData;
        while (status == OperationStatus.NeedMoreData && !rest.IsEmpty)
        {
            Span<byte> free = _buffer.AsSpan(_filled);
            int consumed;
            int written;
            status = _dots is not null
                ? _dots.Decode(rest.FirstSpan, free, out consumed, out written)
                : _chunks!.Decode(rest.FirstSpan, free, out consumed, out written);
            rest = rest.Slice(consumed);
            _filled += written;
            Count(written);
        }

        return status;
    }

    private void Count(int octets)
    {
        _size += octets;
        Refusal ??= Judge();
    }

    private SmtpReply? Judge()
    {
        if (_size > _maxSize)
        {
            return TooLarge;
        }

        DataDefects defects = Defects;
        if ((defects & (DataDefects.BareCr | DataDefects.BareLf)) != 0 && _options.BareLineEnds == BareLineEndPolicy.Refuse)
        {
            return BareLineEnd;
        }

        if ((defects & DataDefects.Nul) != 0 && _options.RefuseNul)
        {
            return NulOctet;
        }

        return _options.Limits.MaxDataLine > 0 && LongestLine > _options.Limits.MaxDataLine ? LineTooLong : null;
    }

    private async ValueTask HandOverAsync(CancellationToken cancellationToken)
    {
        if (Refusal is null && _filled > 0)
        {
            await _receipt.WriteAsync(_buffer.AsMemory(0, _filled), cancellationToken);
            if (_receipt.DataRefusal is { } refusal)
            {
                Refusal = refusal;
                RefusedByReceipt = true;
            }
        }

        _filled = 0;
    }
}
