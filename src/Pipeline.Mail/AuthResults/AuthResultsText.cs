using System.Text;

namespace Pipeline.Mail.AuthResults;

/// <summary>Makes text of peers safe to stand in a field: tokens as they are, all else quoted or escaped, control characters replaced, length bounded.</summary>
internal static class AuthResultsText
{
    private const int MaxLength = 1024;
    private const string TokenSymbols = "!#$%&'*+-.^_`{|}~";
    private const string LooseSymbols = TokenSymbols + ":/=?[]";

    /// <summary>A value: a token, or a mailbox or <c>@domain</c> of tokens, else a quoted string.</summary>
    public static string Value(string value) => IsBare(value, TokenSymbols) ? value : Quoted(value);

    /// <summary>As Exim writes values: what the grammar would have quoted stays bare as long as it cannot end the value.</summary>
    public static string LooseValue(string value) => IsBare(value, LooseSymbols) ? value : Quoted(value);

    public static string Quoted(string value) => $"\"{Escape(value, "\"\\")}\"";

    /// <summary>The inside of a comment.</summary>
    public static string Comment(string text) => Escape(text, "()\\");

    private static bool IsBare(string value, string symbols)
    {
        var at = value.IndexOf('@', StringComparison.Ordinal);
        return at < 0 ? IsOf(value, symbols) : (at == 0 || IsOf(value[..at], symbols)) && IsOf(value[(at + 1)..], TokenSymbols);
    }

    private static bool IsOf(string value, string symbols) =>
        value.Length is > 0 and <= MaxLength
        && value.All(c => char.IsAsciiLetterOrDigit(c)
            || symbols.Contains(c, StringComparison.Ordinal)
            || (c >= '\u0080' && !char.IsControl(c) && !char.IsWhiteSpace(c)));

    private static string Escape(string text, string special)
    {
        var escaped = new StringBuilder();
        foreach (var c in text.AsSpan(0, Math.Min(text.Length, MaxLength)))
        {
            if (special.Contains(c, StringComparison.Ordinal))
            {
                escaped.Append('\\');
            }

            escaped.Append(char.IsControl(c) ? '?' : c);
        }

        return escaped.ToString();
    }
}
