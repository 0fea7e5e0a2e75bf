namespace Pipeline.Storage.Ports.Cluster;

/// <summary>A member as the database has it.</summary>
public sealed record NodeView
{
    public required string Name { get; init; }

    /// <summary>Of the latest life.</summary>
    public required long Epoch { get; init; }

    public required NodeState State { get; init; }

    public required NodeRoles Roles { get; init; }

    public required string Version { get; init; }

    public required FormRange Wire { get; init; }

    public required FormRange Stored { get; init; }

    public string? AdminAddress { get; init; }

    public string? ScannerAddress { get; init; }

    /// <summary>The machine and the process of the latest life.</summary>
    public required string Host { get; init; }

    public required int Process { get; init; }

    /// <summary>What the node last said of its work.</summary>
    public required NodeReport Report { get; init; }

    public required DateTimeOffset Started { get; init; }

    /// <summary>When the node last wrote, by the database's clock.</summary>
    public required DateTimeOffset Seen { get; init; }

    /// <summary>Whether the life has not ended, as far as the fence knows.</summary>
    public required bool LeaseHeld { get; init; }

    /// <summary>Whether the node's session holds its lock at this moment.</summary>
    public required bool LockHeld { get; init; }

    /// <summary>Not ended, yet without its lock, or without a word for too long.</summary>
    public required bool Unreachable { get; init; }

    /// <summary>Why and by whom the life ended; null while it has not.</summary>
    public string? Reason { get; init; }

    public string? EndedBy { get; init; }
}

/// <summary>Where a node is in its life. The numbers are stored.</summary>
public enum NodeState
{
    Joining = 1,
    Up = 2,

    /// <summary>Takes nothing new; finishes what it has.</summary>
    Draining = 3,
    Leaving = 4,

    /// <summary>Ended by others: its lease was taken.</summary>
    Down = 5,

    /// <summary>Ended by itself.</summary>
    Left = 6,
}

/// <summary>What a node tells the others from time to time.</summary>
/// <param name="Policy">The number of the policy that new messages begin under.</param>
public readonly record struct NodeReport(int Policy, NodeLoad Load);

/// <summary>How busy a node is: messages in its hands, messages waiting in its queue view, connections of clients, scans running.</summary>
public readonly record struct NodeLoad(int Active, int Waiting, int Connections, int Scans);
