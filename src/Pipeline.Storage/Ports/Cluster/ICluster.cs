using System.Collections.Immutable;
using Pipeline.Mail.Message;

namespace Pipeline.Storage.Ports.Cluster;

/// <summary>The nodes that share a database: who is there, what happened, and the way in.</summary>
/// <remarks>Every call but <see cref="WatchAsync"/> throws <see cref="System.Data.Common.DbException"/> when the database is out of reach.</remarks>
public interface ICluster : IAsyncDisposable
{
    /// <summary>Begins a life: takes the node's name, ends the earlier life that was not ended in order, and takes a new epoch.</summary>
    /// <remarks>A name that is taken is waited for, as long as the lease of a killed process can last; see <see cref="NodeNameInUseException"/>.</remarks>
    /// <exception cref="ArgumentException">The name is not one, or not that of the node's database sessions.</exception>
    /// <exception cref="NodeNameInUseException">Another process lives by this name.</exception>
    /// <exception cref="NodeIncompatibleException">A living node and this one have no form in common, or the database has one that this node does not read.</exception>
    Task<INodeLife> JoinAsync(NodeCard card, CancellationToken cancellationToken);

    /// <summary>The nodes by name: those that live, and those whose life ended in the last 30 days.</summary>
    Task<ImmutableArray<NodeView>> ReadAsync(CancellationToken cancellationToken);

    /// <summary>The roles that were ever held, by name.</summary>
    Task<ImmutableArray<RoleHolder>> ReadRolesAsync(CancellationToken cancellationToken);

    /// <summary>Events with a number above <paramref name="after"/>, ascending; with a negative number, the last so many.</summary>
    Task<ImmutableArray<ClusterEvent>> ReadEventsAsync(long after, int limit, CancellationToken cancellationToken);

    /// <summary>Events as they come, those above <paramref name="after"/> first. Goes on over outages; ends with the token.</summary>
    IAsyncEnumerable<ClusterEvent> WatchAsync(long after, CancellationToken cancellationToken);

    /// <summary>What waits in the queue and in whose hands the rest is. Reads the whole queue once: for people, not for a loop.</summary>
    Task<ClusterBacklog> ReadBacklogAsync(CancellationToken cancellationToken);

    /// <summary>The life that has a queued message in its hands; null when nobody has it, or there is no such message.</summary>
    Task<Ownership?> FindHolderAsync(MessageId id, CancellationToken cancellationToken);

    /// <summary>Tells the cluster something that no call here tells by itself.</summary>
    Task AppendEventAsync(Ownership owner, ClusterEventKind kind, string detail, CancellationToken cancellationToken);

    /// <summary>An operator's order: ends a node's life now, whether it is well or not, and releases its messages.</summary>
    /// <returns>Null when no life of that name is left to end.</returns>
    Task<EndedLife?> DownAsync(string node, string by, CancellationToken cancellationToken);

    /// <summary>The same for every node that is unreachable.</summary>
    Task<ImmutableArray<EndedLife>> DownUnreachableAsync(string by, CancellationToken cancellationToken);
}

/// <summary>A life that was ended, and how many messages were in its hands.</summary>
public sealed record EndedLife(string Node, long Epoch, int Messages);
