using System.Buffers;

namespace Pipeline.Mail.Message;

/// <summary>Takes a message in pieces of any size and keeps its header block; what follows the header is left to the caller.</summary>
/// <remarks>Not safe for concurrent use. The result is the same for every way of cutting the message.</remarks>
public sealed class HeaderScanner(HeaderLimits? limits = null)
{
    /// <summary>Copied at a time, so that a large piece with a small header is not copied whole.</summary>
    private const int StepBytes = 4096;

    private readonly ArrayBufferWriter<byte> _bytes = new(StepBytes);
    private HeaderLineReader _lines = new(limits ?? HeaderLimits.Default);

    /// <summary>The fields, once <see cref="Append"/> or <see cref="Complete"/> returned Done.</summary>
    public HeaderBlock Header { get; private set; } = HeaderBlock.Empty;

    /// <summary>Octets taken from earlier pieces that turned out to begin the body: feed them to the body before the rest of the piece.</summary>
    public ReadOnlyMemory<byte> BodyStart { get; private set; }

    /// <summary>Why the header was refused.</summary>
    public HeaderProblem Problem => _lines.Problem;

    /// <param name="consumed">Octets of the piece that belong to the header, or that <see cref="BodyStart"/> holds.</param>
    /// <returns>
    /// NeedMoreData: the header goes on. Done: it is complete, the rest of the piece is body. InvalidData: see <see cref="Problem"/>; the scanner
    /// is of no further use.
    /// </returns>
    public OperationStatus Append(ReadOnlySpan<byte> piece, out int consumed)
    {
        consumed = 0;
        while (consumed < piece.Length)
        {
            var step = piece[consumed..Math.Min(piece.Length, consumed + StepBytes)];
            var before = _bytes.WrittenCount;
            _bytes.Write(step);
            var status = _lines.Read(_bytes.WrittenSpan, isFinal: false, out var bodyOffset);
            if (status == OperationStatus.NeedMoreData)
            {
                consumed += step.Length;
                continue;
            }

            if (status == OperationStatus.Done)
            {
                consumed += Math.Max(0, bodyOffset - before);
                TakeResult(bodyOffset, Math.Max(bodyOffset, before));
            }

            return status;
        }

        return OperationStatus.NeedMoreData;
    }

    /// <summary>Says that no more octets will come.</summary>
    /// <returns>Done or InvalidData.</returns>
    public OperationStatus Complete()
    {
        var status = _lines.Read(_bytes.WrittenSpan, isFinal: true, out var bodyOffset);
        if (status == OperationStatus.Done)
        {
            TakeResult(bodyOffset, _bytes.WrittenCount);
        }

        return status;
    }

    private void TakeResult(int bodyOffset, int bodyEnd)
    {
        Header = _lines.ToBlock(_bytes.WrittenMemory);
        BodyStart = _bytes.WrittenMemory[bodyOffset..bodyEnd];
    }
}
