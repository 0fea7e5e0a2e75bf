using System.Net;
using Pipeline.Storage.Postgres.Private;

namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>How the nodes of a cluster reach the database and the next hop, and are reached.</summary>
internal abstract class ClusterNetwork
{
    /// <summary>Where nodes find what runs beside them.</summary>
    public abstract IPAddress Host { get; }

    /// <summary>How nodes get into the database, when not over loopback.</summary>
    public virtual PostgresEntrance? Entrance => null;

    /// <summary>Why a link is cut to the database only; null when it is cut to everything.</summary>
    public virtual string? WhyNotWhole => null;

    /// <param name="number">From 1.</param>
    public abstract Task<Link> ConnectAsync(int number, int databasePort, CancellationToken cancellationToken);

    /// <summary>A namespace for each node where this machine allows it, else loopback.</summary>
    public static async Task<ClusterNetwork> CreateAsync(Reaper reaper, CancellationToken cancellationToken)
    {
        var (network, reason) = await NamespaceNetwork.TryCreateAsync(reaper, cancellationToken);
        return network ?? (ClusterNetwork)new LoopbackNetwork(reason!);
    }
}
