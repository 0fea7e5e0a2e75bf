using Pipeline.Policy.Configuration;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Acl.Sightings;

/// <summary>When a test of <c>seen</c> writes.</summary>
internal enum SeenMode
{
    /// <summary>What was not met before is remembered; a test that looks for what is recent remembers that it was met again.</summary>
    AsNeeded = 0,

    /// <summary>Never.</summary>
    ReadOnly = 1,

    /// <summary>Always.</summary>
    Write = 2,
}

/// <summary>The value of <c>seen = [-]interval / options</c>, read. Source: Exim specification, "Previously seen user and hosts".</summary>
/// <param name="IsBefore">With a minus sign: was it met before that time; without one: since then.</param>
/// <param name="Refresh">How old what a test for something earlier finds may be before it is written anew, so that it is not forgotten.</param>
/// <param name="Key">Null for the client's address.</param>
internal sealed record SeenArguments(TimeSpan Interval, bool IsBefore, TimeSpan Refresh, SeenMode Mode, string? Key)
{
    private static readonly TimeSpan DefaultRefresh = TimeSpan.FromDays(10);

    /// <param name="error">In Exim's words.</param>
    public static SeenArguments? Parse(string value, out string error)
    {
        var parts = ListSyntax.Split(value, '/');
        var written = parts.Count == 0 ? "" : parts[0];
        var isBefore = written.StartsWith('-');
        if (!TimeText.TryParse(written.AsSpan(isBefore ? 1 : 0), out var interval))
        {
            error = $"failed to parse '{value}'";
            return null;
        }

        var arguments = new SeenArguments(interval, isBefore, DefaultRefresh, SeenMode.AsNeeded, null);
        foreach (var option in parts.Skip(1))
        {
            if (option.StartsWith("key=", StringComparison.Ordinal))
            {
                arguments = arguments with { Key = option[4..] };
            }
            else if (option is "readonly" or "write")
            {
                arguments = arguments with { Mode = option == "write" ? SeenMode.Write : SeenMode.ReadOnly };
            }
            else if (!option.StartsWith("refresh=", StringComparison.Ordinal))
            {
                error = $"unrecognised option '{option}' in '{value}'";
                return null;
            }
            else if (TimeText.TryParse(option.AsSpan(8), out var refresh))
            {
                arguments = arguments with { Refresh = refresh };
            }
            else
            {
                error = $"failed to parse '{value}'";
                return null;
            }
        }

        error = "";
        return arguments;
    }
}
