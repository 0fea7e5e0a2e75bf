using Pipeline.Storage.Ports.Cluster;

namespace Pipeline.Node.Admin.Cluster;

/// <summary>The words for how a node's lease is as far as it knows.</summary>
internal static class OwnLease
{
    public const string Held = "held";

    /// <summary>Not proven for a while: nothing new is claimed.</summary>
    public const string Doubtful = "doubtful";

    public const string Lost = "lost";

    public static string Of(INodeLease lease) => lease.Lost.IsCompleted ? Lost : lease.MayClaim ? Held : Doubtful;
}
