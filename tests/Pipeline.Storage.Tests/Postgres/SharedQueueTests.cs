using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Postgres.Claiming;
using Pipeline.Storage.Postgres.Database;
using Pipeline.Storage.Postgres.Partitions;
using Pipeline.Storage.TestKit;

namespace Pipeline.Storage.Tests.Postgres;

/// <summary>Several nodes on one database.</summary>
public sealed class SharedQueueTests : PostgresStoreFixture
{
    [PostgresTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Three_nodes_that_claim_at_once_never_claim_twice_and_leave_nothing(bool scoped)
    {
        var database = await SharedPostgres.CreateDatabaseAsync();
        await using var a = await OpenAsync(database, "a");
        await using var b = await OpenAsync(database, "b");
        await using var c = await OpenAsync(database, "c");
        (IMessageStore Store, Ownership Owner)[] nodes = [(a, NodeA), (b, NodeB), (c, NodeC)];
        foreach (var (_, owner) in nodes)
        {
            await JoinAsync(database, owner);
        }

        var accepted = await Task.WhenAll(Enumerable.Range(0, 300).Select(_ => AcceptAsync(a, NodeA, release: true)));
        var scope = scoped ? new ClaimScope { MaxPerDestination = 5, Preferred = ["x"] } : ClaimScope.Any;
        var claimed = new ConcurrentBag<MessageId>();

        await Task.WhenAll(nodes.SelectMany(n => Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            // Empty-handed does not mean that nothing is left: others may be choosing the same messages at the moment.
            while (claimed.Count < accepted.Length)
            {
                foreach (var message in await n.Store.ClaimDueAsync(n.Owner, DateTimeOffset.UtcNow, 7, scope, default))
                {
                    claimed.Add(message.Id);
                    Assert.Equal(WriteOutcome.Durable, await CompleteAsync(n.Store, n.Owner, message));
                }
            }
        }))));

        Assert.Equal(accepted.Select(m => m.Id).Order(), claimed.Order());
        Assert.Equal(new StoreCounts(0, 0, 0), await b.CountAsync(default));
    }

    [PostgresFact]
    public async Task Node_whose_lease_was_taken_over_can_write_nothing_more()
    {
        var database = await SharedPostgres.CreateDatabaseAsync();
        await using var store = await OpenAsync(database, "a");
        await JoinAsync(database, NodeA);
        var (_, held) = await AcceptAsync(store, NodeA);
        var (_, free) = await AcceptAsync(store, NodeA, release: true);

        await QueryAsync<object>(database, "UPDATE lease SET held = false WHERE node = 'a'");

        foreach (var size in new[] { 100, 300_000 })
        {
            var (outcome, refused) = await AcceptAsync(store, NodeA, bodySize: size);
            Assert.Equal(WriteOutcome.Fenced, outcome);
            Assert.Null(await store.ReadAsync(refused, default));
            Assert.Empty(await store.ReadJournalAsync(refused, default));
        }

        var message = (await store.ReadAsync(held, default))!;
        Assert.Equal(WriteOutcome.Fenced, await CompleteAsync(store, NodeA, message));
        foreach (var closing in new[] { UpdateClosing.KeepClaim, UpdateClosing.Release })
        {
            Assert.Equal(
                WriteOutcome.Fenced,
                await store.UpdateAsync(
                    new MessageUpdate { Id = held, Owner = NodeA, Closing = closing, Journal = [Mail.Entry(3, new OperatorActed("x", "y"))] }, default));
        }

        Assert.Empty(await store.ClaimDueAsync(NodeA, DateTimeOffset.UtcNow, 10, default));
        Assert.Null(await store.ClaimAsync(NodeA, free, default));
        Assert.Equal(2L, await QueryAsync<long>(database, "SELECT count(*) FROM content"));
    }

    [PostgresFact]
    public async Task Take_over_waits_for_a_commit_under_way_and_an_accept_waits_for_the_take_over()
    {
        var database = await SharedPostgres.CreateDatabaseAsync();
        await using var store = await OpenAsync(database, "a");
        await JoinAsync(database, NodeA);
        await using var other = new NpgsqlConnection(database);
        await other.OpenAsync();
        Task<(WriteOutcome Outcome, MessageId Id)> accepting;
        await using (var takeOver = await other.BeginTransactionAsync())
        {
            await ExecuteAsync(other, $"SELECT pg_advisory_xact_lock({LeaseKey.Of("a")})");
            accepting = AcceptAsync(store, NodeA);
            while (await QueryAsync<long>(database, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted") == 0)
            {
                Assert.False(accepting.IsCompleted);
            }

            await ExecuteAsync(other, "UPDATE lease SET held = false WHERE node = 'a'");
            await takeOver.CommitAsync();
        }

        Assert.Equal(WriteOutcome.Fenced, (await accepting.WaitAsync(Soon)).Outcome);
    }

    [PostgresFact]
    public async Task Messages_of_a_node_that_is_gone_are_released_with_their_states_and_told_of()
    {
        var database = await SharedPostgres.CreateDatabaseAsync();
        await using var a = await OpenAsync(database, "a");
        await using var b = await OpenAsync(database, "b");
        await JoinAsync(database, NodeA);
        await JoinAsync(database, NodeB);
        var told = Listen(b);
        Assert.Equal([QueueStage.ToRoute, QueueStage.ToDeliver], [await NextAsync(told), await NextAsync(told)]);
        var (_, id) = await AcceptAsync(a, NodeA);
        var state = (await a.ReadAsync(id, default))!.Recipients[0];
        await a.UpdateAsync(
            new MessageUpdate
            {
                Id = id,
                Owner = NodeA,
                Recipients = [state with { Destination = "mx", AttemptOpen = true }],
                Journal = [Mail.Entry(3, new AttemptStarted(0, 1, "smtp", null))],
            },
            default);
        await QueryAsync<object>(database, "UPDATE lease SET held = false WHERE node = 'a'");

        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        var released = await HeldMessages.ReleaseAsync(connection, "a", NodeA.Epoch + 1, DateTimeOffset.UtcNow, NullLogger.Instance, default);

        Assert.Equal((1, 1), released);
        Assert.Equal(QueueStage.ToDeliver, await NextAsync(told));
        var claimed = Assert.Single(await b.ClaimDueAsync(NodeB, DateTimeOffset.UtcNow, 10, default));
        Assert.Equal("mx", claimed.Recipients[0].Destination);
        Assert.Equal(4, claimed.NextSequence);
    }

    [PostgresFact]
    public async Task Work_of_one_node_is_told_to_the_others()
    {
        var database = await SharedPostgres.CreateDatabaseAsync();
        await using var a = await OpenAsync(database, "a");
        await using var b = await OpenAsync(database, "b");
        await JoinAsync(database, NodeA);
        var told = Listen(b);
        await NextAsync(told);
        await NextAsync(told);

        await AcceptAsync(a, NodeA);
        await AcceptAsync(a, NodeA, release: true);

        Assert.Equal(QueueStage.ToRoute, await NextAsync(told));
        Assert.False(told.TryRead(out _));
    }

    [PostgresFact]
    public async Task Same_message_accepted_through_two_nodes_is_there_once()
    {
        var database = await SharedPostgres.CreateDatabaseAsync();
        await using var a = await OpenAsync(database, "a");
        await using var b = await OpenAsync(database, "b");
        await JoinAsync(database, NodeA);
        await JoinAsync(database, NodeB);
        foreach (var size in new[] { 100, 300_000 })
        {
            var id = Mail.NextId();

            var outcomes = await Task.WhenAll(AcceptAsync(a, NodeA, bodySize: size, id: id), AcceptAsync(b, NodeB, bodySize: size, id: id));

            Assert.All(outcomes, o => Assert.Equal(WriteOutcome.Durable, o.Outcome));
            Assert.Equal(3, (await a.ReadJournalAsync(id, default)).Length);
            Assert.Equal(size, (await a.ReadAsync(id, default))!.Content.BodySize);
        }

        Assert.Equal(2, (await a.CountAsync(default)).Queued);
    }

    [PostgresFact]
    public async Task Journal_of_a_day_that_is_over_is_dropped_as_a_whole_once_nothing_of_it_is_needed()
    {
        var database = await SharedPostgres.CreateDatabaseAsync();
        var time = new ShiftedTime();
        var mail = new Conformance.Mailbag(time);
        await using var store = await Pipeline.Storage.Postgres.PostgresMessageStore.OpenAsync(
            new() { ConnectionString = database, Node = "a", TimeProvider = time }, NullLogger.Instance, default);
        await JoinAsync(database, NodeA);
        for (var i = 0; i < 3; i++)
        {
            await store.RecordAsync(mail.NextId(), [mail.Entry(0, new TransactionAborted("x"))], default);
        }

        var message = await mail.MessageAsync(store, NodeA);
        await store.AcceptAsync(message, default);
        await message.Body.DisposeAsync();
        time.Shift(TimeSpan.FromDays(2));

        Assert.Equal(3, await store.PurgeAsync(time.GetUtcNow().AddDays(-1), 100, default));
        Assert.True(await HasPartitionAsync());
        await store.UpdateAsync(
            new MessageUpdate { Id = message.Id, Owner = NodeA, Closing = UpdateClosing.Complete, Journal = [mail.Entry(3, new MessageCompleted())] }, default);
        Assert.Equal(0, await store.PurgeAsync(time.GetUtcNow().AddDays(-3), 100, default));
        Assert.NotEmpty(await store.ReadJournalAsync(message.Id, default));
        time.Shift(TimeSpan.FromDays(30));

        Assert.Equal(1, await store.PurgeAsync(time.GetUtcNow().AddDays(-1), 1, default));
        Assert.False(await HasPartitionAsync());
        Assert.Empty(await store.ReadJournalAsync(message.Id, default));
        await store.RecordAsync(mail.NextId(), [mail.Entry(0, new TransactionAborted("a day without a partition of its own"))], default);
        Assert.Equal(1L, await QueryAsync<long>(database, "SELECT count(*) FROM journal"));

        Task<bool> HasPartitionAsync() => QueryAsync<bool>(database, $"SELECT to_regclass('journal_d{MessageDay.Of(message.Id)}') IS NOT NULL");
    }

    private static ChannelReader<QueueStage> Listen(IMessageStore store)
    {
        var told = Channel.CreateUnbounded<QueueStage>();
        store.WorkAvailable += stage => told.Writer.TryWrite(stage);
        return told.Reader;
    }

    private static Task<QueueStage> NextAsync(ChannelReader<QueueStage> told) => told.ReadAsync().AsTask().WaitAsync(Soon);

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The real clock, some days ahead.</summary>
    private sealed class ShiftedTime : TimeProvider
    {
        private TimeSpan _ahead;

        public void Shift(TimeSpan by) => _ahead += by;

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _ahead;
    }
}
