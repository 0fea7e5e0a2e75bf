using System.Collections.Concurrent;
using System.Collections.Immutable;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;

namespace Pipeline.Storage.Tests.Conformance;

public abstract partial class MessageStoreConformance
{
    private const int Callers = 16;

    [ConformanceFact]
    public async Task Sixteen_callers_take_messages_through_their_life_at_once()
    {
        await InParallelAsync(async caller =>
        {
            for (var round = 0; round < 20; round++)
            {
                var message = await AcceptedAsync(
                    new Ownership("node-" + caller, 1), recipients: [$"user{caller}@example.net"], body: RandomOctets(caller * 20_000, round));
                var owner = message.Owner;
                var state = (await ReadAsync(message.Id)).Recipients[0];
                Assert.Equal(
                    WriteOutcome.Durable,
                    await UpdateAsync(
                        message.Id,
                        UpdateClosing.KeepClaim,
                        [state with { AttemptOpen = true }],
                        owner,
                        [Mail.Entry(3, new AttemptStarted(0, 1, "smtp", null))]));
                Assert.Equal(RandomOctets(caller * 20_000, round), await BodyAsync((await ReadAsync(message.Id)).Content));
                await CompleteAsync(message.Id, owner);
                Assert.Equal(5, (await Store.ReadJournalAsync(message.Id, default)).Length);
            }
        });

        Assert.Equal(new StoreCounts(0, 0, 0), await Store.CountAsync(default));
    }

    [ConformanceFact]
    public async Task Message_claimed_by_many_at_once_goes_to_one()
    {
        var expected = new HashSet<MessageId>();
        for (var i = 0; i < 200; i++)
        {
            var message = await AcceptedAsync();
            await ReleaseAsync(message.Id, TimeSpan.Zero);
            expected.Add(message.Id);
        }

        var claimed = new ConcurrentBag<MessageId>();
        await InParallelAsync(async caller =>
        {
            var owner = await JoinedAsync(new Ownership("node-" + caller, 1));
            while (true)
            {
                var batch = await ClaimDueAsync(owner, limit: 3);
                if (batch.Length == 0)
                {
                    return;
                }

                foreach (var id in batch)
                {
                    claimed.Add(id);
                    Assert.Equal(WriteOutcome.Durable, await UpdateAsync(id, UpdateClosing.KeepClaim, owner: owner));
                }
            }
        });

        Assert.Equal(200, claimed.Count);
        Assert.Equal(expected, claimed.ToHashSet());
    }

    [ConformanceFact]
    public async Task One_message_claimed_by_id_at_once_goes_to_one()
    {
        for (var round = 0; round < 20; round++)
        {
            var message = await AcceptedAsync();
            await ReleaseAsync(message.Id, TimeSpan.Zero);
            var winners = 0;
            await InParallelAsync(async caller =>
            {
                if (await Store.ClaimAsync(await JoinedAsync(new Ownership("node-" + caller, 1)), message.Id, default) is not null)
                {
                    Interlocked.Increment(ref winners);
                }
            });

            Assert.Equal(1, winners);
        }
    }

    [ConformanceFact]
    public async Task Same_message_accepted_by_many_at_once_is_there_once()
    {
        var id = Mail.NextId();
        var messages = new NewMessage[Callers];
        for (var i = 0; i < Callers; i++)
        {
            messages[i] = await Mail.MessageAsync(Store, Node, id: id, body: RandomOctets(140_000, 1));
        }

        await InParallelAsync(async caller =>
        {
            Assert.Equal(WriteOutcome.Durable, await Store.AcceptAsync(messages[caller], default));
            await messages[caller].Body.DisposeAsync();
        });

        Assert.Equal(new StoreCounts(1, 1, 1), await Store.CountAsync(default));
        Assert.Equal(RandomOctets(140_000, 1), await BodyAsync((await ReadAsync(id)).Content));
    }

    [ConformanceFact]
    public async Task Readers_see_each_commit_whole()
    {
        // Both recipients always change in one update: a reader that sees them differ has seen half of one.
        var message = await AcceptedAsync(recipients: ["b@example.net", "c@example.net"]);
        var states = (await ReadAsync(message.Id)).Recipients;
        var next = 4;
        using var end = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!end.IsCancellationRequested)
            {
                var seen = await ReadAsync(message.Id);
                Assert.Equal(seen.Recipients[0].Attempts, seen.Recipients[1].Attempts);
                Assert.True(seen.NextSequence >= 4);
            }
        })).ToArray();

        for (var attempt = 1; attempt <= 150; attempt++)
        {
            var closing = attempt % 3 == 0 ? UpdateClosing.Release : UpdateClosing.KeepClaim;
            ImmutableArray<RecipientState> changed = [.. states.Select(s => s with { Attempts = attempt })];
            Assert.Equal(
                WriteOutcome.Durable,
                await UpdateAsync(message.Id, closing, changed, journal: [Mail.Entry(next++, new OperatorActed("try", "test"))]));
            if (closing == UpdateClosing.Release)
            {
                Assert.NotNull(await Store.ClaimAsync(Node, message.Id, default));
            }
        }

        await end.CancelAsync();
        await Task.WhenAll(readers);
    }

    private static Task InParallelAsync(Func<int, Task> body) => Task.WhenAll(Enumerable.Range(0, Callers).Select(i => Task.Run(() => body(i))));
}
