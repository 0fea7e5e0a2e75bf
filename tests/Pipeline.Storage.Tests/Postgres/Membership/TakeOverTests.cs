using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pipeline.Storage.ClusterMember;
using Pipeline.Storage.Ports.Cluster;
using Pipeline.Storage.Postgres.Database;
using Pipeline.Storage.Postgres.Membership;
using Pipeline.Storage.TestKit;

namespace Pipeline.Storage.Tests.Postgres.Membership;

public sealed class TakeOverTests : MembershipFixture
{
    [PostgresFact]
    public async Task However_many_watch_one_takes_over()
    {
        var (_, gone) = await JoinAsync("gone");
        await TestWork.AddAsync(Database, "gone", gone.Owner.Epoch, rows: 20);
        var watchers = new List<PostgresCluster>();
        for (var i = 0; i < 5; i++)
        {
            watchers.Add((await JoinAsync($"watcher-{i}")).Cluster);
        }

        var (_, later) = await JoinAsync("gone-later");
        await gone.DisposeAsync();
        await UntilAsync(async () => (await ViewAsync(watchers[0], "gone")).State == NodeState.Down);

        // Until they have ended another one the watchers have looked again at the first.
        await later.DisposeAsync();
        await UntilAsync(async () => (await ViewAsync(watchers[0], "gone-later")).State == NodeState.Down);
        Assert.Equal(
            [("gone", 20), ("gone-later", 0)],
            (await EventsAsync(watchers[0], ClusterEventKind.TakenOver)).Select(e => (e.Node, e.Messages)));
        Assert.Equal(["gone", "gone-later"], (await EventsAsync(watchers[0], ClusterEventKind.Down)).Select(e => e.Node));
        Assert.Equal(20, await TestWork.CountAsync(Database, ""));
        Assert.Equal(0, await TestWork.WriteAsync(Database, "gone", gone.Owner.Epoch));
    }

    [PostgresFact]
    public async Task Orders_that_compete_end_a_life_once()
    {
        var (_, life) = await JoinAsync("a");
        var clusters = await Task.WhenAll(Enumerable.Range(0, 5).Select(i => OpenAsync($"b{i}")));

        var ended = await Task.WhenAll(clusters.Select(c => c.DownAsync("a", "operator", default)));

        Assert.Equal(life.Owner.Epoch, Assert.Single(ended, e => e is not null)!.Epoch);
        Assert.Single(await EventsAsync(clusters[0], ClusterEventKind.Down));
    }

    [PostgresFact]
    public async Task An_accept_that_began_before_the_take_over_is_taken_over_with_the_rest()
    {
        var (cluster, life) = await JoinAsync("a");
        await using var writer = new NpgsqlConnection(Database + ";Pooling=false");
        await writer.OpenAsync();
        await using var accept = await writer.BeginTransactionAsync();
        Assert.True(await MayAcceptAsync(accept, life.Owner.Epoch));

        var ending = cluster.DownAsync("a", "operator", default);
        await UntilAsync(async () => await RunAsync(
            """
            SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
            WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted
            """) is 1L);
        await using (var insert = new NpgsqlCommand($"INSERT INTO held_work (owner, epoch) VALUES ('a', {life.Owner.Epoch})", writer, accept))
        {
            await insert.ExecuteNonQueryAsync();
        }

        await accept.CommitAsync();

        Assert.Equal(1, (await ending)!.Messages);
        Assert.Equal(1, await TestWork.CountAsync(Database, ""));
    }

    [PostgresFact]
    public async Task An_accept_after_the_take_over_sees_that_it_comes_too_late()
    {
        var (cluster, life) = await JoinAsync("a");
        await cluster.DownAsync("a", "operator", default);
        await using var writer = new NpgsqlConnection(Database + ";Pooling=false");
        await writer.OpenAsync();
        await using var accept = await writer.BeginTransactionAsync();

        Assert.False(await MayAcceptAsync(accept, life.Owner.Epoch));
    }

    [PostgresFact]
    public async Task A_transaction_that_hangs_in_the_gone_nodes_name_does_not_hold_up_the_take_over()
    {
        var (_, gone) = await JoinAsync("gone");
        await TestWork.AddAsync(Database, "gone", gone.Owner.Epoch, rows: 1);
        await using var frozen = new NpgsqlConnection($"{Database};Pooling=false;Application Name={PostgresDatabase.SessionName("gone")}");
        await frozen.OpenAsync();
        await using var transaction = await frozen.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand(
            $"SELECT pg_advisory_xact_lock_shared({LeaseKey.Of("gone")}); SELECT 1 FROM held_work FOR UPDATE", frozen, transaction))
        {
            await hold.ExecuteNonQueryAsync();
        }

