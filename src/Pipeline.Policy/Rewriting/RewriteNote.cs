using System.Collections.Immutable;

namespace Pipeline.Policy.Rewriting;

/// <summary>Says in one line which addresses were rewritten and by which rules.</summary>
public static class RewriteNote
{
    /// <summary>Further steps are counted, not named: a header may hold thousands of addresses.</summary>
    private const int MaxNamed = 10;

    public static string Of(ImmutableArray<RewriteStep> steps)
    {
        var named = string.Join("; ", steps.Take(MaxNamed).Select(step => $"{step}{(step.Rule.Location is { } location ? $" ({location})" : "")}"));
        return steps.Length > MaxNamed ? $"{named}; and {steps.Length - MaxNamed} more" : named;
    }
}
