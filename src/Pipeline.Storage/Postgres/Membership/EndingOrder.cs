using Pipeline.Storage.Ports;
using Pipeline.Storage.Ports.Cluster;

namespace Pipeline.Storage.Postgres.Membership;

/// <summary>Which life to end, why, and with how much force.</summary>
internal sealed record EndingOrder
{
    public required Ownership Life { get; init; }

    /// <summary><see cref="NodeState.Down"/> or <see cref="NodeState.Left"/>.</summary>
    public required NodeState State { get; init; }

    /// <summary>A node, or an operator.</summary>
    public required string By { get; init; }

    public required string Reason { get; init; }

    /// <summary>An operator's word rather than a node's judgement: the life's process does not join again by itself.</summary>
    public bool Ordered { get; init; }

    /// <summary>Do nothing when somebody holds the lock that the life hangs on: it came back, or another node ends it.</summary>
    public bool OnlyWithoutLock { get; init; }

    /// <summary>The life's database sessions that began before this, by the database's clock, are ended; null for none.</summary>
    public DateTime? EndSessionsBefore { get; init; }
}
