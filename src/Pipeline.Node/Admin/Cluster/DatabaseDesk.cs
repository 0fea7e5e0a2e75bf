using System.Data.Common;
using System.Globalization;
using Pipeline.Storage.Ports.Cluster;

namespace Pipeline.Node.Admin.Cluster;

/// <summary>The cluster as its database tells it: to a node that was asked, or to a command when every node is dead.</summary>
/// <param name="by">Who gives orders.</param>
/// <param name="own">What the asked node knows of itself; null when there is none.</param>
internal sealed class DatabaseDesk(ICluster cluster, string by, Func<OwnView>? own, TimeProvider time) : IClusterDesk
{
    public Task<ClusterDocument> ReadAsync(CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        var nodes = (await cluster.ReadAsync(cancellationToken)).Select(ClusterDocuments.Of).ToArray();
        var self = own?.Invoke();
        return new ClusterDocument(nodes, self, self is null ? [] : ClusterDifferences.Between(self, Array.Find(nodes, node => node.Name == self.Name)));
    });

    public Task<RolesDocument> ReadRolesAsync(CancellationToken cancellationToken) => GuardAsync(async () =>
        new RolesDocument([.. (await cluster.ReadRolesAsync(cancellationToken)).Select(ClusterDocuments.Of)]));

    public Task<EventsDocument> ReadEventsAsync(long after, int limit, TimeSpan wait, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        var events = await cluster.ReadEventsAsync(after, limit, cancellationToken);
        if (events.IsEmpty && wait > TimeSpan.Zero && await IsThereOneAsync(Math.Max(after, 0), wait, cancellationToken))
        {
            events = await cluster.ReadEventsAsync(after, limit, cancellationToken);
        }

        return new EventsDocument([.. events.Select(ClusterDocuments.Of)]);
    });

    public Task<LagDocument> ReadLagAsync(CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        var nodes = await cluster.ReadAsync(cancellationToken);
        return ClusterDocuments.Of(await cluster.ReadBacklogAsync(cancellationToken), nodes);
    });

    public async Task<OrderResult> DownAsync(string node, CancellationToken cancellationToken)
    {
        if (own?.Invoke().Name == node)
        {
            return new OrderResult(false, $"{node} cannot end its own life in this way: use cluster leave, ask another node, or the database (--database)");
        }

        return await GuardAsync(async () => await cluster.DownAsync(node, by, cancellationToken) is { } ended
            ? new OrderResult(true, Text(ended))
            : new OrderResult(false, $"{node}: no such node lives in the cluster"));
    }

    public Task<OrderResult> DownUnreachableAsync(CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        var ended = await cluster.DownUnreachableAsync(by, cancellationToken);
        return new OrderResult(true, ended.IsEmpty ? "no node is unreachable" : string.Join('\n', ended.Select(Text)));
    });

    private static string Text(EndedLife ended) => string.Create(
        CultureInfo.InvariantCulture, $"{ended.Node}: its life in epoch {ended.Epoch} has ended; {ended.Messages} messages went back to the others");

    private static async Task<T> GuardAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (DbException error)
        {
            throw new AdminException($"the database of the cluster: {error.Message}") { Unreachable = true };
        }
    }

    private async Task<bool> IsThereOneAsync(long after, TimeSpan wait, CancellationToken cancellationToken)
    {
        using var enough = new CancellationTokenSource(wait, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(enough.Token, cancellationToken);
        await foreach (var _ in cluster.WatchAsync(after, either.Token))
        {
            return true;
        }

        return false;
    }
}
