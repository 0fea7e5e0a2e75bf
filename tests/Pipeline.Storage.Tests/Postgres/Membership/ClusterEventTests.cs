using Pipeline.Storage.Ports;
using Pipeline.Storage.Ports.Cluster;
using Pipeline.Storage.TestKit;

namespace Pipeline.Storage.Tests.Postgres.Membership;

public sealed class ClusterEventTests : MembershipFixture
{
    private static readonly Ownership Owner = new("a", 1);

    [PostgresFact]
    public async Task Events_are_read_from_a_number_on_or_from_the_end()
    {
        var cluster = await OpenAsync("a");
        for (var i = 0; i < 5; i++)
        {
            await cluster.AppendEventAsync(Owner, ClusterEventKind.PolicySwitched, $"{i}", default);
        }

        Assert.Equal(["0", "1"], (await cluster.ReadEventsAsync(0, 2, default)).Select(e => e.Detail));
        Assert.Equal(["3", "4"], (await cluster.ReadEventsAsync(-2, 100, default)).Select(e => e.Detail));
        Assert.Equal(["4"], (await cluster.ReadEventsAsync(4, 100, default)).Select(e => e.Detail));
    }

    [PostgresFact]
    public async Task A_watcher_misses_nothing_however_many_write()
    {
        const int Writers = 4;
        const int Each = 25;
        var cluster = await OpenAsync("a");
        using var stop = new CancellationTokenSource(Patience);
        var seen = new List<ClusterEvent>();
        var watching = Task.Run(async () =>
        {
            await foreach (var happened in cluster.WatchAsync(0, stop.Token))
            {
                seen.Add(happened);
                if (seen.Count == Writers * Each)
                {
                    return;
                }
            }
        });

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
        {
            for (var i = 0; i < Each; i++)
            {
                await cluster.AppendEventAsync(Owner, ClusterEventKind.PolicySwitched, $"{writer}", default);
            }
        }));
        await watching.WaitAsync(Patience);

        Assert.Equal(Enumerable.Range(1, Writers * Each).Select(n => (long)n), seen.Select(e => e.Number));
    }

    [PostgresFact]
    public async Task The_history_is_bounded()
    {
        var cluster = await OpenAsync("a");
        await RunAsync("INSERT INTO cluster_event (kind, node, epoch, actor, detail) SELECT 1, 'a', 1, 'a', n::text FROM generate_series(1, 10005) n");

        await cluster.AppendEventAsync(Owner, ClusterEventKind.PolicySwitched, "last", default);

        Assert.Equal(10_000L, await RunAsync("SELECT count(*) FROM cluster_event"));
        Assert.Equal("7", (await cluster.ReadEventsAsync(0, 1, default))[0].Detail);
    }

    [PostgresFact]
    public async Task A_watch_ends_with_its_token()
    {
        var cluster = await OpenAsync("a");
        using var stop = new CancellationTokenSource();
        await using var events = cluster.WatchAsync(0, stop.Token).GetAsyncEnumerator(default);
        var next = events.MoveNextAsync();

        await stop.CancelAsync();

        Assert.False(await next.AsTask().WaitAsync(Patience));
    }
}