        var (watcher, _) = await JoinAsync("watcher");
        await gone.DisposeAsync();

        await UntilAsync(async () => (await ViewAsync(watcher, "gone")).State == NodeState.Down);
        Assert.Equal(1, await TestWork.CountAsync(Database, ""));
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => transaction.CommitAsync());
    }

    [PostgresFact]
    public async Task Sessions_that_a_successor_has_opened_are_left_alone()
    {
        var (_, gone) = await JoinAsync("gone");
        await gone.DisposeAsync();
        var before = (DateTime)(await RunAsync("SELECT clock_timestamp()"))!;
        await using var successor = new NpgsqlConnection($"{Database};Pooling=false;Application Name={PostgresDatabase.SessionName("gone")}");
        await successor.OpenAsync();
        await using var database = new PostgresDatabase(new() { ConnectionString = Database, Node = "watcher" });
        var ending = new LifeEnding(database, Quick, TimeProvider.System, NullLogger.Instance);

        var ended = await ending.EndAsync(
            new EndingOrder { Life = gone.Owner, State = NodeState.Down, By = "watcher", Reason = "test", OnlyWithoutLock = true, EndSessionsBefore = before },
            default);

        Assert.NotNull(ended);
        await using var command = new NpgsqlCommand("SELECT 1", successor);
        Assert.Equal(1, await command.ExecuteScalarAsync());
    }

    [PostgresFact]
    public async Task A_life_whose_lock_came_back_is_not_ended()
    {
        var (_, life) = await JoinAsync("a");
        await using var database = new PostgresDatabase(new() { ConnectionString = Database, Node = "watcher" });
        var ending = new LifeEnding(database, Quick, TimeProvider.System, NullLogger.Instance);

        var ended = await ending.EndAsync(
            new EndingOrder { Life = life.Owner, State = NodeState.Down, By = "watcher", Reason = "test", OnlyWithoutLock = true }, default);

        Assert.Null(ended);
        await UntilAsync(() => life.MayFinish);
    }

    [PostgresFact]
    public async Task The_queues_rows_become_claimable_now_and_those_of_others_stay()
    {
        await using var connection = new NpgsqlConnection(Database + ";Pooling=false");
        await connection.OpenAsync();

        // A temporary table of the name stands before the real one.
        await using (var fill = new NpgsqlCommand(
            """
            CREATE TEMPORARY TABLE queue (id text, owner text, epoch bigint, claim bigint DEFAULT 1, due bigint);
            INSERT INTO queue (id, owner, epoch, due) VALUES ('past', 'a', 7, 5), ('later', 'a', 6, 99999999999999999), ('new life', 'a', 8, 5), ('other', 'b', 3, 5)
            """,
            connection))
        {
            await fill.ExecuteNonQueryAsync();
        }

        await using var transaction = await connection.BeginTransactionAsync();
        var messages = await new QueueTakeOver().ReleaseAsync(transaction, "a", 7, DateTimeOffset.UnixEpoch.AddTicks(1000), default);
        await transaction.CommitAsync();

        Assert.Equal(2, messages);
        await using var read = new NpgsqlCommand("SELECT string_agg(id || ' ' || owner || ' ' || epoch || ' ' || claim || ' ' || due, ', ' ORDER BY id) FROM queue", connection);
        Assert.Equal("later  0 0 1000, new life a 8 1 5, other b 3 1 5, past  0 0 5", await read.ExecuteScalarAsync());
    }

    /// <summary>What an accepting commit asks before it inserts.</summary>
    private static async Task<bool> MayAcceptAsync(NpgsqlTransaction transaction, long epoch)
    {
        await using var shared = new NpgsqlCommand($"SELECT pg_advisory_xact_lock_shared({LeaseKey.Of("a")})", transaction.Connection, transaction);
        await shared.ExecuteNonQueryAsync();
        await using var held = new NpgsqlCommand($"SELECT held FROM lease WHERE node = 'a' AND epoch = {epoch}", transaction.Connection, transaction);
        return await held.ExecuteScalarAsync() is true;
    }
}
