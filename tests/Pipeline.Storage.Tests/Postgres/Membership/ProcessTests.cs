using Pipeline.Storage.ClusterMember;
using Pipeline.Storage.Ports.Cluster;
using Pipeline.Storage.Postgres.Membership;
using Pipeline.Storage.TestKit;

namespace Pipeline.Storage.Tests.Postgres.Membership;

/// <summary>With the settings of production, since the server's own bounds are what is tried.</summary>
[Collection(RealTime.Name)]
public sealed class ProcessTests : MembershipFixture
{
    private static readonly MembershipOptions Production = new() { Work = new TestWork() };

    [PostgresFact]
    public async Task A_killed_process_is_taken_over_once_and_its_successor_joins_under_a_new_epoch()
    {
        var (cluster, _) = await JoinAsync("watcher-1", Production);
        await JoinAsync("watcher-2", Production);
        using var member = await MemberProcess.StartAsync(Database, "member");

        member.Kill();

        await UntilAsync(async () => (await ViewAsync(cluster, "member")).State == NodeState.Down);
        var taken = Assert.Single(await EventsAsync(cluster, ClusterEventKind.TakenOver));
        Assert.Equal((3, member.Epoch), (taken.Messages, taken.Epoch));
        Assert.Equal(3, await TestWork.CountAsync(Database, ""));
        using var successor = await MemberProcess.StartAsync(Database, "member");
        Assert.True(successor.Epoch > member.Epoch);
        Assert.Equal("wrote 3", await successor.WriteAsync());
    }

    [PostgresFact]
    public async Task A_frozen_process_is_taken_over_and_when_it_goes_on_its_late_write_changes_nothing()
    {
        var (cluster, _) = await JoinAsync("watcher", Production);
        using var member = await MemberProcess.StartAsync(Database, "member");
        Assert.Equal("wrote 3", await member.WriteAsync());

        await member.FreezeAsync();
        await UntilAsync(async () => (await ViewAsync(cluster, "member")).State == NodeState.Down);
        Assert.Equal(3, await TestWork.CountAsync(Database, ""));
        await member.ThawAsync();

        Assert.Equal("wrote 0", await member.WriteAsync());
        Assert.StartsWith("lost ", await member.ReadAsync("lost "), StringComparison.Ordinal);
        Assert.Single(await EventsAsync(cluster, ClusterEventKind.TakenOver));
    }

    [PostgresFact]
    public async Task A_node_that_is_cut_off_stops_by_itself_and_is_taken_over()
    {
        await using var link = new SeverableLink(Database);
        var (_, cut) = await JoinAsync("cut", Production, link.ConnectionString);
        var (cluster, _) = await JoinAsync("watcher", Production);

        link.Sever();

        var loss = await cut.Lost.WaitAsync(Patience);
        Assert.Equal(LeaseLossCause.Outage, loss.Cause);
        await UntilAsync(async () => (await ViewAsync(cluster, "cut")).State == NodeState.Down);
        Assert.False(cut.MayClaim || cut.MayFinish);
    }
}
