using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Storage.ClusterMember;
using Pipeline.Storage.Ports.Cluster;
using Pipeline.Storage.Postgres.Database;
using Pipeline.Storage.Postgres.Membership;
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
        var cluster = await OpenAsync("operator");
        await UntilAsync(async () => await ViewAsync(cluster, "silent") is var view && view.Seen > view.Started);
        await RunAsync("UPDATE node SET seen = now() - interval '1 minute' WHERE name = 'silent'");
        await vanished.DisposeAsync();

        var ended = await cluster.DownUnreachableAsync("operator", default);

        Assert.Contains("silent", ended.Select(e => e.Node));
        Assert.DoesNotContain("well", ended.Select(e => e.Node));
        await UntilAsync(async () => (await ViewAsync(cluster, "vanished")).State == NodeState.Down);
        Assert.Equal(LeaseLossCause.Ordered, (await silent.Lost.WaitAsync(Patience)).Cause);
        await UntilAsync(() => well.MayClaim);
    }

    [PostgresFact]
    public async Task A_node_that_another_took_for_dead_learns_that_it_may_join_again()
    {
        var (_, life) = await JoinAsync("a");
        await using var database = new PostgresDatabase(new() { ConnectionString = Database, Node = "b" });
        var ending = new LifeEnding(database, Quick, TimeProvider.System, NullLogger.Instance);

        await ending.EndAsync(new EndingOrder { Life = life.Owner, State = NodeState.Down, By = "b", Reason = "silence" }, default);

        Assert.Equal(new LeaseLoss(LeaseLossCause.TakenOver, "ended by b: silence"), await life.Lost.WaitAsync(Patience));
    }

    [PostgresFact]
    public async Task A_node_whose_name_has_a_new_life_learns_where()
    {
        var (_, life) = await JoinAsync("a");

        await RunAsync($"UPDATE node SET epoch = epoch + 1, host = 'elsewhere', process = 7; UPDATE lease SET epoch = epoch + 1");

        Assert.Equal(
            new LeaseLoss(LeaseLossCause.TakenOver, "process 7 on elsewhere lives by this name now"), await life.Lost.WaitAsync(Patience));
    }
}
