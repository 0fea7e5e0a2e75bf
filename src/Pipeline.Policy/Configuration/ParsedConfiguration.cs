using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Configuration;

/// <summary>A configuration file, read but not compiled: settings, named lists and the lines of each section.</summary>
public sealed record ParsedConfiguration
{
    public required string Path { get; init; }

    /// <summary>The options of the main part, each at most once.</summary>
    public required IReadOnlyList<OptionSetting> MainSettings { get; init; }

    public required IReadOnlyList<NamedList> NamedLists { get; init; }

    /// <summary>The lines of the ACL section; a line <c>name:</c> starts an ACL.</summary>
    public required IReadOnlyList<LogicalLine> AclLines { get; init; }

    public required IReadOnlyList<DriverBlock> Routers { get; init; }

    public required IReadOnlyList<DriverBlock> Transports { get; init; }

    public required IReadOnlyList<DriverBlock> Authenticators { get; init; }

    public required IReadOnlyList<LogicalLine> RetryLines { get; init; }

    public required IReadOnlyList<LogicalLine> RewriteLines { get; init; }

    /// <summary>The macros of the file and of the command line, for <c>-bP macros</c>.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Macros { get; init; }
}

/// <summary>What reading a configuration came to.</summary>
/// <param name="Configuration">What could be read, also when there are problems, so that later stages can report theirs in the same go.</param>
/// <param name="Problems">Everything that is wrong; a configuration with problems must not be used.</param>
public sealed record ConfigurationReadResult(ParsedConfiguration Configuration, IReadOnlyList<ConfigurationProblem> Problems);
