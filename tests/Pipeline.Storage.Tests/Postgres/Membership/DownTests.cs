using Pipeline.Storage.ClusterMember;
using Pipeline.Storage.Ports.Cluster;
using Pipeline.Storage.TestKit;

namespace Pipeline.Storage.Tests.Postgres.Membership;

public sealed class DownTests : MembershipFixture
{
    [PostgresFact]
    public async Task An_order_ends_a_living_node_which_learns_by_whom()
    {
        var (_, life) = await JoinAsync("a");
        await TestWork.AddAsync(Database, "a", life.Owner.Epoch, rows: 3);
        var other = await OpenAsync("b");

        var ended = await other.DownAsync("a", "postmaster@example.org", default);

        Assert.Equal(new EndedLife("a", life.Owner.Epoch, 3), ended);
        var loss = await life.Lost.WaitAsync(Patience);
        Assert.Equal(LeaseLossCause.Ordered, loss.Cause);
        Assert.Equal("ended by postmaster@example.org: by order", loss.Reason);
        Assert.False(life.MayClaim || life.MayFinish);
        Assert.Equal(3, await TestWork.CountAsync(Database, ""));
        Assert.Equal("postmaster@example.org", (await ViewAsync(other, "a")).EndedBy);
    }

    [PostgresFact]
    public async Task A_node_that_is_not_there_cannot_be_ended()
    {
        var (cluster, life) = await JoinAsync("a");
        await life.LeaveAsync(default);

        Assert.Null(await cluster.DownAsync("a", "operator", default));
        Assert.Null(await cluster.DownAsync("nobody", "operator", default));
    }

    [PostgresFact]
    public async Task Of_all_nodes_the_unreachable_are_ended()
    {
        var (_, well) = await JoinAsync("well");
        var (_, vanished) = await JoinAsync("vanished", Quick with { PollEvery = TimeSpan.FromHours(1) });
        var (_, silent) = await JoinAsync("silent", Quick with { ReportEvery = TimeSpan.FromHours(1) });
        await UntilAsync(async () => (bool)(await RunAsync("UPDATE node SET seen = now() - interval '1 minute' WHERE name = 'silent' RETURNING true"))!);
        var cluster = await OpenAsync("operator");
        await BreakWithoutResumeAsync(vanished);

        var ended = await cluster.DownUnreachableAsync("operator", default);

        Assert.Contains("silent", ended.Select(e => e.Node));
        Assert.DoesNotContain("well", ended.Select(e => e.Node));
        await UntilAsync(async () => (await ViewAsync(cluster, "vanished")).State == NodeState.Down);
        Assert.Equal(LeaseLossCause.Ordered, (await silent.Lost.WaitAsync(Patience)).Cause);
        Assert.True(well.MayClaim);
    }

    private static async Task BreakWithoutResumeAsync(INodeLife life) => await life.DisposeAsync();
}
