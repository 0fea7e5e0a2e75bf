using Pipeline.Storage.Ports;

namespace Pipeline.Node.Hosting.Stores;

/// <summary>What a node keeps its mail in, and in which life it writes there.</summary>
internal abstract class NodeStore : IAsyncDisposable
{
    public abstract IMessageStore Messages { get; }

    public abstract Ownership Owner { get; }

    /// <summary>Null when the node is alone.</summary>
    public virtual ClusterMember? Member => null;

    /// <exception cref="NodeStartException">The store cannot be used; every reason is listed.</exception>
    public static async Task<NodeStore> OpenAsync(NodeOptions options, string directory, ILoggerFactory loggers, CancellationToken cancellationToken) =>
        options.Settings.Cluster is { } cluster
            ? await SharedNodeStore.JoinAsync(options, cluster, directory, loggers, cancellationToken)
            : await LocalNodeStore.LockAsync(options, directory, loggers, cancellationToken);

    public abstract ValueTask DisposeAsync();
}
