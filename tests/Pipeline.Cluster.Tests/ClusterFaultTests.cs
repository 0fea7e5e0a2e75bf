using Pipeline.Cluster.Tests.Cluster;
using Pipeline.Storage.TestKit;
using Xunit.Abstractions;

namespace Pipeline.Cluster.Tests;

/// <summary>Twenty rounds of <c>benchmarks/cluster</c>: real processes, a real PostgreSQL, real SMTP.</summary>
public sealed class ClusterFaultTests(ITestOutputHelper output)
{
    private const int Messages = 80;

    [PostgresFact]
    public Task Killed_nodes_lose_and_double_nothing() => RunAsync(nodes: 3, seed: 1, [.. Enumerable.Repeat(Fault.Kill, 8)]);

    [PostgresFact]
    public Task Frozen_and_cut_off_nodes_lose_and_double_nothing() =>
        RunAsync(nodes: 3, seed: 2, [Fault.Freeze, Fault.LinkCut, Fault.Freeze, Fault.LinkCut, Fault.Freeze, Fault.FullDisk]);

    [PostgresFact]
    public Task A_database_that_goes_and_comes_back_loses_and_doubles_nothing() =>
        RunAsync(nodes: 3, seed: 3, [Fault.DatabaseRestart, Fault.DatabaseCrash, Fault.DatabaseOutage, Fault.DatabaseCrash, Fault.DatabaseRestart, Fault.FullDisk]);

    private async Task RunAsync(int nodes, int seed, Fault[] faults)
    {
        using var bound = new CancellationTokenSource(TimeSpan.FromMinutes(6));
        await using var cluster = await TestCluster.StartAsync(nodes, bound.Token);
        var run = new FaultRun(cluster, seed, Messages, output.WriteLine);
        try
        {
            foreach (var fault in faults)
            {
                await run.RoundAsync(fault, bound.Token);
            }

            await run.CheckAsync("at the end", bound.Token);
            output.WriteLine("\n" + Summary.Of(run, cluster));
        }
        catch (Exception error)
        {
            output.WriteLine($"logs of the nodes and what they delivered: {cluster.KeepEvidence(error.ToString())}");
            throw;
        }
    }
}
