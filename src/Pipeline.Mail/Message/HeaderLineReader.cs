using System.Buffers;
using System.Collections.Immutable;

namespace Pipeline.Mail.Message;

/// <summary>The grammar of a header block: finds fields and the end of the header in octets that may still grow at their end.</summary>
/// <remarks>
/// Each call sees all octets from the start of the message; work already done is not repeated, so the whole is linear. What is decided, and
/// what is refused, does not depend on where the octets were cut.
/// </remarks>
internal struct HeaderLineReader(HeaderLimits limits)
{
    /// <summary>A longer run of name octets, or of blanks before a colon, is taken for text: RFC 5322 section 2.1.1 allows no longer line.</summary>
    private const int MaxNameBytes = 998;

    private readonly ImmutableArray<HeaderFieldExtent>.Builder _fields = ImmutableArray.CreateBuilder<HeaderFieldExtent>();
    private int _lineStart;
    private int _searched;
    private bool _lineIsOpen;
    private int _fieldStart = -1;
    private int _nameLength;
    private int _colon;
    private int _blockLength;

    public HeaderProblem Problem { get; private set; }

    /// <param name="isFinal">No more octets will come.</param>
    /// <param name="bodyOffset">Set when Done: where the body begins.</param>
    /// <returns>Done, NeedMoreData, or InvalidData with <see cref="Problem"/> set.</returns>
    public OperationStatus Read(ReadOnlySpan<byte> bytes, bool isFinal, out int bodyOffset)
    {
        bodyOffset = bytes.Length;
        while (true)
        {
            var found = bytes[_searched..].IndexOf("\r\n"u8);
            var isComplete = found >= 0 || isFinal;
            var lineEnd = found < 0 ? bytes.Length : _searched + found;
            var next = found < 0 ? bytes.Length : lineEnd + 2;
            if (!_lineIsOpen)
            {
                switch (Classify(bytes[_lineStart..lineEnd], isComplete, out var nameLength, out var colon))
                {
                    case LineKind.Undecided:
                        _searched = ResumePoint(bytes.Length);
                        return OperationStatus.NeedMoreData;
                    case LineKind.Empty:
                        return Finish(_lineStart, next, out bodyOffset);
                    case LineKind.Other:
                        // Not a field and not an empty line: the empty line is missing. Exim and Sendmail begin the body here, and so does
                        // every display of the message; refusing it would lose mail of simple-minded programs.
                        return Finish(_lineStart, _lineStart, out bodyOffset);
                    case LineKind.Field when !TryOpenField(nameLength, colon):
                        return OperationStatus.InvalidData;
                }

                _lineIsOpen = true;
            }

            if (!CheckLimits(next))
            {
                return OperationStatus.InvalidData;
            }

            if (!isComplete)
            {
                _searched = ResumePoint(bytes.Length);
                return OperationStatus.NeedMoreData;
            }

            _lineStart = _searched = next;
            _lineIsOpen = false;
            if (found < 0)
            {
                // The message ends inside a line: the field is kept, it only lacks its CRLF.
                AddField(next);
                _blockLength = next;
                return OperationStatus.Done;
            }
        }
    }

    public readonly HeaderBlock ToBlock(ReadOnlyMemory<byte> message) => new(message[.._blockLength], _fields.ToImmutable());

    /// <summary>Where to look for the next CRLF: the last octet may be a CR whose LF is still on its way.</summary>
    private readonly int ResumePoint(int length) => Math.Max(_lineStart, length - 1);

    /// <summary>The limit that is reached first is the one reported, so that it is the same for octets that come one by one.</summary>
    private bool CheckLimits(int end)
    {
        var fieldEnd = (long)_fieldStart + limits.MaxFieldBytes;
        if (end <= Math.Min(limits.MaxBlockBytes, fieldEnd))
        {
            return true;
        }

        Problem = limits.MaxBlockBytes <= fieldEnd ? HeaderProblem.BlockTooLong : HeaderProblem.FieldTooLong;
        return false;
    }

    private bool TryOpenField(int nameLength, int colon)
    {
        CloseField(_lineStart);
        if (_fields.Count == limits.MaxFields)
        {
            Problem = HeaderProblem.TooManyFields;
            return false;
        }

        _fieldStart = _lineStart;
        _nameLength = nameLength;
        _colon = colon;
        return true;
    }

    private OperationStatus Finish(int blockEnd, int bodyStart, out int bodyOffset)
    {
        CloseField(blockEnd);
        _blockLength = blockEnd;
        bodyOffset = bodyStart;
        return OperationStatus.Done;
    }

    private void CloseField(int nextLine)
    {
        if (_fieldStart >= 0)
        {
            AddField(nextLine - 2);
        }
    }

    private void AddField(int end)
    {
        _fields.Add(new HeaderFieldExtent(_fieldStart, end - _fieldStart, _nameLength, _colon));
        _fieldStart = -1;
    }

    private readonly LineKind Classify(ReadOnlySpan<byte> line, bool isComplete, out int nameLength, out int colon)
    {
        (nameLength, colon) = (0, -1);
        if (line.IsEmpty || (!isComplete && line is [(byte)'\r']))
        {
            return isComplete ? LineKind.Empty : LineKind.Undecided;
        }

        if (line[0] is (byte)' ' or (byte)'\t')
        {
            return _fieldStart >= 0 ? LineKind.Continuation : LineKind.Other;
        }

        nameLength = LengthOf(line.IndexOfAnyExcept(HeaderField.NameOctets), line);
        if (nameLength is 0 or > MaxNameBytes)
        {
            return LineKind.Other;
        }

        // White space before the colon is the obsolete syntax of RFC 5322 section 4.5; old libraries still write "Subject :".
        var rest = line[nameLength..];
        var blanks = LengthOf(rest.IndexOfAnyExcept((byte)' ', (byte)'\t'), rest);
        if (blanks > MaxNameBytes)
        {
            return LineKind.Other;
        }

        rest = rest[blanks..];
        if (rest.IsEmpty)
        {
            return isComplete ? LineKind.Other : LineKind.Undecided;
        }

        colon = nameLength + blanks;
        return rest[0] == (byte)':' ? LineKind.Field : LineKind.Other;
    }

    private static int LengthOf(int index, ReadOnlySpan<byte> whole) => index < 0 ? whole.Length : index;

    private enum LineKind
    {
        Undecided,
        Empty,
        Field,
        Continuation,
        Other,
    }
}
