using Pipeline.Storage.ClusterMember;
using Pipeline.Storage.Ports.Cluster;
using Pipeline.Storage.Postgres.Private;
using Pipeline.Storage.TestKit;

namespace Pipeline.Storage.Tests.Postgres.Membership;

/// <summary>With a server of their own, since they stop it. Lease ages are the test's; that the server is away takes as long as it takes.</summary>
public sealed class OutageTests : MembershipFixture
{
    private PrivatePostgres? _server;

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    [PostgresFact]
    public async Task A_broken_session_does_not_end_the_life_when_the_lock_is_had_again_in_time()
    {
        var clock = new ManualLeaseClock();
        var (cluster, life) = await JoinAsync("a", Quick with { Clock = clock });
        await TestWork.AddAsync(Database, "a", life.Owner.Epoch, rows: 1);
        clock.Advance(TimeSpan.FromSeconds(3.5));
        var backend = await BackendAsync();

        await BreakSessionAsync("a");

        await UntilAsync(async () => await BackendAsync() is int now && now != (int?)backend);
        await UntilAsync(() => life.MayClaim);
        Assert.False(life.Lost.IsCompleted);
        Assert.Equal(life.Owner.Epoch, (await ViewAsync(cluster, "a")).Epoch);
        Assert.Equal(1, await TestWork.WriteAsync(Database, "a", life.Owner.Epoch));
    }

    [PostgresFact]
    public async Task A_short_outage_ends_nobodys_life()
    {
        var clock = new ManualLeaseClock();
        var options = Quick with { Clock = clock };
        var (cluster, a) = await JoinAsync("a", options);
        var (_, b) = await JoinAsync("b", options);

        await _server!.StopServerAsync(crash: true, default);
        clock.Advance(TimeSpan.FromSeconds(3.5));
        await UntilAsync(() => !a.MayFinish && !b.MayFinish);
        await _server.StartServerAsync(default);

        await UntilAsync(() => a.MayClaim && b.MayClaim);
        clock.Advance(Quick.BlindGrace + Quick.ConfirmAfter);
        await UntilAsync(() => a.MayClaim && b.MayClaim);
        Assert.False(a.Lost.IsCompleted || b.Lost.IsCompleted);
        Assert.All(await cluster.ReadAsync(default), view => Assert.Equal((true, true), (view.LeaseHeld, view.LockHeld)));
        Assert.Empty(await EventsAsync(cluster, ClusterEventKind.Down));
    }

    [PostgresFact]
    public async Task After_a_long_outage_a_node_has_lost_its_life_and_begins_another()
    {
        var clock = new ManualLeaseClock();
        var (cluster, life) = await JoinAsync("a", Quick with { Clock = clock });
        await TestWork.AddAsync(Database, "a", life.Owner.Epoch, rows: 4);

        await _server!.StopServerAsync(crash: false, default);
        clock.Advance(TimeSpan.FromSeconds(5.1));

        Assert.Equal(LeaseLossCause.Outage, (await life.Lost.WaitAsync(Patience)).Cause);
        Assert.False(life.MayClaim || life.MayFinish);
        await _server.StartServerAsync(default);
        await using var next = await cluster.JoinAsync(Card("a"), default);
        Assert.True(next.Owner.Epoch > life.Owner.Epoch);
        Assert.Equal(4, await TestWork.CountAsync(Database, ""));
        Assert.Equal(0, await TestWork.WriteAsync(Database, "a", life.Owner.Epoch));
    }

    [PostgresFact]
    public async Task Leaving_while_the_database_is_away_answers_within_a_bound()
    {
        var (_, life) = await JoinAsync("a");
        await _server!.StopServerAsync(crash: false, default);

        Assert.False(await life.LeaveAsync(default).WaitAsync(Patience));
        Assert.False(life.MayFinish);
    }

    protected override async Task<string> CreateDatabaseAsync()
    {
        _server = await PrivatePostgres.StartAsync(durable: false, default);
        return await _server.CreateDatabaseAsync("outage", default);
    }

    private Task<object?> BackendAsync() => RunAsync("SELECT pid FROM session_lock k JOIN node n ON n.life_key = k.key WHERE n.name = 'a'");
}
