namespace Pipeline.Storage.Ports.Cluster;

/// <summary>One life of a node in the cluster: from joining until it leaves or loses its lease.</summary>
/// <remarks>Disposing without <see cref="LeaveAsync"/> is what a crash looks like to the others: they take over.</remarks>
public interface INodeLife : INodeLease, IAsyncDisposable
{
    ISingletonRoles Singletons { get; }

    /// <summary>Shows the node as up, draining or leaving; false when the life is over.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Another state: those are entered by joining, leaving and being ended.</exception>
    /// <exception cref="System.Data.Common.DbException">The database is out of reach.</exception>
    Task<bool> SetStateAsync(NodeState state, CancellationToken cancellationToken);

    /// <summary>What the node row shall show. Written within a few seconds, and only when it changed; never waits.</summary>
    void Report(NodeReport report);

    /// <summary>Ends the life in order: what is still in its hands is released to the others.</summary>
    /// <returns>False when it was over before, or the database is out of reach: then the others take over.</returns>
    Task<bool> LeaveAsync(CancellationToken cancellationToken);
}
