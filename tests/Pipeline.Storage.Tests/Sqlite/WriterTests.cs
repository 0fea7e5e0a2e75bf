using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Sqlite.Database;

namespace Pipeline.Storage.Tests.Sqlite;

public sealed class WriterTests : SqliteStoreFixture
{
    [Fact]
    public async Task Full_database_refuses_messages_lets_them_go_and_takes_new_ones_then()
    {
        Options = Options with { MaxPages = 120 };
        await using var store = await OpenAsync();
        var accepted = new List<NewMessage>();
        (WriteOutcome Outcome, NewMessage Message) last;
        while ((last = await AcceptAsync(store, 50_000)).Outcome == WriteOutcome.Durable)
        {
            accepted.Add(last.Message);
            Assert.True(accepted.Count < 100);
        }

        Assert.Equal(WriteOutcome.Unavailable, last.Outcome);
        Assert.Null(await store.ReadAsync(last.Message.Id, default));
        Assert.Equal(accepted.Count, (await store.CountAsync(default)).Queued);

        // In one group with messages that do not fit, those that make room succeed.
        var refused = Enumerable.Range(0, 5).Select(_ => AcceptAsync(store, 100_000)).ToArray();
        Assert.Equal(WriteOutcome.Durable, await CompleteAsync(store, accepted[0].Id));
        Assert.Equal(WriteOutcome.Durable, await CompleteAsync(store, accepted[1].Id));
        await Task.WhenAll(refused);
        Assert.Equal(WriteOutcome.Durable, (await AcceptAsync(store, 1000)).Outcome);
        Assert.NotNull(await store.ReadAsync(accepted[^1].Id, default));
    }

    [Fact]
    public async Task Writes_that_wait_too_long_for_their_turn_are_refused_and_the_rest_goes_on()
    {
        await using var store = await OpenAsync();
        var first = await Mail.MessageAsync(store, Node);
        var second = await Mail.MessageAsync(store, Node);
        Task<WriteOutcome> taken, waiting;
        using (var other = LockDatabase())
        {
            taken = store.AcceptAsync(first, default).AsTask();
            SpinWait.SpinUntil(() => store.WaitingWrites == 0);
            waiting = store.AcceptAsync(second, default).AsTask();

            Time.Advance(Options.WriteTimeout);
            Assert.False(waiting.IsCompleted);
            Time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(WriteOutcome.Unavailable, await waiting);
            Assert.False(taken.IsCompleted);
        }

        Assert.Equal(WriteOutcome.Durable, await taken);
        Assert.Null(await store.ReadAsync(second.Id, default));
        Assert.Equal(WriteOutcome.Durable, await store.AcceptAsync(second, default));
        await first.Body.DisposeAsync();
        await second.Body.DisposeAsync();
    }

    [Fact]
    public async Task Writes_beyond_the_limit_of_waiting_ones_are_refused_at_once()
    {
        Options = Options with { WaitingWritesLimit = 2 };
        await using var store = await OpenAsync();
        using var other = LockDatabase();
        var hint = new RetryHint(Time.GetUtcNow(), Time.GetUtcNow(), Time.GetUtcNow(), TimeSpan.Zero, "x");
        var taken = store.PutRetryHintAsync("0", hint, default).AsTask();
        SpinWait.SpinUntil(() => store.WaitingWrites == 0);
        Task<WriteOutcome>[] waiting = [store.PutRetryHintAsync("1", hint, default).AsTask(), store.PutRetryHintAsync("2", hint, default).AsTask()];

        Assert.Equal(WriteOutcome.Unavailable, await store.PutRetryHintAsync("3", hint, default));

        other.Dispose();
        Assert.Equal([WriteOutcome.Durable, WriteOutcome.Durable, WriteOutcome.Durable], await Task.WhenAll([taken, .. waiting]));
        Assert.Null(await store.GetRetryHintAsync("3", default));
    }

    [Fact]
    public async Task Wrong_write_fails_alone_in_its_group()
    {
        await using var store = await OpenAsync();
        var (_, message) = await AcceptAsync(store, 10);
        List<Task<WriteOutcome>> good = [];
        Task<WriteOutcome> wrong;
        using (LockDatabase())
        {
            good.Add(store.RecordAsync(Mail.NextId(), [Mail.Entry(0, new TransactionAborted("a"))], default).AsTask());
            SpinWait.SpinUntil(() => store.WaitingWrites == 0);
            good.Add(store.RecordAsync(Mail.NextId(), [Mail.Entry(0, new TransactionAborted("b"))], default).AsTask());
            wrong = store.RecordAsync(message.Id, [Mail.Entry(0, new TransactionAborted("c"))], default).AsTask();
            good.Add(store.RecordAsync(Mail.NextId(), [Mail.Entry(0, new TransactionAborted("d"))], default).AsTask());
        }

        await Assert.ThrowsAsync<InvalidOperationException>(() => wrong);
        Assert.All(await Task.WhenAll(good), outcome => Assert.Equal(WriteOutcome.Durable, outcome));
    }

    [Fact]
    public async Task Writes_that_wait_when_the_store_closes_are_committed()
    {
        var store = await OpenAsync();
        var writes = Enumerable.Range(0, 300)
            .Select(_ => store.RecordAsync(Mail.NextId(), [Mail.Entry(0, new TransactionAborted("x"))], default).AsTask())
            .ToArray();

        await store.DisposeAsync();

        Assert.All(await Task.WhenAll(writes), outcome => Assert.Equal(WriteOutcome.Durable, outcome));
        await using var again = await OpenAsync();
        Assert.Equal(300, (await again.FindAsync(new JournalQuery(null, null, null, null, Limit: 1000), default)).Length);
    }

    [Fact]
    public async Task Groups_are_bounded_in_octets_and_no_write_is_lost_to_the_bound()
    {
        Options = Options with { GroupBytesLimit = 10_000, GroupLimit = 3 };
        await using var store = await OpenAsync();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => AcceptAsync(store, i * 2000)));

        Assert.All(outcomes, o => Assert.Equal(WriteOutcome.Durable, o.Outcome));
        Assert.Equal(50, (await store.CountAsync(default)).Queued);
    }

    [Fact]
    public async Task Log_does_not_grow_for_ever_under_a_steady_stream()
    {
        Options = Options with { CheckpointBytes = 256 * 1024, LogLimitBytes = 1024 * 1024 };
        await using var store = await OpenAsync();
        var log = new FileInfo(Database + "-wal");
        var largest = 0L;

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 80; i++)
            {
                var (_, message) = await AcceptAsync(store, 100_000);
                await CompleteAsync(store, message.Id);
                lock (log)
                {
                    log.Refresh();
                    largest = Math.Max(largest, log.Length);
                }
            }
        })));

        // 64 MB of bodies went through it.
        Assert.InRange(largest, 1, 24 * 1024 * 1024);
        Assert.Equal(0, (await store.CountAsync(default)).Queued);
    }

    /// <summary>Holds the write lock, as another process could.</summary>
    private SqliteDatabase LockDatabase()
    {
        var database = SqliteDatabase.Open(Database, readOnly: false);
        database.Execute("BEGIN IMMEDIATE");
        return database;
    }
}
