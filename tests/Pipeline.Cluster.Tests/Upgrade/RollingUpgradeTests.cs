using Pipeline.Cluster.Tests.Cluster;
using Xunit.Abstractions;

namespace Pipeline.Cluster.Tests.Upgrade;

/// <summary>The release before this one and this one, side by side: real processes of both programs on one database.</summary>
public sealed class RollingUpgradeTests(ITestOutputHelper output)
{
    private const string HeldUntilAllAreNew = "box3";
    private const string HeldUntilAllAreOldAgain = "box4";

    [UpgradeFact]
    public async Task A_cluster_is_upgraded_node_by_node_under_load_and_rolled_back()
    {
        // The build has no part in the bound: how long it takes says nothing about the cluster.
        var (before, now) = (await PreviousRelease.ProgramAsync(), NodeProcess.ThisProgram);
        using var bound = new CancellationTokenSource(TimeSpan.FromMinutes(8));
        await using var cluster = await TestCluster.StartAsync(nodes: 3, bound.Token, program: before);
        UpgradeRun.Hold(cluster, HeldUntilAllAreNew);
        UpgradeRun.Hold(cluster, HeldUntilAllAreOldAgain);
        var run = new UpgradeRun(cluster, [HeldUntilAllAreNew, HeldUntilAllAreOldAgain], output.WriteLine);

        await run.UnderLoadAsync("forward", async token =>
        {
            await UpgradeRun.ReplaceAsync(cluster.Nodes[0], now, by: now, token);
            await cluster.OpenStoreAsync(token);
            await run.ShowAsync([before, now], token);
            await run.PublishAsync(now, token);
            await UpgradeRun.ReplaceAsync(cluster.Nodes[1], now, by: before, token);
            await run.KillAndReplaceAsync(cluster.Nodes[2], now, token);
        }, bound.Token);
        run.Release(HeldUntilAllAreNew);
        await run.CheckAsync("what the old program had accepted, delivered by the new one", bound.Token);

        await run.UnderLoadAsync("back", async token =>
        {
            await UpgradeRun.ReplaceAsync(cluster.Nodes[0], before, by: before, token);
            await run.PublishAsync(before, token);
            await UpgradeRun.ReplaceAsync(cluster.Nodes[1], before, by: now, token);
            await run.KillAndReplaceAsync(cluster.Nodes[2], before, token);
        }, bound.Token);
        run.Release(HeldUntilAllAreOldAgain);
        await run.CheckAsync("what the new program had accepted, delivered by the old one", bound.Token);

        Assert.Equal((0, 0), (run.Account.Queued, run.Account.Lost));
    }
}
