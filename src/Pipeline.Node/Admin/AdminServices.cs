using Pipeline.Node.Admin.Cluster;
using Pipeline.Node.Hosting;

namespace Pipeline.Node.Admin;

/// <summary>What the admin API speaks for.</summary>
internal sealed record AdminServices
{
    /// <summary>The supervisor of messages, who takes orders.</summary>
    public required IActorRef Messages { get; init; }

    public required ActorSystem System { get; init; }

    public required Func<CancellationToken, Task<NodeStatus>> Status { get; init; }

    public required NodeHealth Health { get; init; }

    /// <summary>Where programs on this machine hand messages over.</summary>
    public required LocalSubmission Submission { get; init; }

    public required QueueEndpoint Queue { get; init; }

    public required QueueRuns QueueRuns { get; init; }

    /// <summary>Null for a node that is alone.</summary>
    public ClusterServices? Cluster { get; init; }

    /// <summary>Null for a node that does not scan for others.</summary>
    public Scanning.ScanEndpoint? Scans { get; init; }

    public required ILogger Logger { get; init; }
}
