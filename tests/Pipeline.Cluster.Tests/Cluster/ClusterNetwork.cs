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
    public abstract Link Connect(int number, int databasePort);

    /// <summary>A namespace for each node where this machine allows it, else loopback.</summary>
    public static ClusterNetwork Create(Reaper reaper) =>
        NamespaceNetwork.TryCreate(reaper, out var reason) is { } network ? network : new LoopbackNetwork(reason!);
}
