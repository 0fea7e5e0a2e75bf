namespace Pipeline.Node.Configuration;

/// <summary>How this node finds the others.</summary>
public sealed record ClusterSettings
{
    /// <summary>The shared database, in Npgsql's form: <c>Host=db;Username=mail;Password=…;Database=mail</c>.</summary>
    public string Database { get; init; } = "";
}
