using Pipeline.Mail.Addressing;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;

namespace Pipeline.Storage.Tests.Conformance;

public abstract partial class MessageStoreConformance
{
    [ConformanceFact]
    public async Task Journal_of_an_unknown_message_is_empty()
    {
        Assert.Empty(await Store.ReadJournalAsync(Mail.NextId(), default));
    }

    [ConformanceFact]
    public async Task Recorded_events_are_read_back_in_the_order_of_their_sequence()
    {
        var id = Mail.NextId();
        await Store.RecordAsync(id, [Mail.Entry(0, new TransactionAborted("0")), Mail.Entry(1, new TransactionAborted("1"))], default);
        Time.Advance(TimeSpan.FromTicks(1));
        await Store.RecordAsync(id, [Mail.Entry(2, new TransactionAborted("2"))], default);
        await Store.RecordAsync(id, [], default);

        var journal = await Store.ReadJournalAsync(id, default);

        Assert.Equal([0, 1, 2], journal.Select(e => e.Sequence));
        Assert.Equal(["0", "1", "2"], journal.Select(e => ((TransactionAborted)e.Event).Reason));
        Assert.Equal(Now, journal[2].At);
    }

    [ConformanceFact]
    public async Task Record_can_be_repeated_but_not_contradicted()
    {
        var id = Mail.NextId();
        await Store.RecordAsync(id, [Mail.Entry(0, new TransactionAborted("RSET"))], default);

        Assert.Equal(WriteOutcome.Durable, await Store.RecordAsync(id, [Mail.Entry(0, new TransactionAborted("RSET"))], default));
        await Assert.ThrowsAsync<InvalidOperationException>(
            async () => await Store.RecordAsync(id, [Mail.Entry(0, new TransactionAborted("QUIT"))], default));

        Assert.Single(await Store.ReadJournalAsync(id, default));
    }

