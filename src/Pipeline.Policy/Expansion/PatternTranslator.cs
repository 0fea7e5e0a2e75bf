using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Pipeline.Policy.Expansion;

/// <summary>Rewrites a Perl-compatible regular expression for the .NET engine, so that it means the same for octets.</summary>
/// <remarks>
/// Classes are those of ASCII. Named groups lose their names, since the engine would number them behind all others. Possessive quantifiers become
/// atomic groups. What has no counterpart (recursion, branch reset, <c>\K</c>, verbs) is left and refused by the engine.
/// </remarks>
internal sealed class PatternTranslator
{
    private const string WordCharacters = "A-Za-z0-9_";
    private const string BlankCharacters = @" \t\n\v\f\r";

    private readonly string _text;
    private readonly StringBuilder _output;
    private readonly Stack<int> _openGroups = new();
    private readonly Dictionary<string, int> _names = new(StringComparer.Ordinal);
    private int _position;
    private int _atomStart;
    private int _groups;

    private PatternTranslator(string text)
    {
        _text = text;
        _output = new StringBuilder(text.Length + 16);
    }

    public static string Translate(string pattern) => new PatternTranslator(pattern).Run();

    private string Run()
    {
        while (_position < _text.Length)
        {
            var c = _text[_position];
            switch (c)
            {
                case '\\':
                    _atomStart = _output.Length;
                    TranslateEscape();
                    break;
                case '[':
                    _atomStart = _output.Length;
                    TranslateClass();
                    break;
                case '(':
                    OpenGroup();
                    break;
                case ')':
                    _atomStart = _openGroups.TryPop(out var start) ? start : _output.Length;
                    Copy(1);
                    break;
                case '*' or '+' or '?':
                    Copy(1);
                    EndQuantifier();
                    break;
                case '{' when QuantifierLength() is > 0 and var length:
                    Copy(length);
                    EndQuantifier();
                    break;
                default:
                    _atomStart = _output.Length;
                    Copy(1);
                    break;
            }
        }

        return _output.ToString();
    }

    private void Copy(int length)
    {
        _output.Append(_text, _position, length);
        _position += length;
    }

    /// <summary>A plus sign behind a quantifier makes it possessive.</summary>
    private void EndQuantifier()
    {
        if (_position < _text.Length && _text[_position] == '+')
        {
            _output.Insert(_atomStart, "(?>").Append(')');
            _position++;
        }
        else if (_position < _text.Length && _text[_position] == '?')
        {
            Copy(1);
        }
    }

    private int QuantifierLength()
    {
        var end = _text.IndexOf('}', _position);
        var inner = end < 0 ? default : _text.AsSpan(_position + 1, end - _position - 1);
        return inner.Length > 0 && char.IsAsciiDigit(inner[0]) && IsRange(inner) ? inner.Length + 2 : 0;
    }

    /// <summary><c>n</c>, <c>n,</c> or <c>n,m</c>.</summary>
    private static bool IsRange(ReadOnlySpan<char> text)
    {
        var comma = text.IndexOf(',');
        return !text[..(comma < 0 ? text.Length : comma)].ContainsAnyExceptInRange('0', '9')
            && !text[(comma + 1)..].ContainsAnyExceptInRange('0', '9');
    }

    private void OpenGroup()
    {
        _openGroups.Push(_output.Length);
        var rest = _text.AsSpan(_position + 1);
        if (!rest.StartsWith("?"))
        {
            // (*VERB) is no group; the engine refuses it.
            _groups += rest.StartsWith("*") ? 0 : 1;
            Copy(1);
            return;
        }

        var prefix = rest.StartsWith("?P<") ? 3 : rest.StartsWith("?<") && !rest.StartsWith("?<=") && !rest.StartsWith("?<!") ? 2 : rest.StartsWith("?'") ? 2 : 0;
        if (prefix > 0)
        {
            var end = rest[prefix..].IndexOfAny('>', '\'');
            if (end > 0)
            {
                _names[rest.Slice(prefix, end).ToString()] = ++_groups;
                _output.Append('(');
                _position += 1 + prefix + end + 1;
                return;
            }
        }

        if (rest.StartsWith("?P=") && rest.IndexOf(')') is > 3 and var close)
        {
            _openGroups.Pop();
            _atomStart = _output.Length;
            AppendReference(rest[3..close].ToString());
            _position += close + 2;
            return;
        }

        Copy(2);
    }

    private void TranslateEscape()
    {
        if (_position + 1 >= _text.Length)
        {
            Copy(1);
            return;
        }

        var replacement = _text[_position + 1] switch
        {
            'd' => "[0-9]",
            'D' => "[^0-9]",
            'w' => $"[{WordCharacters}]",
            'W' => $"[^{WordCharacters}]",
            's' => $"[{BlankCharacters}]",
            'S' => $"[^{BlankCharacters}]",
            'h' => @"[ \t\xA0]",
            'H' => @"[^ \t\xA0]",
            'v' => @"[\n\v\f\r\x85]",
            'V' => @"[^\n\v\f\r\x85]",
            'R' => @"(?>\r\n|[\n\v\f\r\x85])",
            'N' => "[^\\n]",
            'E' => "",
            _ => null,
        };
        if (replacement is not null)
        {
            _output.Append(replacement);
            _position += 2;
            return;
        }

        switch (_text[_position + 1])
        {
            case 'Q':
                var end = _text.IndexOf("\\E", _position + 2, StringComparison.Ordinal);
                var literal = _text[(_position + 2)..(end < 0 ? _text.Length : end)];
                _output.Append(Regex.Escape(literal).Replace("]", "\\]", StringComparison.Ordinal).Replace("}", "\\}", StringComparison.Ordinal));
                _position = end < 0 ? _text.Length : end + 2;
                break;
            case 'x':
                TranslateHexadecimal();
                break;
            case 'g' or 'k' when TryReadReference(out var name, out var length):
                AppendReference(name);
                _position += length;
                break;
            default:
                Copy(2);
                break;
        }
    }

