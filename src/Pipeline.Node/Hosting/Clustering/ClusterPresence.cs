using System.Data.Common;
using Pipeline.Actors;
using Pipeline.Faults;
using Pipeline.Kernel.Inspection;
using Pipeline.Node.Hosting.Stores;
using Pipeline.Storage.Ports.Cluster;

namespace Pipeline.Node.Hosting.Clustering;

/// <summary>Shows a node to its cluster: up, with its load and its policy; draining; leaving; gone.</summary>
/// <remarks>What cannot be said because the database is away is not said: the node's lease decides what it may do, not what it looks like.</remarks>
internal sealed class ClusterPresence : IAsyncDisposable
{
    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SayTimeout = TimeSpan.FromSeconds(5);

    private readonly ClusterMember _member;
    private readonly ILogger _logger;
    private readonly ITimer _reports;

    private ClusterPresence(ClusterMember member, ILogger logger, ITimer reports) => (_member, _logger, _reports) = (member, logger, reports);

    /// <param name="busy">With what the node is busy now, besides its messages.</param>
    public static async Task<ClusterPresence> ShowAsync(
        ClusterMember member, NodeContext node, NodeFlow flow, Func<BusyWith> busy, CancellationToken cancellationToken)
    {
        await SayAsync(member, NodeState.Up, node.Logger, cancellationToken);
        Crash.At(CrashPoint.TakeoverJoinUp);
        Report();
        return new ClusterPresence(member, node.Logger, node.Options.Time.CreateTimer(_ => Report(), null, ReportEvery, ReportEvery));

        void Report()
        {
            var active = flow.System.Inspect(ActorNames.MessagesPath, depth: 0, limit: 1)?.ChildCount ?? 0;
            var (connections, scans) = busy();
            member.Life.Report(new NodeReport((int)node.Policies.Current.Policy.Number, new NodeLoad(active, 0, connections, scans)));
        }
    }

    /// <summary>The node takes nothing new.</summary>
    public Task DrainingAsync() => SayAsync(_member, NodeState.Draining, _logger, CancellationToken.None);

    /// <summary>The node is about to end its life: it takes nothing new, and leaves when it has finished what it has.</summary>
    public Task LeavingAsync() => SayAsync(_member, NodeState.Leaving, _logger, CancellationToken.None);

    /// <summary>The node has finished what it had: what is left in its hands goes back to the others now, and not when they miss it.</summary>
    public async Task LeaveAsync()
    {
        using var bound = new CancellationTokenSource(SayTimeout);
        try
        {
            await _member.Life.LeaveAsync(bound.Token);
        }
        catch (Exception error) when (error is DbException or OperationCanceledException)
        {
            Log.NotSaid(_logger, NodeState.Left, error.Message);
        }
    }

    public ValueTask DisposeAsync() => _reports.DisposeAsync();

    private static async Task SayAsync(ClusterMember member, NodeState state, ILogger logger, CancellationToken cancellationToken)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(SayTimeout);
        try
        {
            await member.Life.SetStateAsync(state, bound.Token);
        }
        catch (Exception error) when (error is DbException || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            Log.NotSaid(logger, state, error.Message);
        }
    }
}

/// <param name="Connections">Clients that are connected.</param>
/// <param name="Scans">Under way here, for whomever.</param>
internal readonly record struct BusyWith(int Connections, int Scans);
