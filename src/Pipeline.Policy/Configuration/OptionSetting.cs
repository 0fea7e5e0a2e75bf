namespace Pipeline.Policy.Configuration;

/// <summary>One option as written: its name (lower case, a prefix <c>no_</c> or <c>not_</c> taken off), its value and where it stands.</summary>
/// <param name="Value">The text after the equals sign with quoting already undone; null when there was no equals sign (<c>driver_flag</c>, <c>no_driver_flag</c>).</param>
/// <param name="Negated">The name was prefixed by <c>no_</c> or <c>not_</c>.</param>
/// <param name="Hidden">The setting was prefixed by <c>hide</c>.</param>
public sealed record OptionSetting(string Name, string? Value, bool Negated, bool Hidden, SourceLocation Location);

/// <summary>A named driver instance of the routers, transports or authenticators section.</summary>
public sealed record DriverBlock(string Name, IReadOnlyList<OptionSetting> Options, SourceLocation Location);
