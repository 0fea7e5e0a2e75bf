namespace Pipeline.Storage.Ports.Cluster;

/// <summary>Work that exactly one node of the cluster does: reports, sweeps, aggregation.</summary>
/// <remarks>
/// Who holds a role holds a lock of the session that its life hangs on: a node that is dead to the others has no role either.
/// For moments around a broken link two nodes may both believe to hold it, so writes of the work name the epoch as all writes do.
/// </remarks>
public interface ISingletonRoles
{
    /// <summary>Waits for the role, runs the work while it is held, and again each time it was lost and regained.</summary>
    /// <param name="role">1 to 48 letters, digits, <c>-</c>, <c>.</c> and <c>_</c>.</param>
    /// <param name="work">Its token ends with the role. What it throws while it holds the role ends this call.</param>
    /// <returns>When the work has returned by itself, or the life is over.</returns>
    /// <exception cref="InvalidOperationException">This life waits for this role already.</exception>
    /// <exception cref="OperationCanceledException">The caller's token ended.</exception>
    Task RunAsync(string role, Func<CancellationToken, Task> work, CancellationToken cancellationToken);

    /// <summary>Whether this life holds the role, as far as it knows.</summary>
    bool Holds(string role);
}

/// <summary>Who has a role, for <c>cluster leader</c>.</summary>
/// <param name="Held">Whether the lock is held at this moment; else the node is the one that held it last.</param>
public sealed record RoleHolder(string Role, string Node, long Epoch, DateTimeOffset Since, bool Held);
