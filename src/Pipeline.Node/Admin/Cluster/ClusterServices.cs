using Pipeline.Storage.Ports.Cluster;

namespace Pipeline.Node.Admin.Cluster;

/// <summary>What the admin API of a node of a cluster speaks for, besides the node itself.</summary>
internal sealed record ClusterServices
{
    public required ICluster Cluster { get; init; }

    public required Func<OwnView> Own { get; init; }

    public required Func<Task<OrderResult>> Drain { get; init; }

    public required Func<OrderResult> Join { get; init; }

    public required Func<OrderResult> Leave { get; init; }

    public required TimeProvider Time { get; init; }

    public DatabaseDesk DeskOf(string by) => new(Cluster, by, Own, Time);
}
