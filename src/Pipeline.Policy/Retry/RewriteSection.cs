using Pipeline.Policy.Configuration;

namespace Pipeline.Policy.Retry;

/// <summary>The rewrite section: rules that are there are refused, since leaving them out would deliver mail under wrong addresses.</summary>
public static class RewriteSection
{
    public static void Check(IReadOnlyList<LogicalLine> section, ICollection<ConfigurationProblem> problems)
    {
        foreach (var line in section)
        {
            problems.Add(new ConfigurationProblem("address rewriting rules are not available in this version", line.Location));
        }
    }
}
