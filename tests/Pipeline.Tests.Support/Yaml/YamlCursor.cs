namespace Pipeline.Tests.Support.Yaml;

/// <summary>A position in a YAML text, and what can be told by looking ahead from it.</summary>
internal sealed class YamlCursor(string text)
{
    private int _position;
    private int _lineStart;

    public int Line { get; private set; } = 1;

    public int Column => _position - _lineStart;

    public bool IsAtEnd => _position >= text.Length;

    public char Current => IsAtEnd ? '\0' : text[_position];

    public char Peek(int distance) => _position + distance < text.Length ? text[_position + distance] : '\0';

    public bool IsDocumentMark =>
        Column == 0 && (string.CompareOrdinal(text, _position, "---", 0, 3) == 0 || string.CompareOrdinal(text, _position, "...", 0, 3) == 0);

    public void Advance(int count)
    {
        for (; count > 0 && !IsAtEnd; count--)
        {
            if (text[_position++] == '\n')
            {
                Line++;
                _lineStart = _position;
            }
        }
    }

    /// <summary>Skips white space, line ends and comments; false at the end of the text.</summary>
    public bool SkipToContent()
    {
        while (!IsAtEnd)
        {
            if (Current == '#' && (_position == 0 || char.IsWhiteSpace(text[_position - 1])))
            {
                TakeUntilAny("\n");
            }
            else if (char.IsWhiteSpace(Current))
            {
                Advance(1);
            }
            else
            {
                return true;
            }
        }

        return false;
    }

    public bool TakeDocumentMark()
    {
        if (!IsDocumentMark)
        {
            return false;
        }

        Advance(3);
        return true;
    }

    /// <summary>Whether an indicator stands here that needs white space behind it.</summary>
    public bool IsAtIndicator(char indicator) => Current == indicator && (_position + 1 >= text.Length || char.IsWhiteSpace(text[_position + 1]));

    /// <summary>Whether an implicit key, all on this line, begins here.</summary>
    public bool IsAtKey()
    {
        if (Current is '[' or '{' or '|' or '>')
        {
            return false;
        }

        var (position, lineStart, line) = (_position, _lineStart, Line);
        var isKey = TryTakeKey(out _);
        (_position, _lineStart, Line) = (position, lineStart, line);
        return isKey;
    }

    public string TakeKey() => TryTakeKey(out var key) ? key : throw Error("a key is missing");

    public string TakeAnchorName()
    {
        Advance(1);
        return TakeUntilAny(" \t\n,]}");
    }

    public string TakeUntilAny(string stops)
    {
        var start = _position;
        while (!IsAtEnd && !stops.Contains(Current, StringComparison.Ordinal))
        {
            Advance(1);
        }

        return text[start.._position];
    }

    public void Expect(char expected)
    {
        if (Current != expected)
        {
            throw Error($"expected {expected}");
        }

        Advance(1);
    }

    public InvalidDataException Error(string problem) => new($"YAML line {Line}: {problem}");

    /// <summary>Whether a colon here ends a key or a plain scalar.</summary>
    public bool IsAtMappingColon => Current == ':' && (_position + 1 >= text.Length || char.IsWhiteSpace(text[_position + 1]));

    private bool TryTakeKey(out string key)
    {
        key = "";
        var line = Line;
        if (Current is '"' or '\'')
        {
            key = YamlScalars.ReadQuoted(this);
        }
        else
        {
            var start = _position;
            while (!IsAtEnd && Current != '\n' && !IsAtMappingColon && !(Current == '#' && text[_position - 1] == ' '))
            {
                Advance(1);
            }

            key = text[start.._position].TrimEnd();
        }

        while (Current == ' ')
        {
            Advance(1);
        }

        return Line == line && IsAtMappingColon;
    }
}
