using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Scanning;

/// <summary>The value of an ACL's <c>spam =</c>: <c>user[:true][/defer_ok]</c>.</summary>
/// <param name="User">Whose profile the scanner is to use; octets.</param>
/// <param name="AlwaysTrue">The condition holds whatever the verdict: it is asked for its variables.</param>
/// <param name="DeferOk">No verdict is a "no".</param>
public sealed record SpamArgument(string User, bool AlwaysTrue, bool DeferOk)
{
    public const int LongestUser = 256;

    /// <returns>Null when nothing is to be scanned, or with an error.</returns>
    public static SpamArgument? Parse(string value, out string? error)
    {
        error = null;
        var parts = value.Split('/');
        var words = ListSyntax.Split(parts[0]);
        if (words.Count == 0 || ScanSwitch.IsOff(words[0]))
        {
            return null;
        }

        var unknown = parts.Skip(1).FirstOrDefault(part => !part.Trim().Equals("defer_ok", StringComparison.OrdinalIgnoreCase))
            ?? words.Skip(1).FirstOrDefault(word => !word.Equals("true", StringComparison.OrdinalIgnoreCase));
        if (unknown is not null)
        {
            error = $"\"{unknown}\" is no option of spam: user[:true][/defer_ok] is expected";
            return null;
        }

        if (!IsUser(words[0]))
        {
            error = "the user of spam is too long, or has control characters in it";
            return null;
        }

        return new SpamArgument(words[0], words.Count > 1, parts.Length > 1);
    }

    /// <summary>Whether a scanner can be told of this user.</summary>
    public static bool IsUser(string user) => user.Length is > 0 and <= LongestUser && !user.AsSpan().ContainsAnyInRange('\0', '\u001F');
}
