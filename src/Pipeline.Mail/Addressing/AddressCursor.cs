using System.Buffers;

namespace Pipeline.Mail.Addressing;

/// <summary>A place in a structured field body, and the tokens that can begin there (RFC 5322 section 3.2): comments, atoms, quoted strings.</summary>
/// <remarks>Every step moves forward, so the length of the text bounds all work. Allocates nothing.</remarks>
internal ref struct AddressCursor(ReadOnlySpan<byte> text, int maxCommentDepth)
{
    private static readonly SearchValues<byte> AtomOctets = AddressOctets.Set(AddressOctets.Atom, withNonAscii: true);

    private readonly ReadOnlySpan<byte> _text = text;

    public int Position { get; set; }

    /// <summary>The inside of the last comment passed.</summary>
    public Extent Comment { get; set; }

    public readonly int Length => _text.Length;

    public readonly bool AtEnd => Position == _text.Length;

    public readonly byte Current => _text[Position];

    public readonly ReadOnlySpan<byte> Rest => _text[Position..];

    public readonly bool At(char expected) => Position < _text.Length && _text[Position] == expected;

    public bool TryTake(char expected)
    {
        var found = At(expected);
        Position += found ? 1 : 0;
        return found;
    }

    public void Advance(int octets) => Position = Math.Min(Position + octets, _text.Length);

    /// <summary>The extent without the blanks and line ends at either end.</summary>
    public readonly Extent Trim(Extent extent)
    {
        ReadOnlySpan<byte> blanks = " \t\r\n"u8;
        var start = extent.Start + (extent.Length - extent.Of(_text).TrimStart(blanks).Length);
        return new Extent(start, start + extent.Of(_text).Trim(blanks).Length);
    }

    /// <summary>Passes over comments and folding white space.</summary>
    public AddressDefect SkipComments()
    {
        while (!AtEnd)
        {
            if (_text[Position] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            {
                Position++;
            }
            else if (_text[Position] != '(')
            {
                return AddressDefect.None;
            }
            else if (SkipComment() is var defect and not AddressDefect.None)
            {
                return defect;
            }
        }

        return AddressDefect.None;
    }

    /// <summary>At an opening parenthesis: passes over the comment, nested ones included.</summary>
    public AddressDefect SkipComment()
    {
        var start = Position + 1;
        var depth = 0;
        for (var i = Position; i < _text.Length; i++)
        {
            switch (_text[i])
            {
                case (byte)'\\':
                    i++;
                    break;
                case (byte)'(':
                    if (++depth > maxCommentDepth)
                    {
                        Position = _text.Length;
                        return AddressDefect.CommentsTooDeep;
                    }

                    break;
                case (byte)')':
                    if (--depth == 0)
                    {
                        Comment = new Extent(start, i);
                        Position = i + 1;
                        return AddressDefect.None;
                    }

                    break;
            }
        }

        Position = _text.Length;
        return AddressDefect.CommentNotClosed;
    }

    /// <summary>At an opening quote: passes over the quoted string.</summary>
    public AddressDefect SkipQuotedString()
    {
        for (var i = Position + 1; i < _text.Length; i++)
        {
            if (_text[i] == '"')
            {
                Position = i + 1;
                return AddressDefect.None;
            }

            if (_text[i] == '\\')
            {
                i++;
            }
        }

        Position = _text.Length;
        return AddressDefect.QuoteNotClosed;
    }

    /// <summary>Takes an atom, which may hold UTF-8 (RFC 6532).</summary>
    /// <returns>False when none begins here.</returns>
    public bool TryTakeAtom()
    {
        var length = Rest.IndexOfAnyExcept(AtomOctets);
        length = length < 0 ? Rest.Length : length;
        Position += length;
        return length > 0;
    }

    /// <summary>Takes a domain literal, brackets included.</summary>
    /// <returns>False when it does not end or holds blanks, controls or octets above 126.</returns>
    public bool TryTakeLiteral()
    {
        var length = Rest.IndexOf((byte)']') + 1;
        if (length == 0 || Rest[..length].ContainsAnyExceptInRange((byte)33, (byte)126))
        {
            return false;
        }

        Position += length;
        return true;
    }
}
