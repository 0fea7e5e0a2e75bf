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

    /// <summary>The folder in which bodies beyond the inline limit wait for their acceptance, of this store alone: what is in it is deleted. Null: one of the system's temporary folder.</summary>
    public string? SpoolDirectory { get; init; }

    /// <summary>Writes that share one commit, at most. They are never waited for: what came during the last commit is the group.</summary>
    public int GroupLimit { get; init; } = 128;

    /// <summary>Octets that share one commit, at most (one larger write is a group of its own).</summary>
    public int GroupBytesLimit { get; init; } = 8 * 1024 * 1024;

    /// <summary>Writes that wait for the writer, at most; more are answered as unavailable at once.</summary>
    public int WaitingWritesLimit { get; init; } = 8192;

    /// <summary>Whether to bring the database to the schema of this version and to look after its partitions; a tool beside the nodes leaves it as it is.</summary>
    public bool Migrate { get; init; } = true;

    /// <summary>How long a write may take, retries over an outage included, before it is answered as unavailable.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a change of a hint may take before it is answered as unavailable: sessions wait for it.</summary>
    public TimeSpan HintTimeout { get; init; } = TimeSpan.FromSeconds(4);
}
