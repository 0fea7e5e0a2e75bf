using System.Text.Json.Serialization;

namespace Pipeline.Node.Admin.Cluster;

/// <summary>The cluster as the database has it, and beside it what the node that was asked knows of itself. Stable: members are only added.</summary>
/// <param name="Own">Null when no node was asked but the database.</param>
/// <param name="Differences">In what the asked node and the database do not agree, in whole words; empty when they do.</param>
internal sealed record ClusterDocument(IReadOnlyList<NodeDocument> Nodes, OwnView? Own, IReadOnlyList<string> Differences);

/// <summary>A node as the database has it.</summary>
internal sealed record NodeDocument
{
    public required string Name { get; init; }

    /// <summary>joining, up, draining, leaving, down or left.</summary>
    public required string State { get; init; }

    /// <summary>Not ended, yet without its lock, or without a word for too long.</summary>
    public required bool Unreachable { get; init; }

    /// <summary>Some of receiver, scanner, router and deliverer.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    public required long Epoch { get; init; }

    public required string Version { get; init; }

    /// <summary>The forms of messages between nodes that it understands, such as <c>1-2</c>.</summary>
    public required string Wire { get; init; }

    /// <summary>The forms of what is stored that it understands.</summary>
    public required string Stored { get; init; }

    /// <summary>The number of the policy that new messages begin under.</summary>
    public required int Policy { get; init; }

    /// <summary>Messages in its hands.</summary>
    public required int Active { get; init; }

    public required int Waiting { get; init; }

    /// <summary>Clients that are connected.</summary>
    public required int Connections { get; init; }

    public required int Scans { get; init; }

    /// <summary>Its admin port as it advertises it; null when it does not.</summary>
    public string? Address { get; init; }

    public string? ScannerAddress { get; init; }

    public required string Host { get; init; }

    public required int Process { get; init; }

    public required DateTimeOffset Started { get; init; }

    /// <summary>When it last wrote, by the database's clock.</summary>
    public required DateTimeOffset Seen { get; init; }

    /// <summary>Whether its life may write.</summary>
    public required bool LeaseHeld { get; init; }

    /// <summary>Whether the session that its life hangs on has its lock now.</summary>
    public required bool LockHeld { get; init; }

    /// <summary>Why its life ended; null while it has not.</summary>
    public string? Reason { get; init; }

    public string? EndedBy { get; init; }
}

/// <summary>What a node knows of its own life, without asking the database.</summary>
/// <param name="State">As in <see cref="NodeDocument.State"/>.</param>
/// <param name="Lease">held; doubtful: not proven for a while; or lost.</param>
internal sealed record OwnView(string Name, string State, long Epoch, int Policy, string Lease);

/// <summary>The roles that were ever held, by name.</summary>
internal sealed record RolesDocument(IReadOnlyList<RoleDocument> Roles);

/// <param name="Held">Whether it is held now; else the node is the one that held it last.</param>
internal sealed record RoleDocument(string Role, string Node, long Epoch, DateTimeOffset Since, bool Held);

/// <summary>Events in the order of their numbers.</summary>
internal sealed record EventsDocument(IReadOnlyList<EventDocument> Events);

/// <param name="Kind">joined, rejoined, up, draining, leaving, left, down, takenOver, roleMoved or policySwitched.</param>
/// <param name="By">Who did it: a node's name, or an operator as given.</param>
/// <param name="Messages">How many messages were released, when that is what happened.</param>
internal sealed record EventDocument(long Number, DateTimeOffset At, string Kind, string Node, long Epoch, string By, string Detail, int Messages);

/// <summary>How far the cluster is behind with its mail.</summary>
/// <param name="At">By the database's clock.</param>
internal sealed record LagDocument(DateTimeOffset At, IReadOnlyList<StageLag> Stages, IReadOnlyList<NodeLag> Nodes, StoreSizes Store);

/// <param name="Stage">route or deliver.</param>
/// <param name="Waiting">Messages in nobody's hands.</param>
/// <param name="Overdue">Of those: due already.</param>
/// <param name="OldestDueSeconds">For how long the oldest of those has been due; null when there are none.</param>
/// <param name="Claimed">Messages in the hands of nodes.</param>
internal sealed record StageLag(string Stage, long Waiting, long Overdue, double? OldestDueSeconds, long Claimed);

/// <param name="Claimed">Messages in its hands, by the database.</param>
/// <param name="SeenSeconds">Since it last wrote.</param>
internal sealed record NodeLag(string Name, string State, long Claimed, double SeenSeconds);

/// <summary>Octets in the database, indexes included.</summary>
internal sealed record StoreSizes(long QueueBytes, long ContentBytes, long JournalBytes, int JournalPartitions);

[JsonSerializable(typeof(ClusterDocument))]
[JsonSerializable(typeof(NodeDocument))]
[JsonSerializable(typeof(RolesDocument))]
[JsonSerializable(typeof(EventsDocument))]
[JsonSerializable(typeof(EventDocument))]
[JsonSerializable(typeof(LagDocument))]
[JsonSerializable(typeof(OrderResult))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class ClusterJson : JsonSerializerContext;
