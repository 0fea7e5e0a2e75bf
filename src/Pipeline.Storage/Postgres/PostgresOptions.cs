namespace Pipeline.Storage.Postgres;

/// <summary>Where the shared database of a cluster is, and how it is spoken to.</summary>
/// <remarks>Session locks and notifications need a direct connection: a pooler in transaction mode in between breaks both.</remarks>
public sealed record PostgresOptions
{
    /// <summary>Npgsql's form: <c>Host=db;Username=mail;Password=…;Database=mail</c>. What the pipeline needs set is set in addition.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>The node's name: part of the name of its sessions, so that a take-over can end those of the node that is gone.</summary>
    public required string Node { get; init; }

    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Connections for work (writing and reading), at most.</summary>
    public int WorkConnections { get; init; } = 10;

    /// <summary>How long a write may take, retries over an outage included, before it is answered as unavailable.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
