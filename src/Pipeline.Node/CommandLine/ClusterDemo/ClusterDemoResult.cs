using Pipeline.Storage.Ports.Cluster;

namespace Pipeline.Node.CommandLine.ClusterDemo;

/// <summary>How a demonstration of a cluster ended.</summary>
internal sealed record ClusterDemoResult
{
    /// <summary>Messages that had to be acknowledged.</summary>
    public required int Messages { get; init; }

    /// <summary>From the first submission until the queue was empty.</summary>
    public required TimeSpan Elapsed { get; init; }

    public required ImmutableArray<NodeView> Before { get; init; }

    public required ImmutableArray<NodeView> After { get; init; }

    /// <summary>The name of the node that was killed.</summary>
    public required string Killed { get; init; }

    /// <summary>From the kill until the others had ended the node's life; null when they did not.</summary>
    public required TimeSpan? Noticed { get; init; }

    /// <summary>Messages that the killed node had acknowledged and others delivered to some recipient.</summary>
    public int TakenOver { get; init; }

    /// <summary>From the kill until another node delivered the first message of the killed one; null when it had left none.</summary>
    public TimeSpan? FirstTakenOver { get; init; }

    public string? FirstTakenOverId { get; init; }

    public required ClusterAccount Account { get; init; }

    public bool Good => Account.AddsUp && Noticed is not null;
}
