using System.Collections.Immutable;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;

namespace Pipeline.Storage.Tests.Conformance;

public abstract partial class MessageStoreConformance
{
    /// <summary>Random histories: after each step the store agrees with a model of it, and the fold of the journal with the stored states.</summary>
    [ConformanceTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Store_agrees_with_its_model_and_states_are_the_fold_of_the_journal(int seed)
    {
        var random = new Random(seed);
        var model = new Dictionary<MessageId, ModelMessage>();
        var ended = new Dictionary<MessageId, int>();
        var owner = await JoinedAsync(new Ownership("node-m", 1));
        for (var step = 0; step < 250; step++)
        {
            Time.Advance(TimeSpan.FromSeconds(random.Next(5)));
            switch (random.Next(12))
            {
                case 0 or 1 or 2:
                    await AcceptRandomAsync();
                    break;
                case 3:
                    foreach (var claimed in await Store.ClaimDueAsync(owner, Now, random.Next(1, 4), default))
                    {
                        Assert.True(model[claimed.Id].IsDue(Now));
                        Assert.Equal(model[claimed.Id].Next, claimed.NextSequence);
                        model[claimed.Id].Owner = owner;
                    }

                    break;
                case 4 when random.Next(4) == 0:
                    owner = await JoinedAsync(owner with { Epoch = owner.Epoch + 1 });
                    await ReopenAsync();
                    var report = await Store.RecoverAsync(owner, default);
                    Assert.Equal(model.Values.Count(m => m.Owner is not null), report.Messages);
                    Assert.Equal(model.Values.Where(m => m.Owner is not null).Sum(m => m.OpenAttempts), report.OpenAttempts);
                    foreach (var message in model.Values)
                    {
                        message.Owner = null;
                    }

                    break;
                default:
                    if (model.Values.Where(m => m.Owner is not null).OrderBy(m => m.Id).ToArray() is { Length: > 0 } held)
                    {
                        await StepAsync(held[random.Next(held.Length)]);
                    }

                    break;
            }

            await AssertCountsAsync();
        }

        foreach (var message in model.Values)
        {
            await AssertStateAsync(message);
        }

        foreach (var (id, events) in ended)
        {
            Assert.Null(await Store.ReadAsync(id, default));
            Assert.Equal(Enumerable.Range(0, events), (await Store.ReadJournalAsync(id, default)).Select(e => e.Sequence));
        }

        async Task AcceptRandomAsync()
        {
            var recipients = Enumerable.Range(0, random.Next(1, 4)).Select(i => $"r{i}@example.net").ToArray();
            var message = await AcceptedAsync(owner, recipients: recipients, body: RandomOctets(random.Next(3) * 70_000, step: 0));
            model[message.Id] = new ModelMessage(message.Id, owner, message.Journal.Length, recipients, Now);
        }

        async Task StepAsync(ModelMessage message)
        {
            // A write of an earlier life must never get through.
            if (owner.Epoch > 1)
            {
                Assert.Equal(
                    WriteOutcome.Fenced,
                    await UpdateAsync(message.Id, UpdateClosing.Complete, owner: owner with { Epoch = owner.Epoch - 1 }));
            }

            var (entries, states) = message.RandomEvents(random, Mail.Entry, Now);
            var closing = message.Queued == 0 ? UpdateClosing.Complete : (UpdateClosing)random.Next(2);
            if (closing == UpdateClosing.Complete)
            {
                entries = entries.Add(Mail.Entry(message.Next++, new MessageCompleted()));
            }

            Assert.Equal(WriteOutcome.Durable, await UpdateAsync(message.Id, closing, states, owner, entries));
            switch (closing)
            {
                case UpdateClosing.Complete:
                    model.Remove(message.Id);
                    ended[message.Id] = message.Next;
                    break;
                case UpdateClosing.Release:
                    message.Owner = null;
                    await AssertStateAsync(message);
                    break;
                default:
                    await AssertStateAsync(message);
                    break;
            }
        }

        async Task AssertCountsAsync() => Assert.Equal(
            new StoreCounts(model.Count, model.Values.Sum(m => m.Queued), model.Values.Count(m => m.Owner is not null)),
            await Store.CountAsync(default));

        async Task AssertStateAsync(ModelMessage message)
        {
            var stored = await ReadAsync(message.Id);
            var journal = await Store.ReadJournalAsync(message.Id, default);
            Assert.Equal(message.States, stored.Recipients.AsEnumerable());
            Assert.Equal(Enumerable.Range(0, message.Next), journal.Select(e => e.Sequence));
            Assert.Equal(message.Next, stored.NextSequence);
            Assert.Equal(FoldOf(journal), stored.Recipients.Select(r => (r.Index, r.Status)));
        }

        static byte[] RandomOctets(int count, int step) => MessageStoreConformance.RandomOctets(count, step);
    }

    private static IEnumerable<(int Index, RecipientStatus Status)> FoldOf(ImmutableArray<JournalEntry> journal)
    {
        var fold = new SortedDictionary<int, RecipientStatus>();
        foreach (var entry in journal)
        {
            switch (entry.Event)
            {
                case RecipientAccepted e:
                    fold[e.Recipient] = RecipientStatus.Queued;
                    break;
                case RecipientDelivered e:
                    fold[e.Recipient] = RecipientStatus.Delivered;
                    break;
                case RecipientFailed e:
                    fold[e.Recipient] = RecipientStatus.Failed;
                    break;
                case RecipientRedirected e:
                    fold[e.Recipient] = RecipientStatus.Redirected;
                    foreach (var child in e.Children)
                    {
                        fold[child.Index] = RecipientStatus.Queued;
                    }

                    break;
                default:
                    break;
            }
        }

        return fold.Select(p => (p.Key, p.Value));
    }

    /// <summary>What the store should know of a message.</summary>
    private sealed class ModelMessage(MessageId id, Ownership owner, int next, string[] recipients, DateTimeOffset now)
    {
        public MessageId Id => id;

        public Ownership? Owner { get; set; } = owner;

        public int Next { get; set; } = next;

        public List<RecipientState> States { get; } =
        [
            .. recipients.Select((r, i) => new RecipientState(
                i, Mailbag.Address(r), RecipientStatus.Queued, now, Notify: DsnNotify.Failure, OriginalRecipient: "rfc822;" + i)),
        ];

        public int Queued => States.Count(s => s.Status == RecipientStatus.Queued);

        public int OpenAttempts => States.Count(s => s.Status == RecipientStatus.Queued && s.AttemptOpen);

        public bool IsDue(DateTimeOffset at) => Owner is null && (Queued == 0 || States.Where(s => s.Status == RecipientStatus.Queued).Min(s => s.DueAt) <= at);

        public (ImmutableArray<JournalEntry> Entries, ImmutableArray<RecipientState> Changed) RandomEvents(
            Random random, Func<int, JournalEvent, JournalEntry> entry, DateTimeOffset at)
        {
            var entries = ImmutableArray.CreateBuilder<JournalEntry>();
            var changed = new Dictionary<int, RecipientState>();
            foreach (var state in States.Where(s => s.Status == RecipientStatus.Queued && random.Next(2) == 0).ToArray())
            {
                var (journalEvent, now) = RandomEvent(random, state, at);
                entries.Add(entry(Next++, journalEvent));
                Put(now);
                if (journalEvent is RecipientRedirected redirected)
                {
                    foreach (var child in redirected.Children)
                    {
                        Put(new RecipientState(child.Index, Mailbag.Address(child.Address), RecipientStatus.Queued, at, Parent: state.Index));
                    }
                }
            }

            return (entries.ToImmutable(), [.. changed.Values]);

            void Put(RecipientState state)
            {
                changed[state.Index] = state;
                if (state.Index < States.Count)
                {
                    States[state.Index] = state;
                }
                else
                {
                    States.Add(state);
                }
            }
        }

        private (JournalEvent Event, RecipientState Now) RandomEvent(Random random, RecipientState state, DateTimeOffset at) => random.Next(6) switch
        {
            0 => (new RecipientDelivered(state.Index, "smtp", null, null, null, "ok"), state with { Status = RecipientStatus.Delivered, AttemptOpen = false }),
            1 => (new RecipientFailed(state.Index, "no", null, null, null, 0, null, null), state with { Status = RecipientStatus.Failed, LastReason = "no" }),
            2 when States.Count < 8 => (
                new RecipientRedirected(state.Index, "aliases", [new ChildRecipient(States.Count, $"child{States.Count}@example.net")]),
                state with { Status = RecipientStatus.Redirected }),
            3 => (
                new RecipientDeferred(state.Index, "timeout", "later", null, null, at.AddSeconds(3)),
                state with { DueAt = at.AddSeconds(random.Next(1, 20)), AttemptOpen = false, FirstFailedAt = state.FirstFailedAt ?? at, LastReason = "later" }),
            _ => (new AttemptStarted(state.Index, state.Attempts + 1, "smtp", null), state with { Attempts = state.Attempts + 1, AttemptOpen = true }),
        };
    }
}
