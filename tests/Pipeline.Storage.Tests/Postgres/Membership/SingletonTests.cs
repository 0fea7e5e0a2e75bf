using Pipeline.Storage.Ports.Cluster;
using Pipeline.Storage.Postgres.Membership;
using Pipeline.Storage.TestKit;

namespace Pipeline.Storage.Tests.Postgres.Membership;

public sealed class SingletonTests : MembershipFixture
{
    [PostgresFact]
    public async Task A_role_is_held_by_one_node_and_moves_when_that_one_dies()
    {
        var (_, a) = await JoinAsync("a");
        var (cluster, b) = await JoinAsync("b");
        var atA = Run(a, "reports", out var began);
        await began.WaitAsync(Patience);
        var atB = Run(b, "reports", out var moved);
        Assert.Equal((true, false), (a.Singletons.Holds("reports"), b.Singletons.Holds("reports")));
        Assert.Equal("a", Assert.Single(await cluster.ReadRolesAsync(default)).Node);

        await a.DisposeAsync();

        await moved.WaitAsync(Patience);
        await atA.WaitAsync(Patience);
        var holder = Assert.Single(await cluster.ReadRolesAsync(default));
        Assert.Equal(("reports", "b", b.Owner.Epoch, true), (holder.Role, holder.Node, holder.Epoch, holder.Held));
        Assert.Equal(["reports", "reports, from a"], (await EventsAsync(cluster, ClusterEventKind.RoleMoved)).Select(e => e.Detail));
        Assert.False(atB.IsCompleted);
    }

    [PostgresFact]
    public async Task Work_stops_with_the_session_and_begins_anew_with_the_next()
    {
        var (_, life) = await JoinAsync("a");
        var (starts, stops) = (0, 0);
        var run = life.Singletons.RunAsync(
            "sweep",
            async held =>
            {
                Interlocked.Increment(ref starts);
                await Task.Delay(Timeout.InfiniteTimeSpan, held).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                Interlocked.Increment(ref stops);
            },
            default);
        await UntilAsync(() => Volatile.Read(ref starts) == 1);

        await BreakSessionAsync("a");

        await UntilAsync(() => Volatile.Read(ref starts) == 2 && Volatile.Read(ref stops) == 1);
        Assert.False(run.IsCompleted);
        await life.LeaveAsync(default);
        await run.WaitAsync(Patience);
        Assert.Equal(2, stops);
    }

    [PostgresFact]
    public async Task Work_that_returns_gives_the_role_to_the_next()
    {
        var (_, a) = await JoinAsync("a");
        var (_, b) = await JoinAsync("b");

        await a.Singletons.RunAsync("sweep", _ => Task.CompletedTask, default).WaitAsync(Patience);
        await b.Singletons.RunAsync("sweep", _ => Task.CompletedTask, default).WaitAsync(Patience);

        Assert.False(a.Singletons.Holds("sweep") || b.Singletons.Holds("sweep"));
    }

    [PostgresFact]
    public async Task Work_that_fails_gives_up_the_role_and_says_so_to_its_caller()
    {
        var (_, a) = await JoinAsync("a");

        await Assert.ThrowsAsync<FormatException>(() => a.Singletons.RunAsync("sweep", _ => throw new FormatException(), default));

        await a.Singletons.RunAsync("sweep", _ => Task.CompletedTask, default).WaitAsync(Patience);
    }

    [PostgresFact]
    public async Task A_role_is_waited_for_once_in_a_life()
    {
        var (_, a) = await JoinAsync("a");
        _ = Run(a, "sweep", out var began);
        await began.WaitAsync(Patience);

        await Assert.ThrowsAsync<InvalidOperationException>(() => a.Singletons.RunAsync("sweep", _ => Task.CompletedTask, default));
    }

    [PostgresFact]
    public async Task Who_stops_waiting_is_told_so()
    {
        var (_, a) = await JoinAsync("a");
        var (_, b) = await JoinAsync("b");
        _ = Run(a, "sweep", out var began);
        await began.WaitAsync(Patience);
        using var stop = new CancellationTokenSource();

        var waiting = b.Singletons.RunAsync("sweep", _ => Task.CompletedTask, stop.Token);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(Patience));
    }

    private static Task Run(INodeLife life, string role, out Task began)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        began = started.Task;
        return life.Singletons.RunAsync(
            role,
            async held =>
            {
                started.TrySetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, held);
            },
            default);
    }
}
