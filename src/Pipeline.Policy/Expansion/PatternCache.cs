using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Pipeline.Policy.Expansion;

/// <summary>Compiled regular expressions by their text: a pattern of the configuration is compiled once for the life of the process.</summary>
internal static class PatternCache
{
    private const int MaxPatterns = 2000;

    /// <summary>Longest pattern: compiling one costs memory by the square of its length.</summary>
    private const int MaxLength = 16 * 1024;

    private static readonly TimeSpan MatchTimeout = TimeSpan.FromSeconds(1);
    private static readonly ConcurrentDictionary<(string Text, bool Caseless), Pattern> Patterns = new();

    /// <param name="text">The pattern, one char for each octet.</param>
    /// <param name="error">Exim's words for a pattern that cannot be compiled.</param>
    public static bool TryGet(string text, bool caseless, [NotNullWhen(true)] out Pattern? pattern, out string error)
    {
        error = "";
        if (Patterns.TryGetValue((text, caseless), out pattern))
        {
            return true;
        }

        if (!TryCompile(text, caseless, out pattern, out error))
        {
            return false;
        }

        if (Patterns.Count >= MaxPatterns)
        {
            // Patterns built from message data would otherwise grow it for ever; the configuration's own come back at once.
            Patterns.Clear();
        }

        Patterns[(text, caseless)] = pattern;
        return true;
    }

    private static bool TryCompile(string text, bool caseless, [NotNullWhen(true)] out Pattern? pattern, out string error)
    {
        if (text.Length > MaxLength)
        {
            (pattern, error) = (null, $"regular expression error in \"{text[..64]}...\": regular expression is too large at offset {MaxLength}");
            return false;
        }

        var options = RegexOptions.CultureInvariant | (caseless ? RegexOptions.IgnoreCase : RegexOptions.None);
        try
        {
            pattern = new Pattern(text, new Regex(PatternTranslator.Translate(text), options, MatchTimeout));
            error = "";
            return true;
        }
        catch (RegexParseException problem)
        {
            pattern = null;
            error = $"regular expression error in \"{text}\": {PatternError.Describe(problem)}";
            return false;
        }
    }
}
