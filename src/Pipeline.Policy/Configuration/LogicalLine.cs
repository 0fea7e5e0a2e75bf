namespace Pipeline.Policy.Configuration;

/// <summary>One line of configuration after macros, conditionals, includes and continuations have been dealt with.</summary>
/// <param name="Text">One char for each octet of the file (see docs/adr/0003), trimmed on both sides, never empty.</param>
/// <param name="Location">Where the line began.</param>
public sealed record LogicalLine(string Text, SourceLocation Location);
