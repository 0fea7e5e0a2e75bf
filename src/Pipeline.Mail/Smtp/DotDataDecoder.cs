using System.Buffers;

namespace Pipeline.Mail.Smtp;

/// <summary>Undoes the transparency of DATA (RFC 5321 section 4.5.2) and finds its end. Incremental: the result does not depend on how the input is cut.</summary>
/// <remarks>
/// Only CRLF "." CRLF ends the data, and only a line that CRLF began is looked at for its dot: whether bare line ends are refused or normalised,
/// <c>LF . LF</c>, <c>CR . CR</c>, <c>LF . CRLF</c>, <c>CRLF . LF</c> and the like are content. Under <see cref="BareLineEndPolicy.LineEnd"/> alone
/// an LF counts as a CRLF there too.
/// </remarks>
/// <param name="isStuffed">Lines that begin with a dot have been given another. Programs that write a message up to a dot, without speaking SMTP, do not do that.</param>
public sealed class DotDataDecoder(BareLineEndPolicy policy = BareLineEndPolicy.Refuse, bool isStuffed = true)
{
    /// <summary>A destination of at least this size always makes progress, and is enough for <see cref="Finish"/>.</summary>
    public const int MinDestination = DataLineScanner.MinDestination;

    private DataLineScanner _scanner = new(policy);
    private State _state = State.LineStart;

    private enum State
    {
        /// <summary>At the start of the data or after a line end.</summary>
        LineStart,

        /// <summary>After a line end and a dot that is not part of the message.</summary>
        Dot,

        /// <summary>After a line end, dot, CR.</summary>
        DotCr,

        Line,
        Ended,
    }

    /// <summary>Everything wrong so far.</summary>
    public DataDefects Defects => _scanner.Defects;

    /// <summary>Octets of the longest line so far with its CRLF, without the stuffed dot.</summary>
    public long LongestLine => _scanner.LongestLine;

    /// <summary>Decodes what it can.</summary>
    /// <returns>
    /// <see cref="OperationStatus.Done"/> when the end of data has been consumed (octets behind it are left),
    /// <see cref="OperationStatus.NeedMoreData"/> when the source is used up,
    /// <see cref="OperationStatus.DestinationTooSmall"/> when the destination must be emptied first.
    /// </returns>
    public OperationStatus Decode(ReadOnlySpan<byte> source, Span<byte> destination, out int consumed, out int written)
    {
        consumed = 0;
        written = 0;
        while (_state != State.Ended)
        {
            if (consumed == source.Length)
            {
                return OperationStatus.NeedMoreData;
            }

            switch (_state)
            {
                case State.LineStart when source[consumed] == '.':
                    consumed++;
                    _state = State.Dot;
                    break;
                case State.LineStart:
                    _state = State.Line;
                    break;
                case State.Dot when source[consumed] == '\r':
                    consumed++;
                    _state = State.DotCr;
                    break;
                case State.Dot when source[consumed] == '\n' && _scanner.LineFeedEnds:
                    consumed++;
                    _state = State.Ended;
                    break;
                case State.Dot:
                    LeaveDot();
                    break;
                case State.DotCr when source[consumed] == '\n':
                    consumed++;
                    _state = State.Ended;
                    break;
                case State.DotCr:
                    LeaveDot();
                    _scanner.HoldCr();
                    break;
                default:
                    OperationStatus status = _scanner.CopyLine(source, destination, ref consumed, ref written);
                    if (status != OperationStatus.Done)
                    {
                        return status;
                    }

                    _state = State.LineStart;
                    break;
            }
        }

        return OperationStatus.Done;
    }

    /// <summary>The input is over without the end of data: writes what was held back, and the CRLF that the text lacks at its end.</summary>
    /// <returns>Octets written.</returns>
    public int Finish(Span<byte> destination)
    {
        if (_state == State.DotCr)
        {
            _scanner.HoldCr();
        }

        if (_state is State.Dot or State.DotCr)
        {
            LeaveDot();
        }

        var written = 0;
        if (_scanner.InLine)
        {
            _scanner.Finish(destination, ref written);
            "\r\n"u8.CopyTo(destination[written..]);
            written += 2;
        }

        _state = State.Ended;
        return written;
    }

    /// <summary>The dot at the start of the line was not the end of the data.</summary>
    private void LeaveDot()
    {
        _state = State.Line;
        if (!isStuffed)
        {
            _scanner.HoldDot();
        }
    }
}
