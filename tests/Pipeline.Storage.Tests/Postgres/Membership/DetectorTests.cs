using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Ports.Cluster;
using Pipeline.Storage.Postgres.Database;
using Pipeline.Storage.Postgres.Membership;
using Pipeline.Storage.TestKit;

namespace Pipeline.Storage.Tests.Postgres.Membership;

/// <summary>A detector that looks when the test tells it to, at a time that the test gives.</summary>
public sealed class DetectorTests : MembershipFixture
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);

    private readonly ManualLeaseClock _clock = new();

    [PostgresFact]
    public async Task A_life_without_its_lock_is_ended_at_the_second_look()
    {
        await using var watch = await WatchAsync();
        await watch.SettleAsync();
        await VanishAsync();

        await watch.LookAsync();
        Assert.False(await IsDownAsync(watch));
        await watch.LookAsync();

        Assert.True(await IsDownAsync(watch));
    }

    [PostgresFact]
    public async Task A_node_that_has_just_begun_to_look_is_patient()
    {
        await VanishAsync();
        await using var watch = await WatchAsync();

        for (var waited = TimeSpan.Zero; waited < Options.BlindGrace; waited += Poll)
        {
            await watch.LookAsync();
            Assert.False(await IsDownAsync(watch), $"ended {waited} after the first look");
        }

        await watch.LookAsync();
        Assert.True(await IsDownAsync(watch));
    }

    [PostgresFact]
    public async Task After_a_pause_of_its_own_a_node_is_patient_again()
    {
        await using var watch = await WatchAsync();
        await watch.SettleAsync();
        await VanishAsync();
        await watch.LookAsync();

        _clock.Advance(Options.BlindGrace + Poll);
        watch.Lease.Prove(_clock.Now);
        await watch.LookAsync();
        await watch.LookAsync();

        Assert.False(await IsDownAsync(watch));
    }

    [PostgresFact]
    public async Task A_lock_that_was_missing_once_and_came_back_is_forgotten()
    {
        await using var watch = await WatchAsync();
        await watch.SettleAsync();
        await VanishAsync();
        await watch.LookAsync();
        await RunAsync("UPDATE lease SET held = false");
        await watch.LookAsync();
        await RunAsync("UPDATE lease SET held = true");

        await watch.LookAsync();

        Assert.False(await IsDownAsync(watch));
    }

    [PostgresFact]
    public async Task A_node_that_may_not_claim_ends_nobody()
    {
        await using var watch = await WatchAsync();
        await watch.SettleAsync();
        await VanishAsync();
        await watch.LookAsync(prove: false);
        watch.Lease.Prove(_clock.Now - Options.ClaimAge);

        await watch.LookAsync(prove: false);

        Assert.False(await IsDownAsync(watch));
    }

    private MembershipOptions Options => Quick with { Clock = _clock, ConfirmAfter = TimeSpan.FromMilliseconds(200), BlindGrace = TimeSpan.FromSeconds(2) };

    private async Task VanishAsync()
    {
        var (_, life) = await JoinAsync("gone");
        await life.DisposeAsync();
        await UntilAsync(async () => await RunAsync("SELECT count(*) FROM session_lock") is 0L);
    }

    private static async Task<bool> IsDownAsync(Watch watch) => (await ViewAsync(watch.Cluster, "gone")).State == NodeState.Down;

    private async Task<Watch> WatchAsync() => new(await OpenAsync("watcher"), Database, Options, _clock);

    private sealed class Watch : IAsyncDisposable
    {
        private readonly ManualLeaseClock _clock;
        private readonly MembershipOptions _options;
        private readonly PostgresDatabase _database;
        private readonly Detector _detector;

        public Watch(PostgresCluster cluster, string database, MembershipOptions options, ManualLeaseClock clock)
        {
            (Cluster, _options, _clock) = (cluster, options, clock);
            _database = new PostgresDatabase(new() { ConnectionString = database, Node = "watcher" });
            Lease = new Lease(new Ownership("watcher", 1_000_000), options, clock.Now);
            var ending = new LifeEnding(_database, options, TimeProvider.System, NullLogger.Instance);
            _detector = new Detector(_database, Lease, ending, options, TimeProvider.System, NullLogger.Instance);
        }

        public PostgresCluster Cluster { get; }

        public Lease Lease { get; }

        public async Task LookAsync(bool prove = true)
        {
            _clock.Advance(Poll);
            if (prove)
            {
                Lease.Prove(_clock.Now);
            }

            await _detector.LookAsync(default);
        }

        /// <summary>Looks until the patience of the beginning is over.</summary>
        public async Task SettleAsync()
        {
            for (var waited = TimeSpan.Zero; waited <= _options.BlindGrace + Poll; waited += Poll)
            {
                await LookAsync();
            }
        }

        public ValueTask DisposeAsync() => _database.DisposeAsync();
    }
}
