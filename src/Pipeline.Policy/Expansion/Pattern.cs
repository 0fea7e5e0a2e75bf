using System.Text.RegularExpressions;

namespace Pipeline.Policy.Expansion;

/// <summary>A regular expression of the configuration. A match that takes too long is a failure with a reason, never a stuck thread.</summary>
internal sealed class Pattern(string source, Regex regex)
{
    public string Source => source;

    public Regex Regex => regex;

    /// <summary>Looks for the first match.</summary>
    /// <param name="match">$0, $1 … up to the last group that took part, or null when nothing matched.</param>
    /// <returns>False when the match was given up; then <paramref name="error"/> says so.</returns>
    public bool TryMatch(string subject, out string[]? match, out string error)
    {
        match = null;
        error = "";
        try
        {
            var found = regex.Match(subject);
            match = found.Success ? Parts(found) : null;
            return true;
        }
        catch (RegexMatchTimeoutException)
        {
            error = $"regular expression \"{source}\" took too long";
            return false;
        }
    }

    internal static string[] Parts(Match match)
    {
        var parts = new string[match.Groups.Count];
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = match.Groups[i].Value;
        }

        return parts;
    }
}
