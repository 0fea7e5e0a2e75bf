namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>What happens to the cluster in one round.</summary>
internal enum Fault
{
    /// <summary>SIGKILL of one node, which comes back after the others have done its work.</summary>
    Kill,

    /// <summary>SIGSTOP of one node for twice its lease, then SIGCONT.</summary>
    Freeze,

    DatabaseRestart,
    DatabaseCrash,

    /// <summary>The database is away for 10 s.</summary>
    DatabaseOutage,

    /// <summary>One node is cut off from everything (from the database only, where links are relays) for twice the lease.</summary>
    LinkCut,

    /// <summary>Not one octet is free in the folder of one node.</summary>
    FullDisk,
}
