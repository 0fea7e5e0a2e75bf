using System.Buffers;
using System.Text;
using Pipeline.Mail.Message;

namespace Pipeline.Mail.Mime;

/// <summary>Finds the parts of a message (RFC 2046) in its octets as they pass: their headers, and where their content is.</summary>
/// <remarks>
/// The memory does not grow with the message: of the content, only the start of a line is kept. The result is the same for every way of cutting the octets. A line ends with LF, with or
/// without CR: the programs that show messages are not strict here, and nothing may hide from the scanner that they show. Messages inside the message are parts without parts:
/// whoever wants to know scans them by themselves.
/// </remarks>
public sealed class MimeScanner
{
    private readonly MimeLimits _limits;
    private readonly List<MimePart> _parts = [];
    private readonly List<Frame> _open = [];
    private readonly ArrayBufferWriter<byte> _header = new();
    private readonly byte[] _line;
    private int _lineLength;
    private long _lineStart;
    private long _position;
    private bool _inHeader;
    private bool _headerIsCut;
    private Frame? _parent;

    /// <summary>Scans what follows a header.</summary>
    public MimeScanner(HeaderBlock header, MimeLimits? limits = null)
        : this(limits, inHeader: false) => Begin(MimeHeader.Read(header), 0);

    private MimeScanner(MimeLimits? limits, bool inHeader)
    {
        _limits = limits ?? MimeLimits.Default;
        _line = new byte[_limits.MaxLineBytes];
        _inHeader = inHeader;
    }

    /// <summary>In the order in which they begin. Final when the scan is complete.</summary>
    public IReadOnlyList<MimePart> Parts => _parts;

    /// <summary>Scans a message that begins with its header.</summary>
    public static MimeScanner OfMessage(MimeLimits? limits = null) => new(limits, inHeader: true);

    public void Append(ReadOnlySpan<byte> octets)
    {
        while (!octets.IsEmpty)
        {
            var end = octets.IndexOf((byte)'\n');
            var piece = end < 0 ? octets : octets[..end];
            var taken = end < 0 ? octets.Length : end + 1;
            _position += taken;
            if (end >= 0 && _lineLength == 0)
            {
                EndLine(piece[..Math.Min(piece.Length, _line.Length)]);
            }
            else
            {
                Keep(piece);
                if (end >= 0)
                {
                    EndLine(_line.AsSpan(0, _lineLength));
                }
            }

            octets = octets[taken..];
        }
    }

    /// <summary>No more octets will come.</summary>
    public void Complete()
    {
        if (_lineLength > 0)
        {
            EndLine(_line.AsSpan(0, _lineLength));
        }

        EndHeader(_position);
        Close(depth: -1, _position);
    }

    private void Keep(ReadOnlySpan<byte> piece)
    {
        var room = Math.Min(piece.Length, _line.Length - _lineLength);
        piece[..room].CopyTo(_line.AsSpan(_lineLength));
        _lineLength += room;
    }

    private void EndLine(ReadOnlySpan<byte> line)
    {
        var start = _lineStart;
        _lineStart = _position;
        _lineLength = 0;
        line = line.EndsWith("\r"u8) ? line[..^1] : line;
        if (line.StartsWith("--"u8) && FindBoundary(line) is { } boundary)
        {
            Separate(boundary.Frame, boundary.IsLast, start);
        }
        else if (_inHeader)
        {
            TakeHeaderLine(line, start);
        }
    }

    private (int Frame, bool IsLast)? FindBoundary(ReadOnlySpan<byte> line)
    {
        // RFC 2046 section 5.1.1: blanks behind a boundary are padding of the transport.
        var text = line[2..].TrimEnd(" \t"u8);
        for (var i = _open.Count - 1; i >= 0; i--)
        {
            var boundary = _open[i].Boundary.AsSpan();
            if (text.StartsWith(boundary) && text[boundary.Length..] is [] or [(byte)'-', (byte)'-'])
            {
                return (i, text.Length > boundary.Length);
            }
        }

        return null;
    }

    /// <summary>A boundary of a multipart that is open: it ends everything inside that.</summary>
    private void Separate(int frame, bool isLast, long lineStart)
    {
        EndHeader(lineStart);
        var multipart = _open[frame];
        Close(multipart.Part.Depth, lineStart);
        _open.RemoveRange(frame + 1, _open.Count - frame - 1);
        if (isLast)
        {
            _open.RemoveAt(frame);
            return;
        }

        _parent = multipart;
        _inHeader = true;
        _headerIsCut = false;
        _header.ResetWrittenCount();
    }

    private void TakeHeaderLine(ReadOnlySpan<byte> line, long start)
    {
        if (line.IsEmpty)
        {
            EndHeader(_position);
        }
        else if (!IsOfHeader(line))
        {
            EndHeader(start); // the empty line is missing: as HeaderBlock has it, the body begins
        }
        else if (_header.WrittenCount + line.Length + 2 > _limits.MaxHeaderBytes)
        {
            _headerIsCut = true;
        }
        else
        {
            _header.Write(line);
            _header.Write("\r\n"u8);
        }
    }

    private bool IsOfHeader(ReadOnlySpan<byte> line)
    {
        if (line[0] is (byte)' ' or (byte)'\t')
        {
            return _header.WrittenCount > 0;
        }

        var colon = line.IndexOf((byte)':');
        return colon > 0 && !line[..colon].TrimEnd(" \t"u8).ContainsAnyExceptInRange((byte)'!', (byte)'~');
    }

    private void EndHeader(long bodyStart)
    {
        if (!_inHeader)
        {
            return;
        }

        _inHeader = false;
        var limits = HeaderLimits.Default;
        var readable = HeaderBlock.Parse(_header.WrittenMemory, limits, out var block, out _, out _) == OperationStatus.Done;
        Begin(MimeHeader.Read(block), bodyStart, _headerIsCut || !readable ? MimeAnomaly.HeaderTooLong : null);
    }

    private void Begin(MimeHeader header, long start, MimeAnomaly? anomaly = null)
    {
        if (_parts.Count >= _limits.MaxParts)
        {
            _parts[^1].Anomaly = MimeAnomaly.TooManyParts;
            return;
        }

        var depth = _parent is null ? 0 : _parent.Part.Depth + 1;
        var part = new MimePart(_parts.Count, depth, header, IsCoverLetter(), start) { Anomaly = anomaly };
        _parts.Add(part);
        if (_parent is not null)
        {
            _parent.Children++;
        }

        if (header.IsMultipart && header.Boundary.Length > 0)
        {
            if (_open.Count >= _limits.MaxDepth)
            {
                part.Anomaly = MimeAnomaly.TooDeep;
            }
            else
            {
                _open.Add(new Frame(part, Encoding.Latin1.GetBytes(header.Boundary.TrimEnd(' ', '\t'))));
            }
        }
    }

    private bool IsCoverLetter() => _parent is null
        || (_parent.Part.IsCoverLetter && (_parent.Children == 0 || _parent.Part.Header.ContentType is "multipart/alternative" or "multipart/related"));

    private void Close(int depth, long end)
    {
        for (var i = _parts.Count - 1; i >= 0 && _parts[i].Depth > depth; i--)
        {
            if (_parts[i].End < 0)
            {
                _parts[i].End = Math.Max(end, _parts[i].Start);
            }
        }
    }

    private sealed class Frame(MimePart part, byte[] boundary)
    {
        public MimePart Part => part;

        public byte[] Boundary => boundary;

        /// <summary>Parts of it that have begun.</summary>
        public int Children { get; set; }
    }
}
