using System.Collections.Immutable;

namespace Pipeline.Mail.Spf;

/// <summary>A macro-string that obeys the grammar of RFC 7208 section 7.1, taken apart.</summary>
internal sealed record SpfMacroString(ImmutableArray<SpfMacroPart> Parts)
{
    /// <summary>Whether %{p} occurs, which asks DNS.</summary>
    public bool NeedsValidatedName => Parts.Any(p => p.Letter == 'p');
}

/// <summary>Literal text, or a macro.</summary>
/// <param name="Literal">The text; null for a macro.</param>
/// <param name="Letter">The macro letter in lower case.</param>
/// <param name="IsEscaped">The letter was upper case: the value is URL-escaped.</param>
/// <param name="Take">How many labels from the right are kept; 0 for all.</param>
/// <param name="Delimiters">What splits the value into labels.</param>
internal sealed record SpfMacroPart(string? Literal, char Letter = '\0', bool IsEscaped = false, int Take = 0, bool Reverse = false, string Delimiters = ".")
{
    /// <summary>The literal was written %%, %_ or %-.</summary>
    public bool IsEscape { get; init; }
}
