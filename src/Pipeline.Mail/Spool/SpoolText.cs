using System.Text;

namespace Pipeline.Mail.Spool;

/// <summary>The escapes of single values in a spool header file.</summary>
internal static class SpoolText
{
    /// <summary>A value that fits a line: LF and NUL, which would end it, become blanks.</summary>
    public static string OneLine(string value) =>
        value.AsSpan().ContainsAny('\n', '\0') ? value.Replace('\n', ' ').Replace('\0', ' ') : value;

    /// <summary>PEM on one line: each LF becomes a backslash and an n.</summary>
    public static string EscapeLines(string value) => value.Replace("\n", "\\n", StringComparison.Ordinal);

    public static string UnescapeLines(string value) => value.Replace("\\n", "\n", StringComparison.Ordinal);

    /// <summary>Octets that are not printable ASCII, and the backslash, as escapes.</summary>
    public static string EscapePrinting(string value)
    {
        var text = new StringBuilder(value.Length);
        foreach (var c in value)
        {
            _ = c switch
            {
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                < ' ' or > '~' => text.Append('\\').Append((char)('0' + ((c >> 6) & 7))).Append((char)('0' + ((c >> 3) & 7))).Append((char)('0' + (c & 7))),
                _ => text.Append(c),
            };
        }

        return text.ToString();
    }

    public static string UnescapePrinting(string value)
    {
        if (!value.Contains('\\', StringComparison.Ordinal))
        {
            return value;
        }

        var text = new StringBuilder(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] != '\\' || i + 1 == value.Length)
            {
                text.Append(value[i]);
                continue;
            }

            var escaped = value[++i];
            if (escaped is < '0' or > '7')
            {
                text.Append(escaped switch { 'n' => '\n', 'r' => '\r', 't' => '\t', 'b' => '\b', 'f' => '\f', 'v' => '\v', _ => escaped });
                continue;
            }

            var octet = escaped - '0';
            for (var digits = 1; digits < 3 && i + 1 < value.Length && value[i + 1] is >= '0' and <= '7'; digits++)
            {
                octet = (octet * 8) + (value[++i] - '0');
            }

            text.Append((char)(octet & 0xFF));
        }

        return text.ToString();
    }
}
