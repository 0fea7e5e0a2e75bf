using System.Collections.Immutable;
using Pipeline.Mail.Addressing;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Rewriting;

/// <summary>The rules of the rewrite section or of a transport's <c>headers_rewrite</c> (Exim specification, chapter "Address rewriting"). Immutable.</summary>
public sealed class RewriteRules
{
    private readonly ImmutableArray<RewriteRule> _rules;
    private readonly RewritePlaces _places;

    private RewriteRules(IEnumerable<RewriteRule> rules)
    {
        _rules = [.. rules];
        foreach (var rule in _rules)
        {
            _places |= rule.Places;
        }
    }

    public static RewriteRules None { get; } = new([]);

    internal ImmutableArray<RewriteRule> Rules => _rules;

    /// <summary>Whether any rule is for one of these places.</summary>
    public bool Concern(RewritePlaces places) => (_places & places) != 0;

    public static RewriteRules Parse(IReadOnlyList<LogicalLine> section, ICollection<ConfigurationProblem> problems) =>
        new(section.Select((line, index) => RewriteRule.Parse(line.Text, index + 1, line.Location, problems)).OfType<RewriteRule>());

    /// <summary>Reads a list of rules with colons between them.</summary>
    /// <param name="location">Of the option.</param>
    public static RewriteRules ParseList(string list, SourceLocation? location, ICollection<ConfigurationProblem> problems) =>
        new(ListSyntax.Split(list).Select((text, index) => RewriteRule.Parse(text, index + 1, location, problems)).OfType<RewriteRule>());
}

/// <summary>One rule has changed one address.</summary>
/// <param name="Place">One place.</param>
/// <param name="From">The address before, or the path of an SMTP command.</param>
public sealed record RewriteStep(RewritePlaces Place, string From, string To, RewriteRule Rule)
{
    /// <summary>Exim's line for <c>log_selector = +address_rewrite</c>.</summary>
    public override string ToString() => $"\"{From}\" from {RewritePlaceNames.Of(Place)} rewritten as \"{To}\" by rule {Rule.Number}";
}

/// <summary>What became of an address of an envelope.</summary>
/// <param name="Address">In the form of the address that was given.</param>
/// <param name="Steps">Empty when it is the address that was given.</param>
public sealed record RewrittenAddress(EnvelopeAddress Address, ImmutableArray<RewriteStep> Steps);

/// <summary>What became of a path as the client wrote it.</summary>
public sealed record RewrittenPath(string Path, ImmutableArray<RewriteStep> Steps);
