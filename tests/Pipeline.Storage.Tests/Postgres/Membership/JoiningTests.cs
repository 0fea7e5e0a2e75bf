using Pipeline.Storage.ClusterMember;
using Pipeline.Storage.Ports.Cluster;
using Pipeline.Storage.TestKit;

namespace Pipeline.Storage.Tests.Postgres.Membership;

public sealed class JoiningTests : MembershipFixture
{
    [PostgresFact]
    public async Task A_node_that_joins_shows_its_card_and_holds_its_lease_and_lock()
    {
        var (cluster, life) = await JoinAsync("a");

        var view = await ViewAsync(cluster, "a");

        Assert.Equal((NodeState.Joining, life.Owner.Epoch), (view.State, view.Epoch));
        Assert.Equal((NodeRoles.All, "1.0"), (view.Roles, view.Version));
        Assert.Equal((new FormRange(1, 2), new FormRange(3, 4)), (view.Wire, view.Stored));
        Assert.Equal((Environment.MachineName, Environment.ProcessId), (view.Host, view.Process));
        Assert.Equal((true, true, false), (view.LeaseHeld, view.LockHeld, view.Unreachable));
        await UntilAsync(() => life.MayClaim && life.MayFinish);
    }

    [PostgresFact]
    public async Task Every_life_has_an_epoch_above_all_before()
    {
        var (_, first) = await JoinAsync("a");
        var (_, other) = await JoinAsync("b");
        await first.LeaveAsync(default);
        var (_, second) = await JoinAsync("a");

        Assert.True(first.Owner.Epoch < other.Owner.Epoch && other.Owner.Epoch < second.Owner.Epoch);
    }

    [PostgresFact]
    public async Task A_second_process_of_the_name_is_told_who_has_it()
    {
        var (_, first) = await JoinAsync("a");
        var second = await OpenAsync("a", Quick with { NameWait = TimeSpan.Zero });

        var refused = await Assert.ThrowsAsync<NodeNameInUseException>(() => second.JoinAsync(Card("a"), default));

        Assert.Contains($"process {Environment.ProcessId} on {Environment.MachineName}", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"epoch {first.Owner.Epoch}", refused.Message, StringComparison.Ordinal);
        await UntilAsync(() => first.MayClaim);
    }

    [PostgresFact]
    public async Task A_second_process_that_was_told_to_wait_gets_the_name_when_the_first_leaves()
    {
        var (_, first) = await JoinAsync("a");
        var second = await OpenAsync("a", Quick with { NameWait = Timeout.InfiniteTimeSpan });
        var joining = second.JoinAsync(Card("a"), default);

        await first.LeaveAsync(default);

        await using var life = await joining.WaitAsync(Patience);
        Assert.True(life.Owner.Epoch > first.Owner.Epoch);
        Assert.Equal(2, (await EventsAsync(second, ClusterEventKind.Joined)).Length);
    }

    [PostgresFact]
    public async Task A_node_that_vanished_joins_again_at_once_and_its_messages_are_free()
    {
        var (_, first) = await JoinAsync("a");
        await TestWork.AddAsync(Database, "a", first.Owner.Epoch, rows: 7);
        await first.DisposeAsync();

        var (cluster, second) = await JoinAsync("a");

        Assert.True(second.Owner.Epoch > first.Owner.Epoch);
        Assert.Equal(7, await TestWork.CountAsync(Database, ""));
        Assert.Equal(7, Assert.Single(await EventsAsync(cluster, ClusterEventKind.TakenOver)).Messages);
        Assert.Equal(second.Owner.Epoch, Assert.Single(await EventsAsync(cluster, ClusterEventKind.Rejoined)).Epoch);
    }

    [PostgresFact]
    public async Task A_version_without_a_common_form_is_refused_while_the_other_lives()
    {
        var (_, old) = await JoinAsync("old");
        var cluster = await OpenAsync("new");
        var tooNew = Card("new") with { Version = "3.0", Stored = new FormRange(5, 6) };

        var refused = await Assert.ThrowsAsync<NodeIncompatibleException>(() => cluster.JoinAsync(tooNew, default));
        Assert.Contains("node old of version 1.0 understands wire forms 1-2 and stored forms 3-4", refused.Message, StringComparison.Ordinal);

        await old.LeaveAsync(default);
        await using var life = await cluster.JoinAsync(tooNew, default);
        await UntilAsync(() => life.MayClaim);
    }

    [PostgresFact]
    public async Task An_adjacent_version_lives_beside_the_other()
    {
        await JoinAsync("old");
        var cluster = await OpenAsync("new");

        await using var life = await cluster.JoinAsync(Card("new") with { Wire = new FormRange(2, 3), Stored = new FormRange(4, 5) }, default);

        await UntilAsync(() => life.MayClaim);
    }

    [PostgresFact]
    public async Task A_name_that_the_nodes_sessions_do_not_carry_is_refused()
    {
        var cluster = await OpenAsync("a");

        foreach (var name in new[] { "", "a/b", "a b", "ä", new string('a', NodeCard.LongestName + 1), "b" })
        {
            await Assert.ThrowsAsync<ArgumentException>(() => cluster.JoinAsync(Card(name), default));
        }
    }

    [PostgresFact]
    public async Task A_node_of_the_longest_name_can_be_ended_with_its_sessions()
    {
        var name = new string('n', NodeCard.LongestName);
        var (_, life) = await JoinAsync(name);
        var other = await OpenAsync("other");

        await other.DownAsync(name, "operator", default);

        Assert.Equal(LeaseLossCause.Ordered, (await life.Lost.WaitAsync(Patience)).Cause);
        await UntilAsync(async () => !(await ViewAsync(other, name)).LockHeld);
    }
}
