using Pipeline.Storage.ClusterMember;
using Pipeline.Storage.Ports.Cluster;
using Pipeline.Storage.TestKit;

namespace Pipeline.Storage.Tests.Postgres.Membership;

public sealed class LeavingTests : MembershipFixture
{
    [PostgresFact]
    public async Task A_node_goes_up_drains_and_leaves_with_its_messages_free()
    {
        var (cluster, life) = await JoinAsync("a");
        await TestWork.AddAsync(Database, "a", life.Owner.Epoch, rows: 2);

        Assert.True(await life.SetStateAsync(NodeState.Up, default));
        Assert.True(await life.SetStateAsync(NodeState.Draining, default));
        Assert.Equal(NodeState.Draining, (await ViewAsync(cluster, "a")).State);
        Assert.True(await life.LeaveAsync(default));

        var view = await ViewAsync(cluster, "a");
        Assert.Equal((NodeState.Left, false), (view.State, view.LeaseHeld));
        Assert.Equal("left in order", view.Reason);
        Assert.Equal(2, await TestWork.CountAsync(Database, ""));
        Assert.False(life.MayClaim || life.MayFinish);
        Assert.False(life.Lost.IsCompleted);
        await UntilAsync(async () => !(await ViewAsync(cluster, "a")).LockHeld);
        Assert.Equal(
            [ClusterEventKind.Joined, ClusterEventKind.Up, ClusterEventKind.Draining, ClusterEventKind.Left, ClusterEventKind.TakenOver],
            (await cluster.ReadEventsAsync(0, 100, default)).Select(e => e.Kind));
    }

    [PostgresFact]
    public async Task A_life_that_is_over_changes_no_state_and_leaves_no_second_time()
    {
        var (cluster, life) = await JoinAsync("a");
        await life.LeaveAsync(default);

        Assert.False(await life.LeaveAsync(default));
        Assert.False(await life.SetStateAsync(NodeState.Up, default));
        Assert.Equal(NodeState.Left, (await ViewAsync(cluster, "a")).State);
    }

    [PostgresFact]
    public async Task States_that_are_not_the_nodes_to_choose_are_refused()
    {
        var (_, life) = await JoinAsync("a");

        foreach (var state in new[] { NodeState.Joining, NodeState.Down, NodeState.Left })
        {
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => life.SetStateAsync(state, default));
        }
    }

    [PostgresFact]
    public async Task A_report_is_shown_and_a_new_policy_is_an_event()
    {
        var (cluster, life) = await JoinAsync("a");

        life.Report(new NodeReport(4, new NodeLoad(1, 2, 3, 4)));
        await UntilAsync(async () => (await ViewAsync(cluster, "a")).Report == new NodeReport(4, new NodeLoad(1, 2, 3, 4)));
        Assert.Empty(await EventsAsync(cluster, ClusterEventKind.PolicySwitched));
        life.Report(new NodeReport(5, default));

        await UntilAsync(async () => (await EventsAsync(cluster, ClusterEventKind.PolicySwitched)).Length == 1);
        Assert.Equal("from policy 4 to 5", (await EventsAsync(cluster, ClusterEventKind.PolicySwitched))[0].Detail);
    }
}
