using System.Text.RegularExpressions;

namespace Pipeline.Policy.Expansion;

/// <summary>PCRE2's words for what is wrong with a regular expression, and its count of characters up to there.</summary>
internal static class PatternError
{
    public static string Describe(RegexParseException problem)
    {
        // PCRE2 counts up to what it objects to, .NET past it.
        var (words, past) = problem.Error switch
        {
            RegexParseError.InsufficientClosingParentheses => ("missing closing parenthesis", 0),
            RegexParseError.InsufficientOpeningParentheses => ("unmatched closing parenthesis", 1),
            RegexParseError.UnterminatedBracket => ("missing terminating ] for character class", 0),
            RegexParseError.ReversedCharacterRange => ("range out of order in character class", 1),
            RegexParseError.QuantifierAfterNothing or RegexParseError.NestedQuantifiersNotParenthesized =>
                ("quantifier does not follow a repeatable item", 1),
            RegexParseError.ReversedQuantifierRange => ("numbers out of order in {} quantifier", 1),
            RegexParseError.UnescapedEndingBackslash => ("\\ at end of pattern", 0),
            RegexParseError.UndefinedNumberedReference => ("reference to non-existent subpattern", 1),
            RegexParseError.InvalidGroupingConstruct => ("unrecognized character after (? or (?-", 1),
            _ => ("unrecognised pattern", 0),
        };
        return $"{words} at offset {Math.Max(0, problem.Offset - past)}";
    }
}
