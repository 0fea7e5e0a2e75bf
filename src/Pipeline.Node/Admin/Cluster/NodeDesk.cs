using System.Globalization;

namespace Pipeline.Node.Admin.Cluster;

/// <summary>The cluster as a running node tells it.</summary>
internal sealed class NodeDesk(AdminClient node) : IClusterDesk
{
    public Task<ClusterDocument> ReadAsync(CancellationToken cancellationToken) =>
        node.AskAsync("cluster", ClusterJson.Default.ClusterDocument, cancellationToken);

    public Task<RolesDocument> ReadRolesAsync(CancellationToken cancellationToken) =>
        node.AskAsync("cluster/roles", ClusterJson.Default.RolesDocument, cancellationToken);

    public Task<EventsDocument> ReadEventsAsync(long after, int limit, TimeSpan wait, CancellationToken cancellationToken) => node.AskAsync(
        string.Create(CultureInfo.InvariantCulture, $"cluster/events?after={after}&limit={limit}&wait={(int)wait.TotalSeconds}"),
        ClusterJson.Default.EventsDocument,
        cancellationToken);

    public Task<LagDocument> ReadLagAsync(CancellationToken cancellationToken) =>
        node.AskAsync("cluster/lag", ClusterJson.Default.LagDocument, cancellationToken);

    public Task<OrderResult> DownAsync(string other, CancellationToken cancellationToken) =>
        node.PostAsync($"cluster/nodes/{Uri.EscapeDataString(other)}/down", cancellationToken);

    public Task<OrderResult> DownUnreachableAsync(CancellationToken cancellationToken) => node.PostAsync("cluster/down-unreachable", cancellationToken);

    /// <summary>An order to the asked node itself.</summary>
    /// <param name="action">drain, join or leave.</param>
    public Task<OrderResult> OrderAsync(string action, CancellationToken cancellationToken) => node.PostAsync($"cluster/{action}", cancellationToken);
}
