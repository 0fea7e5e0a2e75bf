using System.Collections.Concurrent;
using System.Data.Common;
using Pipeline.Storage.Ports.Cluster;

namespace Pipeline.Node.Scanning;

/// <summary>The other nodes of the cluster that scan now, as its database has them.</summary>
/// <remarks>Read once a second while somebody asks, and anew when nobody that is known could scan. When the database is away, those known last count: a scan that fails is tried elsewhere.</remarks>
internal sealed class ScannerDirectory(ICluster cluster, string self, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ReadBound = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<string, ScannerNode> _known = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private Task<ImmutableArray<ScannerNode>>? _reading;
    private long _readAt;

    /// <param name="anew">What is known has failed: look whether there is more.</param>
    public Task<ImmutableArray<ScannerNode>> ReadAsync(bool anew = false)
    {
        lock (_gate)
        {
            if (_reading is null || (_reading.IsCompleted && (anew || time.GetElapsedTime(_readAt) >= Fresh)))
            {
                _readAt = time.GetTimestamp();
                _reading = ReadNowAsync(_reading is { } last ? last.Result : []);
            }

            return _reading;
        }
    }

    private async Task<ImmutableArray<ScannerNode>> ReadNowAsync(ImmutableArray<ScannerNode> last)
    {
        using var bound = new CancellationTokenSource(ReadBound, time);
        try
        {
            var found = ImmutableArray.CreateBuilder<ScannerNode>();
            foreach (var view in await cluster.ReadAsync(bound.Token))
            {
                if (view is { State: NodeState.Up, Unreachable: false, ScannerAddress: { } address } && view.Name != self && view.Roles.HasFlag(NodeRoles.Scanner))
                {
                    var node = _known.GetOrAdd(view.Name, static name => new ScannerNode(name));
                    node.Reported(address, view.Report.Load.Scans);
                    found.Add(node);
                }
            }

            return found.ToImmutable();
        }
        catch (Exception error) when (error is DbException or OperationCanceledException or IOException)
        {
            ScanLog.DirectoryUnreachable(logger, error.Message);
            return last;
        }
    }
}
