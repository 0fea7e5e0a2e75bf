using System.Buffers;
using System.Text;
using Pipeline.Mail.Dns;

namespace Pipeline.Mail.AuthResults;

/// <summary>The words of RFC 8601: comments and blanks, keywords, values. Every read either succeeds or leaves a field that is refused.</summary>
internal ref struct AuthResultsReader(ReadOnlySpan<byte> text, bool isTolerant)
{
    private readonly ReadOnlySpan<byte> _text = text;
    private int _position;

    public bool IsTolerant { get; } = isTolerant;

    /// <summary>A comment was not closed, or there is a control character.</summary>
    public bool HasFailed { get; private set; }

    public readonly int Position => _position;

    public readonly bool IsAtEnd => _position >= _text.Length;

    public readonly bool IsAtBlank => !IsAtEnd && _text[_position] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or (byte)'(';

    /// <summary>Whether a word may end here.</summary>
    public readonly bool IsAtGap => IsAtEnd || IsAtBlank || IsAt(';');

    public readonly bool IsAt(char expected) => !IsAtEnd && _text[_position] == expected;

    public bool Take(char expected)
    {
        if (!IsAt(expected))
        {
            return false;
        }

        _position++;
        return true;
    }

    /// <summary>Skips CFWS: white space, folds and comments, which nest (RFC 5322 section 3.2.2). False when a comment is not closed.</summary>
    public bool SkipBlanks()
    {
        var depth = 0;
        for (; !IsAtEnd; _position++)
        {
            var octet = _text[_position];
            if (octet is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            {
                continue;
            }

            if (octet < (byte)' ' || octet == 0x7f)
            {
                break;
            }

            if (octet == (byte)'(')
            {
                depth++;
            }
            else if (depth == 0)
            {
                return true;
            }
            else if (octet == (byte)')')
            {
                depth--;
            }
            else if (octet == (byte)'\\')
            {
                _position++;
            }
        }

        HasFailed = depth > 0 || !IsAtEnd;
        return !HasFailed;
    }

    /// <summary>A method or a result: letters, digits and inner hyphens. Tolerant: also dots and underscores (gateway.spf, dkim_pass).</summary>
    public bool TakeKeyword(out string keyword) => TakeRun(IsTolerant ? LooseKeywordOctets : KeywordOctets, out keyword) && IsWordLike(keyword);

    /// <summary>A property type or name. An underscore is let through when tolerant.</summary>
    public bool TakePlainKeyword(out string keyword) => TakeRun(IsTolerant ? PropertyOctets : KeywordOctets, out keyword) && IsWordLike(keyword);

    public bool TakeNumber(int maxDigits, out int number)
    {
        number = 0;
        var start = _position;
        while (!IsAtEnd && char.IsAsciiDigit((char)_text[_position]))
        {
            if (_position - start == maxDigits)
            {
                return false;
            }

            number = (number * 10) + _text[_position++] - '0';
        }

        return _position > start;
    }

    /// <summary>Takes a word if it is the last thing in the field.</summary>
    public bool TakeFinalWord(ReadOnlySpan<byte> word)
    {
        var start = _position;
        if (Ascii.EqualsIgnoreCase(_text[_position..Math.Min(_text.Length, _position + word.Length)], word))
        {
            _position += word.Length;
            if (IsAtGap && SkipBlanks() && IsAtEnd)
            {
                return true;
            }
        }

        _position = start;
        return false;
    }

    /// <summary>Whether a method and its equals sign stand here, looking past comments.</summary>
    public readonly bool IsAtMethod()
    {
        var ahead = this;
        return ahead.SkipBlanks() && ahead.TakeKeyword(out _) && ahead.SkipBlanks() && ahead.Take('=');
    }

    public readonly bool IsAtInstance()
    {
        var ahead = this;
        return ahead.TakeKeyword(out var word) && word is "i" && ahead.SkipBlanks() && ahead.Take('=');
    }

    /// <summary>Takes a host name that stands where a result should, with another element behind it.</summary>
    public bool TakeLateServer(out string id)
    {
        var ahead = this;
        if (ahead.TakeRun(TokenOctets, out id) && id.Contains('.', StringComparison.Ordinal) && DnsName.IsHostLike(id)
            && ahead.SkipBlanks() && ahead.IsAt(';'))
        {
            this = ahead;
            return true;
        }

        return false;
    }

    public bool TakeValue(out string value, bool isProperty) => TakeValue(out value, isProperty, out var isValid) && isValid;

    /// <summary>A value (MIME token or quoted string), or where <paramref name="isProperty"/> also <c>[local-part]@domain</c>.</summary>
    /// <param name="isValid">False for a value that only a tolerant reader steps over, such as <c>&lt;&gt;</c>: it is not to be used.</param>
    public bool TakeValue(out string value, bool isProperty, out bool isValid)
    {
        isValid = true;
        var start = _position;
        if (IsAt('"'))
        {
            if (!TakeQuoted(out value))
            {
                return false;
            }

            if (!isProperty || !Take('@'))
            {
                return true;
            }

            var quoted = Encoding.UTF8.GetString(_text[start..(_position - 1)]);
            var hasDomain = TakeRun(TokenOctets, out var domain);
            value = $"{quoted}@{domain}";
            return hasDomain;
        }

        var run = Run(isProperty ? LocalPartOctets : TokenOctets);
        if (isProperty && _position + run < _text.Length && _text[_position + run] == (byte)'@')
        {
            _position += run + 1;
            if (!TakeRun(TokenOctets, out _))
            {
                value = "";
                return false;
            }
        }
        else
        {
            _position += Run(TokenOctets);
        }

        if (IsTolerant && !IsAtGap)
        {
            // Bare values that should be quoted: addresses of IPv6, base64, local parts with odd characters.
            isValid = TakeBareValue();
        }

        value = Encoding.UTF8.GetString(_text[start.._position]);
        return value.Length > 0;
    }

    private bool TakeBareValue()
    {
        var isValid = true;
        while (!IsAtGap)
        {
            var octet = _text[_position];
            if (octet < (byte)' ' || octet == 0x7f)
            {
                return isValid;
            }

            isValid &= octet is not ((byte)'<' or (byte)'>' or (byte)',' or (byte)'"' or (byte)'\\' or (byte)')');
            _position++;
        }

        return isValid;
    }

    /// <summary>A quoted string without its quotes and escapes, folds inside it removed.</summary>
    private bool TakeQuoted(out string value)
    {
        var octets = new ArrayBufferWriter<byte>();
        value = "";
        for (_position++; !IsAtEnd; _position++)
        {
            var octet = _text[_position];
            if (octet == (byte)'"')
            {
                _position++;
                value = Encoding.UTF8.GetString(octets.WrittenSpan);
                return true;
            }

            if (octet is (byte)'\r' or (byte)'\n')
            {
                continue;
            }

            if (octet == (byte)'\\' && _position + 1 < _text.Length)
            {
                octet = _text[++_position];
            }

            if ((octet < (byte)' ' && octet != (byte)'\t') || octet == 0x7f)
            {
                break;
            }

            octets.Write([octet]);
        }

        HasFailed = true;
        return false;
    }

    private readonly int Run(SearchValues<byte> octets)
    {
        var length = _text[_position..].IndexOfAnyExcept(octets);
        return length < 0 ? _text.Length - _position : length;
    }

    private bool TakeRun(SearchValues<byte> octets, out string word)
    {
        var length = Run(octets);
        word = Encoding.UTF8.GetString(_text.Slice(_position, length));
        _position += length;
        return length > 0;
    }

    private static bool IsWordLike(string word) => char.IsAsciiLetterOrDigit(word[0]) && char.IsAsciiLetterOrDigit(word[^1]);

    private const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    private static SearchValues<byte> Octets(string ascii, bool withUtf8)
    {
        var octets = new List<byte>(Encoding.ASCII.GetBytes(ascii));
        for (var octet = 0x80; withUtf8 && octet <= 0xff; octet++)
        {
            octets.Add((byte)octet);
        }

        return SearchValues.Create(octets.ToArray());
    }

    private static readonly SearchValues<byte> KeywordOctets = Octets(Letters + "-", withUtf8: false);

    private static readonly SearchValues<byte> PropertyOctets = Octets(Letters + "-_", withUtf8: false);

    private static readonly SearchValues<byte> LooseKeywordOctets = Octets(Letters + "-_.", withUtf8: false);

    /// <summary>token of RFC 2045 section 5.1, and UTF-8 (RFC 8601 section 2.2 as of RFC 6532).</summary>
    private static readonly SearchValues<byte> TokenOctets = Octets(Letters + "!#$%&'*+-.^_`{|}~", withUtf8: true);

    /// <summary>atext of RFC 5322 section 3.2.3 and the dot.</summary>
    private static readonly SearchValues<byte> LocalPartOctets = Octets(Letters + "!#$%&'*+-/=?^_`{|}~.", withUtf8: true);
}
