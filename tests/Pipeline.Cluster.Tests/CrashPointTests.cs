using Pipeline.Cluster.Tests.Cluster;
using Pipeline.Cluster.Tests.CrashPoints;
using Pipeline.Faults;
using Pipeline.Storage.TestKit;
using Xunit.Abstractions;

namespace Pipeline.Cluster.Tests;

/// <summary>Each crash point once: real processes, a real PostgreSQL, real SMTP. The long form is <c>benchmarks/cluster/run.sh --crash-points</c>.</summary>
public abstract class CrashPointTests(ITestOutputHelper output)
{
    /// <summary>Kills a node at every point of a phase, one after the other.</summary>
    protected async Task KillAtEveryPointAsync(string phase)
    {
        using var bound = new CancellationTokenSource(TimeSpan.FromMinutes(10));
        await using var cluster = await TestCluster.StartAsync(nodes: 3, bound.Token, CrashPolicy.Of);
        var run = new CrashRun(cluster, promptly: false, output.WriteLine);
        foreach (var point in CrashCase.All.Where(point => point.Point.Phase == phase))
        {
            await run.RoundAsync(point, hit: 1, bound.Token);
        }

        await run.EndAsync(bound.Token);
    }
}

public sealed class AcceptCrashPointTests(ITestOutputHelper output) : CrashPointTests(output)
{
    [PostgresFact]
    public Task A_node_that_dies_while_it_accepts_loses_and_doubles_nothing() => KillAtEveryPointAsync("accept");
}

public sealed class RouteCrashPointTests(ITestOutputHelper output) : CrashPointTests(output)
{
    [PostgresFact]
    public Task A_node_that_dies_while_it_routes_loses_and_doubles_nothing() => KillAtEveryPointAsync("route");
}

public sealed class DeliverCrashPointTests(ITestOutputHelper output) : CrashPointTests(output)
{
    [PostgresFact]
    public Task A_node_that_dies_while_it_delivers_loses_and_doubles_nothing() => KillAtEveryPointAsync("deliver");
}

public sealed class TakeoverCrashPointTests(ITestOutputHelper output) : CrashPointTests(output)
{
    [PostgresFact]
    public Task A_node_that_dies_while_it_takes_over_joins_or_leaves_loses_and_doubles_nothing() => KillAtEveryPointAsync("takeover");
}
