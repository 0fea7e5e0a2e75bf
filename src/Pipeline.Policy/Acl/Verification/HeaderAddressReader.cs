using System.Buffers;
using System.Text;

namespace Pipeline.Policy.Acl.Verification;

/// <summary>Reads the addresses of a header field such as To: (RFC 5322 section 3.4), with its groups, comments and quoted names.</summary>
internal sealed class HeaderAddressReader
{
    private const int MaxAddresses = 10_000;
    private const int MaxCommentDepth = 20;

    private static readonly SearchValues<char> NotInLocalPart = SearchValues.Create(" \t<>(),;:\\");
    private static readonly SearchValues<char> NotInDomain = SearchValues.Create(" \t<>(),;\"");

    private readonly string _text;
    private readonly List<string> _addresses = [];
    private readonly StringBuilder _bare = new();
    private int _position;
    private bool _inGroup;
    private string? _error;

    private HeaderAddressReader(string text) => _text = text;

    /// <param name="addresses">Those that could be read.</param>
    /// <param name="error">What is wrong; null when nothing is.</param>
    /// <returns>The text that is at fault, or nothing.</returns>
    public static string Read(string field, out IReadOnlyList<string> addresses, out string? error)
    {
        var reader = new HeaderAddressReader(field);
        var start = 0;
        while (reader._error is null && reader._position < field.Length && reader._addresses.Count < MaxAddresses)
        {
            start = reader._position;
            reader.ReadOne();
        }

        if (reader._error is null && reader._inGroup)
        {
            reader._error = "unterminated group";
        }

        addresses = reader._addresses;
        error = reader._error;
        return error is null ? "" : field[start..].Trim();
    }

    // One address, up to the comma behind it, or the colon and semicolon of a group.
    private void ReadOne()
    {
        _bare.Clear();
        string? angle = null;
        var wordBefore = false;
        while (_position < _text.Length && _error is null)
        {
            var c = _text[_position];
            switch (c)
            {
                case ',':
                case ';' when _inGroup:
                    _position++;
                    _inGroup &= c != ';';
                    Finish(angle);
                    return;
                case ':' when angle is null && !_inGroup:
                    _position++;
                    _inGroup = true;
                    return;
                case '(':
                    SkipComment();
                    break;
                case '<' when angle is null:
                    angle = ReadAngle();
                    break;
                case '"':
                    wordBefore = Separate(wordBefore);
                    ReadQuoted(_bare);
                    break;
                case ' ' or '\t' or '\r' or '\n':
                    _position++;
                    wordBefore = _bare.Length > 0;
                    break;
                case '>' or ')' or ']':
                    _error = $"malformed address: {c} may not follow {_text[.._position].Trim()}";
                    break;
                case '[':
                    ReadLiteral(_bare);
                    break;
                default:
                    wordBefore = c is not ('@' or '.') && Separate(wordBefore);
                    _bare.Append(c);
                    _position++;
                    break;
            }
        }

        Finish(angle);
    }

    // Blanks between two words of an address do not belong there; in a display name they do. The address decides at its end.
    private bool Separate(bool wordBefore)
    {
        if (wordBefore && _bare.Length > 0 && _bare[^1] is not ('@' or '.'))
        {
            _bare.Append(' ');
        }

        return false;
    }

    private void Finish(string? angle)
    {
        if (_error is not null)
        {
            return;
        }

        var address = angle ?? _bare.ToString();
        if (address.Length == 0)
        {
            return;
        }

        if (Defect(address) is { } defect)
        {
            _error = defect;
            return;
        }

        _addresses.Add(address);
    }

    private static string? Defect(string address)
    {
        var at = address.LastIndexOf('@');
        if (at == 0)
        {
            return "missing or malformed local part";
        }

        if (at == address.Length - 1)
        {
            return "domain missing or malformed";
        }

        var local = at < 0 ? address : address[..at];
        return !local.StartsWith('"') && local.AsSpan().ContainsAny(NotInLocalPart) ? "malformed address: blanks or special characters in the local part"
            : at >= 0 && address.AsSpan(at + 1).ContainsAny(NotInDomain) && address[at + 1] != '[' ? "malformed address: blanks or special characters in the domain"
            : null;
    }

    private string ReadAngle()
    {
        var address = new StringBuilder();
        _position++;
        while (_position < _text.Length && _error is null)
        {
            switch (_text[_position])
            {
                case '>':
                    _position++;
                    return SourceRouteRemoved(address.ToString());
                case '"':
                    ReadQuoted(address);
                    break;
                case '(':
                    SkipComment();
                    break;
                case '[':
                    ReadLiteral(address);
                    break;
                case ' ' or '\t' or '\r' or '\n':
                    _position++;
                    break;
                case var c:
                    address.Append(c);
                    _position++;
                    break;
            }
        }

        _error ??= "'>' missing at end of address";
        return "";
    }

    // <@relay:user@domain> (RFC 5322 section 4.4).
    private static string SourceRouteRemoved(string address)
    {
        var colon = address.StartsWith('@') ? address.IndexOf(':', StringComparison.Ordinal) : -1;
        return colon < 0 ? address : address[(colon + 1)..];
    }

    private void ReadQuoted(StringBuilder target)
    {
        target.Append(_text[_position++]);
        while (_position < _text.Length)
        {
            var c = _text[_position++];
            target.Append(c);
            if (c == '\\' && _position < _text.Length)
            {
                target.Append(_text[_position++]);
            }
            else if (c == '"')
            {
                return;
            }
        }

        _error = "missing closing quote";
    }

    private void ReadLiteral(StringBuilder target)
    {
        var end = _text.IndexOf(']', _position);
        if (end < 0)
        {
            _error = "missing ] in domain literal";
            return;
        }

        target.Append(_text, _position, end + 1 - _position);
        _position = end + 1;
    }

    private void SkipComment()
    {
        var depth = 0;
        do
        {
            switch (_text[_position])
            {
                case '(':
                    depth++;
                    break;
                case ')':
                    depth--;
                    break;
                case '\\':
                    _position++;
                    break;
            }

            _position++;
        }
        while (depth is > 0 and <= MaxCommentDepth && _position < _text.Length);

        if (depth != 0)
        {
            _error = "unbalanced comment";
        }
    }
}
