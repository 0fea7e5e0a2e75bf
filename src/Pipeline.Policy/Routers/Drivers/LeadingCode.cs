namespace Pipeline.Policy.Routers.Drivers;

/// <summary>The reply code, and perhaps the enhanced one, that the text of <c>:fail:</c> or <c>:defer:</c> may begin with.</summary>
internal static class LeadingCode
{
    /// <summary>The text without it.</summary>
    public static string Drop(string text)
    {
        if (text is not [>= '2' and <= '5', var second, var third, ..] || !char.IsAsciiDigit(second) || !char.IsAsciiDigit(third) || (text.Length > 3 && text[3] is not (' ' or '\t')))
        {
            return text;
        }

        var rest = text.AsSpan(3).TrimStart(" \t");
        var end = rest.IndexOfAny(" \t");
        var word = end < 0 ? rest : rest[..end];
        return IsEnhanced(word) ? rest[word.Length..].TrimStart(" \t").ToString() : rest.ToString();
    }

    private static bool IsEnhanced(ReadOnlySpan<char> word) =>
        word is [>= '2' and <= '5', '.', .. var rest] && rest.IndexOf('.') is > 0 and var dot && IsNumber(rest[..dot]) && IsNumber(rest[(dot + 1)..]);

    private static bool IsNumber(ReadOnlySpan<char> text) => text.Length is > 0 and <= 3 && text.IndexOfAnyExceptInRange('0', '9') < 0;
}
