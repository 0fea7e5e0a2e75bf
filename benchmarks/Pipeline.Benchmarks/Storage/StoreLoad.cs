using System.Collections.Immutable;
using System.Diagnostics;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;

namespace Pipeline.Benchmarks.Storage;

/// <summary>Takes messages through a store, as many at a time as there are senders; the time of each acceptance in milliseconds.</summary>
internal sealed class StoreLoad(IMessageStore store, Ownership owner)
{
    private const int ClaimSize = 100;

    private static readonly byte[] Header = "Received: from client.example (client.example [192.0.2.1])\r\nSubject: measured\r\n"u8.ToArray();

    private readonly MessageIdSource _ids = new(TimeProvider.System);

    public Task<List<double>> AcceptAsync(int senders, int messages, int size) => InParallelAsync(senders, messages, size, release: true, static (_, _) => Task.CompletedTask);

    /// <summary>Accepted, an attempt begun, completed: the way of a message that is delivered at once.</summary>
    public Task<List<double>> LifeAsync(int senders, int messages, int size) => InParallelAsync(senders, messages, size, release: false, (id, next) => DeliverAsync(id, next));

    /// <summary>Accepted in nobody's hands; then claimed, an attempt begun, completed, as in a cluster of receivers and deliverers.</summary>
    public async Task<List<double>> ClaimedLifeAsync(int senders, int messages, int size)
    {
        var delivering = DeliverClaimedAsync(messages);
        var times = await InParallelAsync(senders, messages, size, release: true, static (_, _) => Task.CompletedTask);
        await delivering;
        return times;
    }

    /// <summary>Completes everything that is due.</summary>
    public async Task EmptyAsync() => await DeliverClaimedAsync((int)(await store.CountAsync(default)).Queued);

    private async Task DeliverClaimedAsync(int messages)
    {
        for (var done = 0; done < messages;)
        {
            var claimed = await store.ClaimDueAsync(owner, DateTimeOffset.UtcNow, ClaimSize, default);
            done += claimed.Length;
            await Task.WhenAll(claimed.Select(m => DeliverAsync(m.Id, m.NextSequence)));
        }
    }

    private async Task DeliverAsync(MessageId id, int next)
    {
        await UpdateAsync(id, UpdateClosing.KeepClaim, new JournalEntry(next, DateTimeOffset.UtcNow, new AttemptStarted(0, 1, "smtp", null)));
        await UpdateAsync(
            id,
            UpdateClosing.Complete,
            new JournalEntry(next + 1, DateTimeOffset.UtcNow, new RecipientDelivered(0, "smtp", "192.0.2.9", null, null, "250 ok")),
            new JournalEntry(next + 2, DateTimeOffset.UtcNow, new MessageCompleted()));
    }

    private async Task UpdateAsync(MessageId id, UpdateClosing closing, params ImmutableArray<JournalEntry> journal)
    {
        var outcome = await store.UpdateAsync(new MessageUpdate { Id = id, Owner = owner, Closing = closing, Journal = journal }, default);
        Require(outcome);
    }

    private async Task<List<double>> InParallelAsync(int senders, int messages, int size, bool release, Func<MessageId, int, Task> then)
    {
        var octets = new byte[size];
        var left = messages;
        var times = await Task.WhenAll(Enumerable.Range(0, senders).Select(_ => Task.Run(async () =>
        {
            var mine = new List<double>();
            while (Interlocked.Decrement(ref left) >= 0)
            {
                var started = Stopwatch.GetTimestamp();
                var (id, next) = await AcceptOneAsync(octets, release);
                mine.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                await then(id, next);
            }

            return mine;
        })));
        return [.. times.SelectMany(static t => t)];
    }

    private async Task<(MessageId Id, int Next)> AcceptOneAsync(byte[] octets, bool release)
    {
        var (id, now) = (_ids.Next(), DateTimeOffset.UtcNow);
        await using var body = store.CreateBody(id);
        await body.WriteAsync(octets, default);
        await body.CompleteAsync(default);
        var outcome = await store.AcceptAsync(
            new NewMessage
            {
                Id = id,
                Owner = owner,
                ReceivedAt = now,
                Envelope = new Envelope
                {
                    Sender = new EnvelopeAddress("sender", "example.org"),
                    Recipients = [new EnvelopeRecipient(0, new EnvelopeAddress("someone", "example.net"), DsnNotify.None, null)],
                },
                HeaderBlock = Header,
                Body = body,
                Policy = 1,
                Properties = ImmutableDictionary<string, string>.Empty,
                Journal =
                [
                    new JournalEntry(0, now, new TransactionStarted(new ClientFacts("192.0.2.1", 25, null, "helo", "esmtp", null, 25, null, null), "sender@example.org", null, 1)),
                    new JournalEntry(1, now, new RecipientAccepted(0, "someone@example.net")),
                    new JournalEntry(2, now, new MessageAccepted(octets.Length, 1)),
                ],
                Release = release,
            },
            default);
        Require(outcome);
        return (id, 3);
    }

    private static void Require(WriteOutcome outcome)
    {
        if (outcome != WriteOutcome.Durable)
        {
            throw new InvalidOperationException($"the store answered {outcome}");
        }
    }
}