    [ConformanceFact]
    public async Task Record_refuses_a_gap()
    {
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.RecordAsync(
            Mail.NextId(), [Mail.Entry(0, new TransactionAborted("0")), Mail.Entry(2, new TransactionAborted("2"))], default));
    }

    [ConformanceFact]
    public async Task Refused_message_is_found_by_sender_and_by_refused_recipient()
    {
        var id = Mail.NextId();
        await Store.RecordAsync(
            id,
            [
                Mail.Entry(0, new TransactionStarted(new ClientFacts(null, 0, null, "h", "smtp", null, 0, null, null), "spammer@example.com", null, 1)),
                Mail.Entry(1, new RecipientRefused("victim@example.net", "550 no")),
                Mail.Entry(2, new MessageRefused("RCPT", "550 no", "no recipients")),
            ],
            default);

        Assert.Equal([id], await FindAsync(new JournalQuery("SPAMMER@", null, null, null)));
        Assert.Equal([id], await FindAsync(new JournalQuery(null, "victim", null, null)));
        Assert.Equal([id], await FindAsync(new JournalQuery("example.com", "example.net", null, null)));
        Assert.Empty(await FindAsync(new JournalQuery("victim", null, null, null)));
    }

    [ConformanceFact]
    public async Task Accepted_message_is_found_by_a_recipient_that_was_withdrawn_before()
    {
        var message = await Mail.MessageAsync(Store, Node);
        var withdrawn = Mail.Entry(2, new RecipientWithdrawn(1, "gone@example.net", "550 no"));
        await Store.AcceptAsync(message with { Journal = [.. message.Journal[..^1], withdrawn, message.Journal[^1] with { Sequence = 3 }] }, default);

        Assert.Equal([message.Id], await FindAsync(new JournalQuery(null, "gone@", null, null)));
    }

    [ConformanceFact]
    public async Task Refused_message_recorded_in_parts_is_found_by_all_its_parties()
    {
        var id = Mail.NextId();
        await Store.RecordAsync(
            id,
            [Mail.Entry(0, new TransactionStarted(new ClientFacts(null, 0, null, "h", "smtp", null, 0, null, null), "s@example.com", null, 1))],
            default);
        await Store.RecordAsync(id, [Mail.Entry(1, new RecipientRefused("r1@example.net", "550 no"))], default);
        await Store.RecordAsync(id, [Mail.Entry(2, new RecipientAccepted(0, "r2@example.net")), Mail.Entry(3, new TransactionAborted("x"))], default);

        Assert.Equal([id], await FindAsync(new JournalQuery("s@example.com", "r1@", null, null)));
        Assert.Equal([id], await FindAsync(new JournalQuery("s@example.com", "r2@", null, null)));
        Assert.Empty(await FindAsync(new JournalQuery("s@example.com", "r3@", null, null)));
    }

    [ConformanceFact]
    public async Task Message_is_found_while_queued_and_after_completion()
    {
        var message = await AcceptedAsync(sender: "Anna.Bäcker@example.org", recipients: ["one@example.net", "two@example.net"]);
        var query = new JournalQuery("bäcker@", "two@", null, null);

        Assert.Equal([message.Id], await FindAsync(query));
        await CompleteAsync(message.Id);
        Assert.Equal([message.Id], await FindAsync(query));
    }

    [ConformanceFact]
    public async Task Find_gives_the_newest_first_within_the_window_and_the_limit()
    {
        var start = Now;
        var ids = new List<MessageId>();
        for (var i = 0; i < 5; i++)
        {
            ids.Add((await AcceptedAsync()).Id);
            Time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal([ids[4], ids[3], ids[2], ids[1], ids[0]], await FindAsync(new JournalQuery(null, null, null, null)));
        Assert.Equal([ids[4], ids[3]], await FindAsync(new JournalQuery(null, null, null, null, Limit: 2)));
        Assert.Equal([ids[3], ids[2], ids[1]], await FindAsync(new JournalQuery(null, null, start.AddMinutes(1), start.AddMinutes(3))));
        Assert.Equal([ids[2]], await FindAsync(new JournalQuery(null, null, start.AddMinutes(2).AddTicks(-1), start.AddMinutes(3).AddTicks(-1))));
        Assert.Empty(await FindAsync(new JournalQuery(null, null, start.AddHours(1), null)));
    }

    [ConformanceTheory]
    [InlineData(UpdateClosing.KeepClaim)]
    [InlineData(UpdateClosing.Release)]
    public async Task Sender_that_an_operator_changed_is_the_sender_everywhere(UpdateClosing closing)
    {
        var message = await AcceptedAsync(sender: "old@example.org");
        var changed = (await ReadAsync(message.Id)).Recipients[0] with { Sender = new EnvelopeAddress("new", "example.com") };
        await UpdateAsync(message.Id, closing, [changed], journal: [Mail.Entry(message.Journal.Length, new SenderChanged("new@example.com", "root"))]);

        Assert.Equal("new@example.com", (await ReadAsync(message.Id)).Envelope.Sender.ToString());
        Assert.Equal("new@example.com", Assert.Single(await Store.ListAsync(new QueueQuery(Sender: "NEW@"), default)).Sender.ToString());
        Assert.Empty(await Store.ListAsync(new QueueQuery(Sender: "old@"), default));
    }

    [ConformanceFact]
    public async Task List_gives_the_oldest_first_with_sizes_and_current_states()
    {
        var old = await AcceptedAsync(sender: "old@example.org", body: new byte[1000]);
        Time.Advance(TimeSpan.FromSeconds(1));
        var young = await AcceptedAsync(sender: "young@example.org", recipients: ["b@example.net", "c@example.net"]);
        await ReleaseAsync(old.Id, TimeSpan.FromHours(1));
        var delivered = (await ReadAsync(young.Id)).Recipients[0] with { Status = RecipientStatus.Delivered };
        await UpdateAsync(young.Id, UpdateClosing.KeepClaim, [delivered], journal: [Mail.Entry(4, new OperatorActed("x", "y"))]);

        var list = await Store.ListAsync(new QueueQuery(), default);

        Assert.Equal([old.Id, young.Id], list.Select(m => m.Id));
        Assert.Equal(1000 + Mailbag.Header.Length, list[0].Size);
        Assert.Equal("old@example.org", list[0].Sender.ToString());
        Assert.Equal(old.ReceivedAt, list[0].ReceivedAt);
        Assert.Equal([false, true], list.Select(m => m.Claimed));
        Assert.Equal(Now.AddHours(1), list[0].Recipients[0].DueAt);
        Assert.Equal([RecipientStatus.Delivered, RecipientStatus.Queued], list[1].Recipients.Select(r => r.Status));
    }

    [ConformanceTheory]
    [InlineData(null, null, 10, "0,1,2")]
    [InlineData("ANNA", null, 10, "0,2")]
    [InlineData(null, "two@", 10, "1,2")]
    [InlineData("anna", "two@", 10, "2")]
    [InlineData("nobody", null, 10, "")]
    [InlineData(null, null, 2, "0,1")]
    [InlineData(null, null, 0, "")]
    public async Task List_is_restricted_by_sender_recipient_and_limit(string? sender, string? recipient, int limit, string expected)
    {
        MessageId[] ids =
        [
            (await AcceptedAsync(sender: "anna@example.org", recipients: ["one@example.net"])).Id,
            (await AcceptedAsync(sender: "bert@example.org", recipients: ["one@example.net", "two@example.net"])).Id,
            (await AcceptedAsync(sender: "anna@example.org", recipients: ["two@example.net"])).Id,
        ];

        var list = await Store.ListAsync(new QueueQuery(limit, sender, recipient), default);

        Assert.Equal(expected, string.Join(',', list.Select(m => Array.IndexOf(ids, m.Id))));
    }

    [ConformanceFact]
    public async Task Counts_follow_what_happens()
    {
        var first = await AcceptedAsync(recipients: ["b@example.net", "c@example.net"]);
        var second = await AcceptedAsync();
        Assert.Equal(new StoreCounts(2, 3, 2), await Store.CountAsync(default));

        await ReleaseAsync(second.Id, TimeSpan.Zero);
        Assert.Equal(new StoreCounts(2, 3, 1), await Store.CountAsync(default));

        var delivered = (await ReadAsync(first.Id)).Recipients[1] with { Status = RecipientStatus.Delivered };
        await UpdateAsync(first.Id, UpdateClosing.KeepClaim, [delivered], journal: [Mail.Entry(4, new OperatorActed("x", "y"))]);
        Assert.Equal(new StoreCounts(2, 2, 1), await Store.CountAsync(default));

        await CompleteAsync(first.Id);
        Assert.Equal(new StoreCounts(1, 1, 0), await Store.CountAsync(default));
    }

    [ConformanceFact]
    public async Task Hints_are_listed_in_the_order_of_their_octets_in_pages()
    {
        foreach (var key in (string[])["callout/b", "T:mx", "callout/Z", "callout/ä", "callout/a", "d"])
        {
            Assert.Equal(WriteOutcome.Durable, await Store.PutHintAsync(key, [1, 0, (byte)key.Length], default));
        }

        Assert.Equal(["callout/Z", "callout/a"], (await Store.ListHintsAsync("callout/", 2, default)).Select(hint => hint.Key));
        var rest = await Store.ListHintsAsync("callout/a", 10, default);
        Assert.Equal(["callout/b", "callout/ä", "d"], rest.Select(hint => hint.Key));
        Assert.Equal([1, 0, 9], rest[0].Value);
        Assert.Equal([1, 0, 9], await Store.GetHintAsync("callout/b", default));
        await Store.PutHintAsync("callout/b", null, default);
        Assert.Null(await Store.GetHintAsync("callout/b", default));
        Assert.Empty(await Store.ListHintsAsync("d", 10, default));
    }

    [ConformanceFact]
    public async Task Hint_is_changed_by_what_it_is()
    {
        Assert.Equal(WriteOutcome.Durable, await Store.ChangeHintAsync("ratelimit/a", static value => value is null ? [1] : [9], default));
        Assert.Equal(WriteOutcome.Durable, await Store.ChangeHintAsync("ratelimit/a", static value => [.. value!, 2], default));
        Assert.Equal(WriteOutcome.Durable, await Store.ChangeHintAsync("ratelimit/a", static value => value, default));
        Assert.Equal([1, 2], await Store.GetHintAsync("ratelimit/a", default));
        await ReopenAsync();
        Assert.Equal([1, 2], await Store.GetHintAsync("ratelimit/a", default));
        Assert.Equal(WriteOutcome.Durable, await Store.ChangeHintAsync("ratelimit/a", static _ => null, default));
        Assert.Equal(WriteOutcome.Durable, await Store.ChangeHintAsync("ratelimit/a", static value => value, default));
        Assert.Null(await Store.GetHintAsync("ratelimit/a", default));
    }

    [ConformanceFact]
    public async Task Changes_of_a_hint_at_the_same_time_are_made_one_after_the_other()
    {
        var changes = Enumerable.Range(0, 400).Select(i => Store.ChangeHintAsync($"count/{i % 3}", Add, default).AsTask());
        Assert.All(await Task.WhenAll(changes), outcome => Assert.Equal(WriteOutcome.Durable, outcome));
        Assert.Equal([134, 133, 133], (await Store.ListHintsAsync("count/", 3, default)).Select(hint => BitConverter.ToInt32(hint.Value)));

        static byte[] Add(byte[]? value) => BitConverter.GetBytes((value is null ? 0 : BitConverter.ToInt32(value)) + 1);
    }

    [ConformanceFact]
    public async Task Change_of_a_hint_that_throws_is_its_callers_bug_and_nobody_elses()
    {
        var wrong = Store.ChangeHintAsync("a", static _ => throw new NotSupportedException("bug"), default).AsTask();
        var right = Store.ChangeHintAsync("b", static _ => [1], default).AsTask();
        await Assert.ThrowsAsync<NotSupportedException>(() => wrong);
        Assert.Equal(WriteOutcome.Durable, await right);
        Assert.Equal([1], await Store.GetHintAsync("b", default));
    }

    [ConformanceFact]
    public async Task Retry_hint_is_kept_replaced_and_forgotten()
    {
        var hint = new RetryHint(Now, Now.AddMinutes(1), Now.AddMinutes(16).AddTicks(1), TimeSpan.FromMinutes(15), "timed öut");
        Assert.Null(await Store.GetRetryHintAsync("T:mx.example.net", default));

        Assert.Equal(WriteOutcome.Durable, await Store.PutRetryHintAsync("T:mx.example.net", hint, default));
        Assert.Equal(hint, await Store.GetRetryHintAsync("T:mx.example.net", default));
        Assert.Null(await Store.GetRetryHintAsync("t:mx.example.net", default));

        await Store.PutRetryHintAsync("T:mx.example.net", hint with { Reason = "refused" }, default);
        await ReopenAsync();
        Assert.Equal(hint with { Reason = "refused" }, await Store.GetRetryHintAsync("T:mx.example.net", default));

        await Store.PutRetryHintAsync("T:mx.example.net", null, default);
        Assert.Null(await Store.GetRetryHintAsync("T:mx.example.net", default));
        Assert.Equal(WriteOutcome.Durable, await Store.PutRetryHintAsync("T:mx.example.net", null, default));
    }

    [ConformanceFact]
    public async Task Purge_deletes_journals_that_ended_before_the_time_and_no_others()
    {
        var completed = await AcceptedAsync();
        await CompleteAsync(completed.Id);
        var refused = Mail.NextId();
        await Store.RecordAsync(refused, [Mail.Entry(0, new MessageRefused("DATA", "550", "spam"))], default);
        var queued = await AcceptedAsync();
        Time.Advance(TimeSpan.FromDays(1));
        var young = await AcceptedAsync();
        await CompleteAsync(young.Id);

        Assert.Equal(0, await Store.PurgeAsync(Now.AddDays(-1), 100, default));
        Assert.Equal(2, await Store.PurgeAsync(Now, 100, default));
        Assert.Equal(0, await Store.PurgeAsync(Now, 100, default));

        Assert.Empty(await Store.ReadJournalAsync(completed.Id, default));
        Assert.Empty(await Store.ReadJournalAsync(refused, default));
        Assert.NotEmpty(await Store.ReadJournalAsync(queued.Id, default));
        Assert.NotEmpty(await Store.ReadJournalAsync(young.Id, default));
        Assert.Equal(2, (await FindAsync(new JournalQuery(null, null, null, null))).Length);
    }

    [ConformanceFact]
    public async Task Purge_spares_a_queued_message_that_has_recorded_events_and_one_that_lived_on()
    {
        var queued = Mail.NextId();
        await Store.RecordAsync(queued, [Mail.Entry(0, new RecipientRefused("x@y", "550"))], default);
        var message = await Mail.MessageAsync(Store, Node, id: queued, firstSequence: 1);
        await Store.AcceptAsync(message, default);
        await message.Body.DisposeAsync();
        var living = await AcceptedAsync();
        await CompleteAsync(living.Id);
        Time.Advance(TimeSpan.FromDays(1));
        await Store.RecordAsync(living.Id, [Mail.Entry(4, new OperatorActed("copy", "root"))], default);

        Assert.Equal(0, await Store.PurgeAsync(Now, 100, default));

        Assert.Equal(4, (await Store.ReadJournalAsync(queued, default)).Length);
        Assert.Equal(5, (await Store.ReadJournalAsync(living.Id, default)).Length);
    }

    [ConformanceFact]
    public async Task Purge_stops_at_its_limit()
    {
        for (var i = 0; i < 250; i++)
        {
            await Store.RecordAsync(Mail.NextId(), [Mail.Entry(0, new TransactionAborted("x"))], default);
        }

        Assert.Equal(0, await Store.PurgeAsync(Now.AddDays(1), 0, default));
        Assert.Equal(120, await Store.PurgeAsync(Now.AddDays(1), 120, default));
        Assert.Equal(130, await Store.PurgeAsync(Now.AddDays(1), 1000, default));
    }

    [ConformanceFact]
    public async Task Journal_is_as_it_was_written_after_reopening()
    {
        var message = await AcceptedAsync();
        await UpdateAsync(message.Id, UpdateClosing.KeepClaim, journal: [Mail.Entry(3, new RecipientRouted(0, "r", "t", ["mx1", "mx2"]))]);

        await ReopenAsync();

        var journal = await Store.ReadJournalAsync(message.Id, default);
        Assert.Equal(message.Journal.AsEnumerable(), journal.Take(3));
        Assert.Equal(["mx1", "mx2"], Assert.IsType<RecipientRouted>(journal[3].Event).Hosts.AsEnumerable());
    }
}
