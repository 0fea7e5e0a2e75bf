using System.Buffers;

namespace Pipeline.Mail.Smtp;

/// <summary>Copies message octets line by line, applies the policy for bare CR and LF, and measures; shared by DATA and BDAT.</summary>
/// <remarks>
/// A CR is held back until the next octet shows whether it ends a line, so the result does not depend on how the input is cut.
/// A mutable struct, embedded in one decoder.
/// </remarks>
internal struct DataLineScanner(BareLineEndPolicy policy)
{
    /// <summary>The most that one octet of input can need of the output: a held dot, a held CR, written as such or as a blank, and CRLF.</summary>
    public const int MinDestination = 4;

    private static readonly SearchValues<byte> Notable = SearchValues.Create(0, (byte)'\r', (byte)'\n');

    private readonly bool _normalise = policy != BareLineEndPolicy.Refuse;
    private readonly bool _lineFeedEnds = policy == BareLineEndPolicy.LineEnd;
    private bool _heldDot;
    private bool _heldCr;
    private long _line;

    public DataDefects Defects { get; private set; }

    /// <summary>Octets of the longest line so far with its line end.</summary>
    public long LongestLine { get; private set; }

    /// <summary>Output ended inside a line.</summary>
    public readonly bool InLine => _line > 0 || _heldDot || _heldCr;

    /// <summary>A dot at the start of a line came outside the scanner's own reading, and belongs to the text.</summary>
    public void HoldDot() => _heldDot = true;

    /// <summary>A CR came outside the scanner's own reading (after a dot that was no end of data).</summary>
    public void HoldCr() => _heldCr = true;

    /// <summary>LF ends a line without a CR before it, and is no defect.</summary>
    public readonly bool LineFeedEnds => _lineFeedEnds;

    /// <summary>Copies until the end of a line has been copied (<see cref="OperationStatus.Done"/>), the source is used up, or the destination is full.</summary>
    public OperationStatus CopyLine(ReadOnlySpan<byte> source, Span<byte> destination, ref int consumed, ref int written)
    {
        while (consumed < source.Length)
        {
            if (destination.Length - written < MinDestination)
            {
                return OperationStatus.DestinationTooSmall;
            }

            PutHeldDot(destination, ref written);
            if (_heldCr)
            {
                _heldCr = false;
                if (source[consumed] == '\n')
                {
                    consumed++;
                    EndLine(destination, ref written);
                    return OperationStatus.Done;
                }

                PutBareCr(destination, ref written);
                continue;
            }

            ReadOnlySpan<byte> window = source[consumed..];
            int room = destination.Length - written;
            if (window.Length > room)
            {
                window = window[..room];
            }

            int plain = window.IndexOfAny(Notable);
            if (plain != 0)
            {
                int length = plain < 0 ? window.Length : plain;
                window[..length].CopyTo(destination[written..]);
                consumed += length;
                Count(length);
                written += length;
                continue;
            }

            consumed++;
            switch (window[0])
            {
                case (byte)'\r':
                    _heldCr = true;
                    break;
                case (byte)'\n' when _lineFeedEnds:
                    EndLine(destination, ref written);
                    return OperationStatus.Done;
                case (byte)'\n':
                    PutBareLf(destination, ref written);
                    break;
                default:
                    Defects |= DataDefects.Nul;
                    destination[written++] = 0;
                    Count(1);
                    break;
            }
        }

        return OperationStatus.NeedMoreData;
    }

    /// <summary>The input is over: a CR still held was bare. Needs two octets of room.</summary>
    public void Finish(Span<byte> destination, ref int written)
    {
        PutHeldDot(destination, ref written);
        if (_heldCr)
        {
            _heldCr = false;
            PutBareCr(destination, ref written);
        }
    }

    private void PutHeldDot(Span<byte> destination, ref int written)
    {
        if (_heldDot)
        {
            _heldDot = false;
            destination[written++] = (byte)'.';
            Count(1);
        }
    }

    private void PutBareCr(Span<byte> destination, ref int written)
    {
        Defects |= DataDefects.BareCr;
        destination[written++] = _normalise ? (byte)' ' : (byte)'\r';
        Count(1);
    }

    private void PutBareLf(Span<byte> destination, ref int written)
    {
        Defects |= DataDefects.BareLf;
        if (_normalise)
        {
            EndLine(destination, ref written);
        }
        else
        {
            destination[written++] = (byte)'\n';
            Count(1);
        }
    }

    private void EndLine(Span<byte> destination, ref int written)
    {
        destination[written++] = (byte)'\r';
        destination[written++] = (byte)'\n';
        Count(2);
        _line = 0;
    }

    private void Count(int octets)
    {
        _line += octets;
        if (_line > LongestLine)
        {
            LongestLine = _line;
        }
    }
}
