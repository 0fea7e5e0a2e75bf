using System.Globalization;
using System.Text;

namespace Pipeline.Policy.Lookups;

/// <summary><c>${quote_TYPE:…}</c>: makes text safe inside a query of a lookup type.</summary>
internal static class QueryQuoting
{
    public static string Mysql(string text) => Escape(text, c => c switch
    {
        '\n' => "\\n",
        '\t' => "\\t",
        '\r' => "\\r",
        '\b' => "\\b",
        '\\' or '\'' or '"' => "\\" + c,
        '\0' => "\\0",
        _ => null,
    });

    public static string Pgsql(string text) => Escape(text, c => c switch
    {
        '\n' => "\\n",
        '\t' => "\\t",
        '\r' => "\\r",
        '\b' => "\\b",
        '\'' => "''",
        '\\' or '"' => "\\" + c,
        _ => null,
    });

    public static string Sqlite(string text) => text.Replace("'", "''", StringComparison.Ordinal);

    public static string Oracle(string text) => Escape(text, c => c switch
    {
        '\n' => "\\n",
        '\t' => "\\t",
        '\r' => "\\r",
        '\b' => "\\b",
        '\\' or '\'' or '"' => "\\" + c,
        _ => null,
    });

    public static string Ibase(string text) => text.Replace("'", "''", StringComparison.Ordinal);

    public static string Redis(string text) => Escape(text, c => c is ' ' or '\t' or '\n' or '\r' or '\\' ? "\\" + c : null);

    public static string NisPlus(string text) => text.Replace("\"", "\"\"", StringComparison.Ordinal);

    /// <summary>For a search filter in an LDAP URL: filter escapes first, then URL escapes.</summary>
    public static string Ldap(string text) => Escape(text, c => c switch
    {
        '*' or '(' or ')' or '\\' or '\0' => "%5C" + Hex(c),
        _ when char.IsAsciiLetterOrDigit(c) || c is '!' or '$' or '\'' or '-' or '.' or '_' or '+' => null,
        _ => "%" + Hex(c),
    });

    /// <summary>For a distinguished name in an LDAP URL (RFC 4514 escapes, then URL escapes).</summary>
    public static string LdapDistinguishedName(string text)
    {
        // Blanks at either end count only behind a backslash, and so does a number sign at the beginning.
        var (first, last) = (text.Length - text.TrimStart(' ').Length, text.TrimEnd(' ').Length);
        var escaped = new StringBuilder(text.Length + 8);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            var ends = c == ' ' && (i < first || i >= last);
            escaped.Append(ends || (c == '#' && i == 0) || c is ',' or '+' or '"' or '\\' or '<' or '>' or ';' ? "\\" : "").Append(c);
        }

        return Escape(
            escaped.ToString(),
            c => char.IsAsciiLetterOrDigit(c) || c is '!' or '$' or '\'' or '-' or '.' or '_' or '(' or ')' or '*' or '+' ? null : "%" + Hex(c));
    }

    private static string Hex(char c) => ((int)c).ToString("X2", CultureInfo.InvariantCulture);

    private static string Escape(string text, Func<char, string?> escape)
    {
        var quoted = new StringBuilder(text.Length + 8);
        foreach (var c in text)
        {
            if (escape(c) is { } replacement)
            {
                quoted.Append(replacement);
            }
            else
            {
                quoted.Append(c);
            }
        }

        return quoted.ToString();
    }
}
