using System.Buffers;

namespace Pipeline.Mail.Smtp;

/// <summary>Passes on the content of BDAT chunks (RFC 3030), over as many chunks as the message has. Incremental: chunk borders leave no trace.</summary>
/// <remarks>Text is held to CRLF line ends just as with DATA; a message declared BODY=BINARYMIME is passed on untouched and unmeasured.</remarks>
public sealed class ChunkDataDecoder(BareLineEndPolicy policy = BareLineEndPolicy.Refuse, bool binary = false)
{
    /// <summary>A destination of at least this size always makes progress, and is enough for <see cref="Finish"/>.</summary>
    public const int MinDestination = DataLineScanner.MinDestination;

    private DataLineScanner _scanner = new(policy);

    /// <summary>Everything wrong so far; always nothing for binary content.</summary>
    public DataDefects Defects => _scanner.Defects;

    /// <summary>Octets of the longest line so far with its CRLF; 0 for binary content.</summary>
    public long LongestLine => _scanner.LongestLine;

    /// <summary>Decodes what it can: <see cref="OperationStatus.NeedMoreData"/> when the source is used up, else <see cref="OperationStatus.DestinationTooSmall"/>.</summary>
    public OperationStatus Decode(ReadOnlySpan<byte> source, Span<byte> destination, out int consumed, out int written)
    {
        consumed = 0;
        written = 0;
        if (binary)
        {
            consumed = written = Math.Min(source.Length, destination.Length);
            source[..consumed].CopyTo(destination);
            return consumed == source.Length ? OperationStatus.NeedMoreData : OperationStatus.DestinationTooSmall;
        }

        OperationStatus status;
        do
        {
            status = _scanner.CopyLine(source, destination, ref consumed, ref written);
        }
        while (status == OperationStatus.Done);
        return status;
    }

    /// <summary>The last chunk has been decoded: writes what was held back, and the CRLF that a text lacks at its end, as DATA would have it.</summary>
    /// <returns>Octets written.</returns>
    public int Finish(Span<byte> destination)
    {
        int written = 0;
        if (!binary && _scanner.InLine)
        {
            _scanner.Finish(destination, ref written);
            "\r\n"u8.CopyTo(destination[written..]);
            written += 2;
        }

        return written;
    }
}
