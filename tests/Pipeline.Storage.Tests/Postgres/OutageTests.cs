using System.Collections.Concurrent;
using System.Diagnostics;
using Pipeline.Mail.Message;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Postgres;
using Pipeline.Storage.Postgres.Private;
using Pipeline.Storage.TestKit;

namespace Pipeline.Storage.Tests.Postgres;

/// <summary>What the store promises when its database goes away, each on a server of its own.</summary>
public sealed class OutageTests : PostgresStoreFixture
{
    private const int Senders = 12;

    [PostgresTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Restart_of_the_server_under_load_loses_no_acknowledged_message_and_doubles_none(bool crash)
    {
        await using var server = await PrivatePostgres.StartAsync(durable: false, default);
        var database = await server.CreateDatabaseAsync("mail", default);
        await using var store = await OpenAsync(database, "a");
        await JoinAsync(database, NodeA);
        var load = new Load(this, store).Start();

        await load.ReachAsync(100);
        await server.StopServerAsync(crash, default);
        await server.StartServerAsync(default);
        await load.ReachAsync(100);
        await load.DisposeAsync();

        await load.AssertKeptAsync();
    }

    [PostgresFact]
    public async Task Sessions_that_are_ended_in_the_midst_of_groups_lose_and_double_nothing()
    {
        await using var server = await PrivatePostgres.StartAsync(durable: false, default);
        var database = await server.CreateDatabaseAsync("mail", default);
        await using var store = await OpenAsync(database, "a", writeTimeout: Soon); // how fast the machine is decides nothing
        await JoinAsync(database, NodeA);
        var load = new Load(this, store).Start();

        for (var round = 1; round <= 8; round++)
        {
            await load.ReachAsync(40);
            await QueryAsync<long>(
                database, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name LIKE 'mailpipeline %'");
        }

        await load.ReachAsync(40);
        await load.DisposeAsync();

        Assert.Empty(load.Refused);
        await load.AssertKeptAsync();
    }

    [PostgresFact]
    public async Task While_the_server_is_away_everything_is_answered_within_the_bound_and_afterwards_it_works_again()
    {
        await using var server = await PrivatePostgres.StartAsync(durable: false, default);
        var database = await server.CreateDatabaseAsync("mail", default);
        await using var store = await OpenAsync(database, "a", writeTimeout: TimeSpan.FromSeconds(1));
        await JoinAsync(database, NodeA);
        var (_, known) = await AcceptAsync(store, NodeA);
        var free = await AcceptAsync(store, NodeA, release: true);
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        store.WorkAvailable += _ => Volatile.Read(ref told).TrySetResult();
        await told.Task.WaitAsync(Soon);
        await server.StopServerAsync(crash: false, default);

        var clock = Stopwatch.StartNew();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => AcceptAsync(store, NodeA, bodySize: i == 0 ? 300_000 : 100))).WaitAsync(Soon);
        Assert.All(outcomes, o => Assert.Equal(WriteOutcome.Unavailable, o.Outcome));
        Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(15));
        Assert.Empty(await store.ClaimDueAsync(NodeA, DateTimeOffset.UtcNow, 10, default));
        Assert.Null(await store.ClaimAsync(NodeA, free.Id, default));
        var failure = await Assert.ThrowsAsync<IOException>(async () => await store.ReadAsync(known, default));
        Assert.Contains("cannot be read", failure.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<IOException>(async () => await store.RecoverAsync(NodeA, default));
        Assert.Equal(0, await store.PurgeAsync(DateTimeOffset.UtcNow, 10, default));

        Volatile.Write(ref told, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await server.StartServerAsync(default);
        await told.Task.WaitAsync(Soon);
        var again = await AcceptAsync(store, NodeA);
        Assert.Equal(WriteOutcome.Durable, again.Outcome);
        Assert.NotNull(await store.ReadAsync(known, default));
        Assert.Equal(free.Id, Assert.Single(await store.ClaimDueAsync(NodeA, DateTimeOffset.UtcNow, 10, default)).Id);
    }

    [PostgresFact]
    public async Task Store_closes_while_the_server_is_away()
    {
        await using var server = await PrivatePostgres.StartAsync(durable: false, default);
        var database = await server.CreateDatabaseAsync("mail", default);
        var store = await OpenAsync(database, "a");
        await JoinAsync(database, NodeA);
        store.WorkAvailable += static _ => { };
        await AcceptAsync(store, NodeA);
        await server.StopServerAsync(crash: true, default);
        var waiting = AcceptAsync(store, NodeA);

        await store.DisposeAsync().AsTask().WaitAsync(Soon);

        Assert.Equal(WriteOutcome.Unavailable, (await waiting).Outcome);
    }

    [PostgresTheory]
    [InlineData(100)]
    [InlineData(300_000)]
    public async Task Write_whose_answer_is_lost_is_repeated_and_done_once(int bodySize)
    {
        await using var server = await PrivatePostgres.StartAsync(durable: false, default);
        var database = await server.CreateDatabaseAsync("mail", default);
        await using var link = new LossyLink(server.Port);
        await using var store = await OpenAsync(Through(link, database), "a");
        await JoinAsync(database, NodeA);
        var (_, first) = await AcceptAsync(store, NodeA, release: true, bodySize: bodySize);

        link.AnswersToLose = 1;
        var (outcome, id) = await AcceptAsync(store, NodeA, bodySize: bodySize);
        Assert.Equal((WriteOutcome.Durable, 0), (outcome, link.AnswersToLose));
        Assert.Equal(new StoreCounts(2, 2, 1), await store.CountAsync(default));

        link.AnswersToLose = 1;
        Assert.Equal(WriteOutcome.Durable, await CompleteAsync(store, NodeA, (await store.ReadAsync(id, default))!));
        Assert.Equal([0, 1, 2, 3], (await store.ReadJournalAsync(id, default)).Select(e => e.Sequence));

        // A claim whose answer is lost is nobody's, and the next one gets it.
        link.AnswersToLose = 1;
        Assert.Empty(await store.ClaimDueAsync(NodeA, DateTimeOffset.UtcNow, 10, default));
        Assert.Equal(first, Assert.Single(await store.ClaimDueAsync(NodeA, DateTimeOffset.UtcNow, 10, default)).Id);
    }

    [PostgresFact]
    public async Task Acceptance_that_was_refused_and_happened_all_the_same_is_taken_back()
    {
        await using var server = await PrivatePostgres.StartAsync(durable: false, default);
        var database = await server.CreateDatabaseAsync("mail", default);
        await using var link = new LossyLink(server.Port);
        await using var store = await OpenAsync(Through(link, database), "a", writeTimeout: TimeSpan.FromSeconds(1));
        await JoinAsync(database, NodeA);
        await AcceptAsync(store, NodeA);

        link.AnswersToLose = int.MaxValue;
        var (outcome, id) = await AcceptAsync(store, NodeA);
        Assert.Equal(WriteOutcome.Unavailable, outcome);
        Assert.Equal(2L, await QueryAsync<long>(database, "SELECT count(*) FROM queue"));
        link.AnswersToLose = 0;

        using var patience = new CancellationTokenSource(Soon);
        while (await QueryAsync<long>(database, "SELECT count(*) FROM queue") > 1)
        {
            patience.Token.ThrowIfCancellationRequested();
        }

        Assert.Null(await store.ReadAsync(id, default));
        Assert.Equal(1L, await QueryAsync<long>(database, "SELECT count(*) FROM content"));
        Assert.Contains("told to try again", Assert.IsType<Pipeline.Messages.Journal.TransactionAborted>((await store.ReadJournalAsync(id, default))[^1].Event).Reason, StringComparison.Ordinal);
    }

    private static string Through(LossyLink link, string database) =>
        new Npgsql.NpgsqlConnectionStringBuilder(database) { Port = link.Port }.ConnectionString;

    /// <summary>Clients that send one message after the other; one that is refused is sent again as another, as a client does.</summary>
    private sealed class Load(OutageTests test, PostgresMessageStore store) : IAsyncDisposable
    {
        private readonly CancellationTokenSource _end = new();
        private readonly SemaphoreSlim _acknowledgements = new(0);
        private Task _senders = Task.CompletedTask;

        public ConcurrentBag<MessageId> Acknowledged { get; } = [];

        public ConcurrentBag<MessageId> Refused { get; } = [];

        public Load Start()
        {
            _senders = Task.WhenAll(Enumerable.Range(0, Senders).Select(_ => Task.Run(SendAsync)));
            return this;
        }

        /// <summary>Waits for so many more acknowledgements.</summary>
        public async Task ReachAsync(int more)
        {
            for (var i = 0; i < more; i++)
            {
                Assert.True(await _acknowledgements.WaitAsync(Soon), $"after {Acknowledged.Count} messages nothing was accepted any more");
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            await _senders;
        }

        public async Task AssertKeptAsync()
        {
            var queued = (await store.ListAsync(new QueueQuery(int.MaxValue), default)).Select(m => m.Id).ToArray();
            Assert.Equal(queued.Length, queued.Distinct().Count());
            Assert.Empty(Acknowledged.Except(queued));

            // What is there without an acknowledgement was refused with its commit in doubt.
            Assert.Empty(queued.Except(Acknowledged).Except(Refused));
            var octets = new byte[300_000];
            foreach (var id in Acknowledged)
            {
                Assert.Equal([0, 1, 2], (await store.ReadJournalAsync(id, default)).Select(e => e.Sequence));
                var content = (await store.ReadAsync(id, default))!.Content;
                await using var body = content.OpenBody();
                Assert.Equal(content.BodySize, await body.ReadAtLeastAsync(octets, octets.Length, throwOnEndOfStream: false));
            }
        }

        private async Task SendAsync()
        {
            for (var i = 0; !_end.IsCancellationRequested; i++)
            {
                var (outcome, id) = await test.AcceptAsync(store, NodeA, bodySize: i % 10 == 9 ? 200_000 : 500);
                (outcome == WriteOutcome.Durable ? Acknowledged : Refused).Add(id);
                if (outcome == WriteOutcome.Durable)
                {
                    _acknowledgements.Release();
                }
            }
        }
    }
}