    /// <summary><c>\xh</c>, <c>\xhh</c>, <c>\x{h…}</c>.</summary>
    private void TranslateHexadecimal()
    {
        var start = _position + 2;
        var braced = start < _text.Length && _text[start] == '{';
        start += braced ? 1 : 0;
        var end = start;
        while (end < _text.Length && char.IsAsciiHexDigit(_text[end]) && (braced ? end - start < 8 : end - start < 2))
        {
            end++;
        }

        var value = end == start ? 0 : long.Parse(_text.AsSpan(start, end - start), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        if (value > 0xff || (braced && (end >= _text.Length || _text[end] != '}')))
        {
            Copy(2);
            return;
        }

        _output.Append(CultureInfo.InvariantCulture, $"\\x{value:X2}");
        _position = end + (braced ? 1 : 0);
    }

    /// <summary><c>\g1</c>, <c>\g{1}</c>, <c>\g{-1}</c>, <c>\g{name}</c>, <c>\k{name}</c>, <c>\k&lt;name&gt;</c>, <c>\k'name'</c>.</summary>
    private bool TryReadReference(out string name, out int length)
    {
        var rest = _text.AsSpan(_position + 2);
        var closing = rest.IsEmpty ? '\0' : rest[0] switch { '{' => '}', '<' => '>', '\'' => '\'', _ => '\0' };
        if (closing != '\0' && rest[1..].IndexOf(closing) is > 0 and var end)
        {
            name = rest.Slice(1, end).ToString();
            length = end + 4;
            return true;
        }

        var digits = rest.IndexOfAnyExceptInRange('0', '9');
        digits = digits < 0 ? rest.Length : digits;
        name = rest[..digits].ToString();
        length = digits + 2;
        return digits > 0;
    }

    private void AppendReference(string name)
    {
        var number = int.TryParse(name, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var given)
            ? (given < 0 ? _groups + 1 + given : given)
            : _names.GetValueOrDefault(name, int.MaxValue);
        _output.Append(CultureInfo.InvariantCulture, $"(?:\\{number})");
    }

    private void TranslateClass()
    {
        Copy(1);
        if (_position < _text.Length && _text[_position] == '^')
        {
            Copy(1);
        }

        var first = true;
        while (_position < _text.Length && (first || _text[_position] != ']'))
        {
            TranslateClassMember();
            first = false;
        }

        if (_position < _text.Length)
        {
            Copy(1);
        }
    }

    private void TranslateClassMember()
    {
        var c = _text[_position];
        if (c == '[')
        {
            var end = _text.AsSpan(_position).StartsWith("[:") ? _text.IndexOf(":]", _position + 2, StringComparison.Ordinal) : -1;
            if (end > 0 && Named(_text[(_position + 2)..end]) is { } named)
            {
                _output.Append(named);
                _position = end + 2;
                return;
            }

            // Unescaped it could begin a class subtraction, which only the .NET engine has.
            _output.Append("\\[");
            _position++;
            return;
        }

        if (c != '\\' || _position + 1 >= _text.Length)
        {
            _output.Append(c == ']' ? "\\]" : c.ToString());
            _position++;
            return;
        }

        var replacement = _text[_position + 1] switch
        {
            'd' => "0-9",
            'w' => WordCharacters,
            's' => BlankCharacters,
            'h' => @" \t\xA0",
            'v' => @"\n\v\f\r\x85",
            'E' => "",
            _ => null,
        };
        if (replacement is not null)
        {
            _output.Append(replacement);
            _position += 2;
        }
        else if (_text[_position + 1] == 'x')
        {
            TranslateHexadecimal();
        }
        else
        {
            Copy(2);
        }
    }

    private static string? Named(string name) => name switch
    {
        "alnum" => "A-Za-z0-9",
        "alpha" => "A-Za-z",
        "ascii" => @"\x00-\x7F",
        "blank" => @" \t",
        "cntrl" => @"\x00-\x1F\x7F",
        "digit" => "0-9",
        "graph" => "!-~",
        "lower" => "a-z",
        "print" => " -~",
        "punct" => @"!-/:-@\[-`{-~",
        "space" => BlankCharacters,
        "upper" => "A-Z",
        "word" => WordCharacters,
        "xdigit" => "0-9A-Fa-f",
        "^alnum" => @"\x00-/:-@\[-`{-\xFF",
        "^alpha" => @"\x00-@\[-`{-\xFF",
        "^digit" => @"\x00-/:-\xFF",
        "^space" => @"\x00-\x08\x0E-\x1F!-\xFF",
        _ => null,
    };
}
