using System.Collections.Immutable;
using System.Data.Common;
using Pipeline.Mail.Message;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Ports.Cluster;

namespace Pipeline.Node.Tests.Scanning;

/// <summary>A cluster that tells who lives, and nothing else.</summary>
internal sealed class FakeCluster : ICluster
{
    public ImmutableArray<NodeView> Nodes { get; set; } = [];

    public bool IsAway { get; set; }

    public int Reads { get; private set; }

    public static NodeView Node(
        string name, string? scannerAddress, int scans = 0, NodeRoles roles = NodeRoles.Scanner, NodeState state = NodeState.Up, bool unreachable = false) => new()
        {
            Name = name,
            Epoch = 1,
            State = state,
            Roles = roles,
            Version = "1",
            Wire = new FormRange(1, 1),
            Stored = new FormRange(1, 1),
            ScannerAddress = scannerAddress,
            Host = "h",
            Process = 1,
            Report = new NodeReport(1, new NodeLoad(0, 0, 0, scans)),
            Started = DateTimeOffset.UnixEpoch,
            Seen = DateTimeOffset.UnixEpoch,
            LeaseHeld = true,
            LockHeld = !unreachable,
            Unreachable = unreachable,
        };

    public Task<ImmutableArray<NodeView>> ReadAsync(CancellationToken cancellationToken)
    {
        Reads++;
        return IsAway ? Task.FromException<ImmutableArray<NodeView>>(new Away()) : Task.FromResult(Nodes);
    }

    public Task<INodeLife> JoinAsync(NodeCard card, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<ImmutableArray<RoleHolder>> ReadRolesAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<ImmutableArray<ClusterEvent>> ReadEventsAsync(long after, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();

    public IAsyncEnumerable<ClusterEvent> WatchAsync(long after, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<ClusterBacklog> ReadBacklogAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<Ownership?> FindHolderAsync(MessageId id, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task AppendEventAsync(Ownership owner, ClusterEventKind kind, string detail, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<EndedLife?> DownAsync(string node, string by, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<ImmutableArray<EndedLife>> DownUnreachableAsync(string by, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Away() : DbException("the database is away");
}
