using System.Text.RegularExpressions;

namespace Pipeline.Policy.Expansion;

/// <summary>PCRE's words for what is wrong with a regular expression.</summary>
internal static class PatternError
{
    public static string Describe(RegexParseException problem) => problem.Error switch
    {
        RegexParseError.InsufficientClosingParentheses => "missing )",
        RegexParseError.InsufficientOpeningParentheses => "unmatched parentheses",
        RegexParseError.UnterminatedBracket => "missing terminating ] for character class",
        RegexParseError.ReversedCharacterRange => "range out of order in character class",
        RegexParseError.QuantifierAfterNothing or RegexParseError.NestedQuantifiersNotParenthesized => "nothing to repeat",
        RegexParseError.ReversedQuantifierRange => "numbers out of order in {} quantifier",
        RegexParseError.UnescapedEndingBackslash => "\\ at end of pattern",
        RegexParseError.UndefinedNumberedReference => "reference to non-existent subpattern",
        _ => "unrecognised pattern",
    };
}
