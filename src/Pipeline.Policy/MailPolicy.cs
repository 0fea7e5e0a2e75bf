using Pipeline.Policy.Configuration;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy;

/// <summary>A compiled configuration: immutable, numbered, shared by every message that began under it.</summary>
public sealed class MailPolicy
{
    /// <summary>Counts up with every configuration this process has compiled; 0 for one made without a file.</summary>
    public long Number { get; init; }

    /// <summary>The configuration file, or empty.</summary>
    public string SourcePath { get; init; } = "";

    public MainOptions MainOptions { get; init; } = MainOptions.Defaults;

    public NamedListTable NamedLists { get; init; } = NamedListTable.Empty;
}
