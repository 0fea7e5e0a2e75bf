namespace Pipeline.Connectors.Lookups;

/// <summary>Tells one statement from several, in the syntax of MySQL.</summary>
internal static class MysqlStatement
{
    /// <returns>Why a query must not be made; null when it is one statement.</returns>
    public static string? Refuse(string query)
    {
        var rest = query.AsSpan().Trim(" \t\r\n");
        if (rest.IsEmpty)
        {
            return "Query was empty";
        }

        for (var i = 0; i < rest.Length;)
        {
            if (rest[i] == ';')
            {
                return rest[(i + 1)..].Trim(" \t\r\n;").IsEmpty ? null : "there is more than one statement in the query";
            }

            var length = LengthAt(rest[i..]);
            if (length < 0)
            {
                return "a string or a comment in the query has no end";
            }

            i += length;
        }

        return null;
    }

    /// <summary>How long the string, the comment or the other character is that a text begins with; -1 without an end.</summary>
    private static int LengthAt(ReadOnlySpan<char> text) => text[0] switch
    {
        '\'' or '"' => Quoted(text, escapes: true),
        '`' => Quoted(text, escapes: false),
        '#' => Line(text),
        '-' when text is ['-', '-', <= ' ', ..] or ['-', '-'] => Line(text),

        // What MySQL executes within a comment (/*! … */) is looked at as what it is.
        '/' when text is ['/', '*', not '!' and not 'M', ..] => text[2..].IndexOf("*/", StringComparison.Ordinal) is var end and >= 0 ? end + 4 : -1,
        _ => 1,
    };

    private static int Line(ReadOnlySpan<char> text) => text.IndexOf('\n') is var end and >= 0 ? end + 1 : text.Length;

    /// <summary>A quote within is doubled, which reads as two strings, or has a backslash before it.</summary>
    private static int Quoted(ReadOnlySpan<char> text, bool escapes)
    {
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] == '\\' && escapes)
            {
                i++;
            }
            else if (text[i] == text[0])
            {
                return i + 1;
            }
        }

        return -1;
    }
}
