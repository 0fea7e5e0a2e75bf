using System.Buffers;
using System.Collections.Immutable;
using System.Text.Unicode;

namespace Pipeline.Mail.Addressing;

/// <summary>One scan of one field body. Each element is first measured up to its delimiter, then read by its form.</summary>
internal ref struct AddressListScanner(ReadOnlySpan<byte> text, AddressListLimits limits)
{
    private static readonly SearchValues<byte> AtomOctets = SearchValues.Create(
        [.. "!#$%&'*+-/0123456789=?ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz{|}~"u8, .. AddressOctets.NonAscii]);

    private static readonly SearchValues<byte> Structural = SearchValues.Create("\"(,:;<[\\"u8);

    private readonly ReadOnlySpan<byte> _text = text;
    private readonly int _lastBracket = text.LastIndexOf((byte)']');
    private readonly ImmutableArray<HeaderAddress>.Builder _addresses = ImmutableArray.CreateBuilder<HeaderAddress>();
    private readonly ImmutableArray<AddressListError>.Builder _errors = ImmutableArray.CreateBuilder<AddressListError>();
    private int _position = 0;
    private bool _inGroup = false;

    // The last comment passed, as a range of the text: an old way to give a name (RFC 5322 section 3.4, last paragraph).
    private (int Start, int End) _comment = (0, 0);

    public AddressList Scan()
    {
        while (true)
        {
            SkipElementSeparators();
            if (_position == _text.Length)
            {
                break;
            }

            if (_addresses.Count == limits.Addresses)
            {
                Report("list has too many addresses");
                break;
            }

            if (ReadElement() is { } error)
            {
                Report(error);
                if (_errors.Count == limits.Errors)
                {
                    break;
                }

                SkipToSeparator();
            }
        }

        if (_inGroup)
        {
            Report("group is not closed by a semicolon");
        }

        return new AddressList(_addresses.ToImmutable(), _errors.ToImmutable());
    }

    // Between elements: commas, white space, comments, and the semicolon that closes a group.
    private void SkipElementSeparators()
    {
        while (true)
        {
            if (SkipComments() is { } error)
            {
                Report(error);
                return;
            }

            if (At(';') && _inGroup)
            {
                _inGroup = false;
            }
            else if (!At(','))
            {
                return;
            }

            _position++;
        }
    }

    private string? ReadElement()
    {
        if (SkipComments() is { } commentError)
        {
            return commentError;
        }

        var start = _position;
        _comment = default;
        if (FindDelimiter(out var end) is { } error)
        {
            return error;
        }

        var delimiter = end < _text.Length ? _text[end] : (byte)0;
        switch (delimiter)
        {
            case (byte)'<':
                _position = end + 1;
                return ReadAngleAddress(start, end);
            case (byte)':':
                _position = end;
                if (_inGroup || start == end)
                {
                    return _inGroup ? "group within a group" : "group has no name";
                }

                _inGroup = true;
                _position++;
                return null;
            default:
                return ReadBareAddress();
        }
    }

    private string? ReadBareAddress()
    {
        var start = _position;
        if (ReadLocalPart(out var local) is { } error)
        {
            return error;
        }

        var end = _position;
        var domain = "";
        if (SkipComments() is { } commentError)
        {
            return commentError;
        }

        if (At('@'))
        {
            _position++;
            if (ReadDomain(out domain, out end) is { } domainError)
            {
                return domainError;
            }
        }

        if (ExpectSeparator() is { } tailError)
        {
            return tailError;
        }

        var name = _comment.Start > end ? HeaderPhrase.Comment(_text[_comment.Start.._comment.End]) : "";
        _addresses.Add(new HeaderAddress(local, domain, name, start, end - start));
        return null;
    }

    private string? ReadAngleAddress(int phraseStart, int phraseEnd)
    {
        if (SkipComments() is { } commentError)
        {
            return commentError;
        }

        var start = _position;
        if (SkipRoute() is { } routeError)
        {
            return routeError;
        }

        if (ReadLocalPart(out var local) is { } localError)
        {
            return localError;
        }

        var end = _position;
        var domain = "";
        if (SkipComments() is { } innerError)
        {
            return innerError;
        }

        if (At('@'))
        {
            _position++;
            if (ReadDomain(out domain, out end) is { } domainError)
            {
                return domainError;
            }
        }

        if (SkipComments() is { } lastError)
        {
            return lastError;
        }

        if (!At('>'))
        {
            return "closing angle bracket is missing";
        }

        _position++;
        _comment = default;
        if (ExpectSeparator() is { } tailError)
        {
            return tailError;
        }

        var name = HeaderPhrase.Phrase(_text[phraseStart..phraseEnd]);
        if (name.Length == 0)
        {
            name = HeaderPhrase.Comment(_text[_comment.Start.._comment.End]);
        }

        _addresses.Add(new HeaderAddress(local, domain, name, start, end - start));
        return null;
    }

    // obs-route: @a,@b:user@host (RFC 5322 section 4.4), with empty elements. Each turn moves forward, so the text bounds it.
    private string? SkipRoute()
    {
        if (!At('@') && !At(','))
        {
            return null;
        }

        while (true)
        {
            if (SkipComments() is { } commentError)
            {
                return commentError;
            }

            if (At(','))
            {
                _position++;
            }
            else if (At('@'))
            {
                _position++;
                if (ReadDomain(out _, out _) is { } error)
                {
                    return error;
                }
            }
            else if (At(':'))
            {
                _position++;
                return SkipComments();
            }
            else
            {
                return "source route is malformed";
            }
        }
    }

    // local-part and obs-local-part: words joined by dots, comments and blanks anywhere between.
    private string? ReadLocalPart(out string local)
    {
        local = "";
        var start = _position;
        var end = start;
        var afterWord = false;
        while (_position < _text.Length)
        {
            var octet = _text[_position];
            if (octet == '.')
            {
                _position++;
                afterWord = false;
            }
            else if (afterWord)
            {
                break;
            }
            else if (octet == '"')
            {
                if (SkipQuotedString() is { } quoteError)
                {
                    return quoteError;
                }

                afterWord = true;
            }
            else
            {
                var length = AtomLength();
                if (length == 0)
                {
                    break;
                }

                _position += length;
                afterWord = true;
            }

            end = _position;
            if (SkipComments() is { } commentError)
            {
                return commentError;
            }
        }

        if (end == start)
        {
            return "local part is missing or malformed";
        }

        _position = end;
        var text = _text[start..end];
        if (!Utf8.IsValid(text))
        {
            return "local part is not valid UTF-8";
        }

        local = HeaderPhrase.WithoutComments(text);
        return HasControl(local) ? "local part holds a control character" : null;
    }

    private string? ReadDomain(out string domain, out int end)
    {
        domain = "";
        end = _position;
        if (SkipComments() is { } leadingError)
        {
            return leadingError;
        }

        var start = _position;
        if (At('['))
        {
            var length = _text[_position..].IndexOf((byte)']') + 1;
            if (length == 0 || _text.Slice(start, length).ContainsAnyExceptInRange((byte)33, (byte)126))
            {
                return "domain literal is malformed";
            }

            _position = end = start + length;
        }
        else
        {
            var afterAtom = false;
            while (_position < _text.Length)
            {
                var length = afterAtom ? (At('.') ? 1 : 0) : AtomLength();
                if (length == 0)
                {
                    break;
                }

                _position += length;
                end = _position;
                afterAtom = !afterAtom;
                if (SkipComments() is { } commentError)
                {
                    return commentError;
                }
            }

            if (!afterAtom)
            {
                return "domain is missing or malformed";
            }
        }

        var text = _text[start..end];
        if (!Utf8.IsValid(text))
        {
            return "domain is not valid UTF-8";
        }

        domain = HeaderPhrase.WithoutComments(text);
        return HasControl(domain) ? "domain holds a control character" : null;
    }

    private string? ExpectSeparator()
    {
        if (SkipComments() is { } error)
        {
            return error;
        }

        return _position == _text.Length || At(',') || (At(';') && _inGroup) ? null : "address is followed by something else";
    }

    /// <summary>Finds what ends the phrase or bare address that begins here: &lt; : , ; or the end.</summary>
    private string? FindDelimiter(out int end)
    {
        var saved = _position;
        string? error = null;
        while (_position < _text.Length)
        {
            var skip = _text[_position..].IndexOfAny(Structural);
            _position = skip < 0 ? _text.Length : _position + skip;
            if (_position == _text.Length || (error = SkipStructure(out var delimiter)) is not null || delimiter)
            {
                break;
            }
        }

        end = _position;
        if (error is null)
        {
            _position = saved;
        }

        return error;
    }

    // After a defect: on to the next comma, or the semicolon of the group. Angle brackets do not hide commas here, so that one
    // missing bracket costs one element.
    private void SkipToSeparator()
    {
        while (_position < _text.Length)
        {
            var skip = _text[_position..].IndexOfAny(Structural);
            _position = skip < 0 ? _text.Length : _position + skip;
            if (_position == _text.Length || At(',') || (At(';') && _inGroup))
            {
                return;
            }

            if (SkipStructure(out var delimiter) is not null || delimiter)
            {
                _position = Math.Min(_position + 1, _text.Length);
            }
        }
    }

    // At a structural octet: passes over quoted string, comment, bracket or escaped octet; stays at a delimiter.
    private string? SkipStructure(out bool delimiter)
    {
        delimiter = false;
        switch (_text[_position])
        {
            case (byte)'"':
                return SkipQuotedString();
            case (byte)'(':
                return SkipComment();
            case (byte)'[':
                // A bracket that is never closed is an ordinary character; knowing the last one keeps this linear.
                _position = _position < _lastBracket ? _position + _text[_position..].IndexOf((byte)']') + 1 : _position + 1;
                return null;
            case (byte)'\\':
                _position = Math.Min(_position + 2, _text.Length);
                return null;
            default:
                delimiter = true;
                return null;
        }
    }

    private string? SkipQuotedString()
    {
        for (var i = _position + 1; i < _text.Length; i++)
        {
            if (_text[i] == '"')
            {
                _position = i + 1;
                return null;
            }

            if (_text[i] == '\\')
            {
                i++;
            }
        }

        _position = _text.Length;
        return "closing quote is missing";
    }

    private string? SkipComments()
    {
        while (_position < _text.Length)
        {
            var octet = _text[_position];
            if (octet is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            {
                _position++;
            }
            else if (octet != '(')
            {
                return null;
            }
            else if (SkipComment() is { } error)
            {
                return error;
            }
        }

        return null;
    }

    private string? SkipComment()
    {
        var start = _position + 1;
        var depth = 0;
        for (var i = _position; i < _text.Length; i++)
        {
            switch (_text[i])
            {
                case (byte)'\\':
                    i++;
                    break;
                case (byte)'(':
                    if (++depth > limits.CommentDepth)
                    {
                        _position = _text.Length;
                        return "comments are nested too deep";
                    }

                    break;
                case (byte)')':
                    if (--depth == 0)
                    {
                        _comment = (start, i);
                        _position = i + 1;
                        return null;
                    }

                    break;
            }
        }

        _position = _text.Length;
        return "comment is not closed";
    }

    private readonly int AtomLength()
    {
        var rest = _text[_position..];
        var length = rest.IndexOfAnyExcept(AtomOctets);
        return length < 0 ? rest.Length : length;
    }

    private readonly bool At(char expected) => _position < _text.Length && _text[_position] == expected;

    private static bool HasControl(string text)
    {
        foreach (var c in text)
        {
            if (char.IsControl(c))
            {
                return true;
            }
        }

        return false;
    }

    private readonly void Report(string reason)
    {
        if (_errors.Count < limits.Errors)
        {
            _errors.Add(new AddressListError(_position, reason));
        }
    }
}
