namespace Pipeline.Policy.Expansion.Variables;

/// <summary>Variables that are the same for every message of a running policy, and those that expansion items set.</summary>
internal static class EnvironmentVariables
{
    public static VariableDefinition[] Definitions { get; } =
    [
        new("primary_hostname", s => s.Environment.PrimaryHostname),
        new("spool_directory", s => s.Environment.SpoolDirectory),
        new("value", s => s.Transient.Value),
        new("item", s => s.Transient.Item),
    ];
}
