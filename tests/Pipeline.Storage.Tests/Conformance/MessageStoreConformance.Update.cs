using System.Collections.Immutable;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;

namespace Pipeline.Storage.Tests.Conformance;

public abstract partial class MessageStoreConformance
{
    [ConformanceTheory]
    [InlineData(UpdateClosing.KeepClaim)]
    [InlineData(UpdateClosing.Release)]
    public async Task Update_changes_the_named_recipients_and_no_other(UpdateClosing closing)
    {
        var message = await AcceptedAsync(recipients: ["b@example.net", "c@example.net", "d@example.net"]);
        var before = (await ReadAsync(message.Id)).Recipients;
        var changed = before[1] with
        {
            Status = RecipientStatus.Queued,
            DueAt = Now.AddMinutes(5),
            Attempts = 3,
            AttemptOpen = true,
            FirstFailedAt = Now.AddTicks(-17),
            LastReason = "später",
        };

        Assert.Equal(
            WriteOutcome.Durable,
            await UpdateAsync(message.Id, closing, [changed], journal: [Mail.Entry(message.Journal.Length, new AttemptStarted(1, 3, "smtp", null))]));

        var after = await ReadAsync(message.Id);
        Assert.Equal([before[0], changed, before[2]], after.Recipients.AsEnumerable());
        Assert.Equal(message.Journal.Length + 1, after.NextSequence);
    }

    [ConformanceFact]
    public async Task Update_without_events_changes_recipients()
    {
        var message = await AcceptedAsync();
        var changed = (await ReadAsync(message.Id)).Recipients[0] with { Status = RecipientStatus.Removed };

        Assert.Equal(WriteOutcome.Durable, await UpdateAsync(message.Id, UpdateClosing.KeepClaim, [changed]));

        Assert.Equal([changed], (await ReadAsync(message.Id)).Recipients.AsEnumerable());
        Assert.Equal(new StoreCounts(1, 0, 1), await Store.CountAsync(default));
    }

    [ConformanceFact]
    public async Task Update_of_nothing_tells_whether_the_claim_still_holds()
    {
        var message = await AcceptedAsync();

        Assert.Equal(WriteOutcome.Durable, await UpdateAsync(message.Id, UpdateClosing.KeepClaim));
        Assert.Equal(WriteOutcome.Fenced, await UpdateAsync(message.Id, UpdateClosing.KeepClaim, owner: NextLife));
        Assert.Equal(WriteOutcome.Fenced, await UpdateAsync(Mail.NextId(), UpdateClosing.KeepClaim));
    }

    [ConformanceFact]
    public async Task Children_of_a_redirection_stand_after_their_parent()
    {
        var message = await AcceptedAsync(recipients: ["list@example.net"]);
        var parent = (await ReadAsync(message.Id)).Recipients[0] with { Status = RecipientStatus.Redirected };
        var children = Enumerable.Range(1, 3)
            .Select(i => new RecipientState(i, new EnvelopeAddress("child" + i, "example.net"), RecipientStatus.Queued, Now, Parent: 0))
            .ToArray();

        // Out of order, and in two commits.
        await UpdateAsync(message.Id, UpdateClosing.KeepClaim, [parent, children[2], children[0]], journal: [Mail.Entry(3, new RecipientRedirected(0, "r", []))]);
        await UpdateAsync(message.Id, UpdateClosing.Release, [children[1]]);

        Assert.Equal([parent, .. children], (await ReadAsync(message.Id)).Recipients.AsEnumerable());
        Assert.Equal(new StoreCounts(1, 3, 0), await Store.CountAsync(default));
    }

    [ConformanceFact]
    public async Task Message_with_many_recipients_is_updated_one_by_one()
    {
        var message = await AcceptedAsync(recipients: [.. Enumerable.Range(0, 500).Select(i => $"user{i}@example.net")]);
        var states = (await ReadAsync(message.Id)).Recipients;
        var next = message.Journal.Length;
        foreach (var state in states.Where(s => s.Index % 7 == 0))
        {
            await UpdateAsync(
                message.Id,
                UpdateClosing.KeepClaim,
                [state with { Status = RecipientStatus.Delivered }],
                journal: [Mail.Entry(next++, new RecipientDelivered(state.Index, "t", null, null, null, ""))]);
        }

        Assert.Equal(500 - 72, (await Store.CountAsync(default)).QueuedRecipients);
        await ReleaseAsync(message.Id, TimeSpan.Zero);
        Assert.Equal(500 - 72, (await Store.CountAsync(default)).QueuedRecipients);
        Assert.Equal(72, (await ReadAsync(message.Id)).Recipients.Count(r => r.Status == RecipientStatus.Delivered));
    }

    [ConformanceFact]
    public async Task Completed_message_leaves_the_queue_and_keeps_its_journal()
    {
        var message = await AcceptedAsync(body: RandomOctets(200_000, 1));

        await CompleteAsync(message.Id);

        Assert.Null(await Store.ReadAsync(message.Id, default));
        Assert.Equal(new StoreCounts(0, 0, 0), await Store.CountAsync(default));
        Assert.Empty(await Store.ListAsync(new QueueQuery(), default));
        var journal = await Store.ReadJournalAsync(message.Id, default);
        Assert.Equal([.. message.Journal.Select(e => e.Sequence), 3], journal.Select(e => e.Sequence));
        Assert.IsType<MessageCompleted>(journal[^1].Event);
        Assert.Equal(WriteOutcome.Fenced, await UpdateAsync(message.Id, UpdateClosing.KeepClaim, journal: [Mail.Entry(4, new OperatorActed("x", "y"))]));
    }

    [ConformanceTheory]
    [InlineData(UpdateClosing.KeepClaim)]
    [InlineData(UpdateClosing.Release)]
    [InlineData(UpdateClosing.Complete)]
    public async Task Write_of_a_replaced_owner_changes_nothing(UpdateClosing closing)
    {
        var message = await AcceptedAsync(owner: Node);
        await Store.RecoverAsync(NextLife, default);
        Assert.Equal([message.Id], await ClaimDueAsync(NextLife));
        var before = await ReadAsync(message.Id);
        var notification = await Mail.MessageAsync(Store, Node, sender: "", recipients: ["a@example.org"]);

        var outcome = await UpdateAsync(
            message.Id,
            closing,
            [before.Recipients[0] with { Status = RecipientStatus.Delivered }],
            owner: Node,
            journal: [Mail.Entry(3, new MessageCompleted())],
            notifications: [notification]);

        Assert.Equal(WriteOutcome.Fenced, outcome);
        var after = await ReadAsync(message.Id);
        Assert.Equal(before.Recipients.AsEnumerable(), after.Recipients);
        Assert.Equal(3, after.NextSequence);
        Assert.Null(await Store.ReadAsync(notification.Id, default));
        Assert.Equal(WriteOutcome.Durable, await UpdateAsync(message.Id, UpdateClosing.KeepClaim, owner: NextLife));
        await notification.Body.DisposeAsync();
    }

    [ConformanceFact]
    public async Task Write_to_a_released_message_is_fenced()
    {
        var message = await AcceptedAsync();
        await ReleaseAsync(message.Id, TimeSpan.Zero);

        Assert.Equal(WriteOutcome.Fenced, await UpdateAsync(message.Id, UpdateClosing.KeepClaim, journal: [Mail.Entry(3, new MessageCompleted())]));
        Assert.Equal(WriteOutcome.Fenced, await UpdateAsync(message.Id, UpdateClosing.Complete, journal: [Mail.Entry(3, new MessageCompleted())]));
    }

    [ConformanceTheory]
    [InlineData(UpdateClosing.KeepClaim)]
    [InlineData(UpdateClosing.Release)]
    [InlineData(UpdateClosing.Complete)]
    public async Task Update_whose_answer_was_lost_can_be_repeated(UpdateClosing closing)
    {
        var message = await AcceptedAsync();
        ImmutableArray<JournalEntry> journal = [Mail.Entry(3, new OperatorActed("x", "y"))];
        var notification = await Mail.MessageAsync(Store, Node, sender: "");

        for (var time = 0; time < 2; time++)
        {
            Assert.Equal(WriteOutcome.Durable, await UpdateAsync(message.Id, closing, journal: journal, notifications: [notification]));
        }

        Assert.Equal(4, (await Store.ReadJournalAsync(message.Id, default)).Length);
        Assert.NotNull(await Store.ReadAsync(notification.Id, default));
        await notification.Body.DisposeAsync();
    }

    [ConformanceTheory]
    [InlineData(UpdateClosing.KeepClaim)]
    [InlineData(UpdateClosing.Release)]
    [InlineData(UpdateClosing.Complete)]
    public async Task Update_that_numbers_another_event_as_one_in_the_journal_is_a_bug(UpdateClosing closing)
    {
        var message = await AcceptedAsync();
        await UpdateAsync(message.Id, UpdateClosing.KeepClaim, journal: [Mail.Entry(3, new OperatorActed("x", "y"))]);

        await Assert.ThrowsAsync<InvalidOperationException>(
            async () => await UpdateAsync(message.Id, closing, journal: [Mail.Entry(3, new OperatorActed("other", "y"))]));

        Assert.Equal(4, (await Store.ReadJournalAsync(message.Id, default)).Length);
        Assert.Equal(WriteOutcome.Durable, await UpdateAsync(message.Id, UpdateClosing.KeepClaim));
    }

    [ConformanceTheory]
    [InlineData(100)]
    [InlineData(200_000)]
    public async Task Notifications_enter_the_queue_with_the_outcome_they_tell_of(int size)
    {
        var message = await AcceptedAsync();
        var failure = await Mail.MessageAsync(Store, Node, sender: "", recipients: ["a@example.org"], body: RandomOctets(size, 1));
        var delay = await Mail.MessageAsync(Store, await JoinedAsync(OtherNode), sender: "", recipients: ["postmaster@example.org"]);

        var outcome = await UpdateAsync(
            message.Id,
            UpdateClosing.Complete,
            journal: [Mail.Entry(3, new NotificationSent("failure", failure.Id.ToString(), "a@example.org"))],
            notifications: [failure, delay]);

        Assert.Equal(WriteOutcome.Durable, outcome);
        await failure.Body.DisposeAsync();
        await delay.Body.DisposeAsync();
        Assert.Equal(new StoreCounts(2, 2, 2), await Store.CountAsync(default));
        var stored = await ReadAsync(failure.Id);
        Assert.True(stored.Envelope.Sender.IsNull);
        Assert.Equal(RandomOctets(size, 1), await BodyAsync(stored.Content));
        Assert.Equal(failure.Journal.Length, (await Store.ReadJournalAsync(failure.Id, default)).Length);
        Assert.Equal(WriteOutcome.Durable, await UpdateAsync(delay.Id, UpdateClosing.Release, owner: OtherNode));
    }

    [ConformanceFact]
    public async Task Notification_that_contradicts_the_contract_takes_nothing_with_it()
    {
        var message = await AcceptedAsync();
        var good = await Mail.MessageAsync(Store, Node, sender: "");
        var bad = await Mail.MessageAsync(Store, Node, sender: "");

        await Assert.ThrowsAsync<ArgumentException>(async () => await UpdateAsync(
            message.Id, UpdateClosing.Complete, journal: [Mail.Entry(3, new MessageCompleted())], notifications: [good, bad with { Journal = [] }]));

        Assert.Equal(new StoreCounts(1, 1, 1), await Store.CountAsync(default));
        await CompleteAsync(message.Id);
        Assert.Equal(WriteOutcome.Durable, await Store.AcceptAsync(good, default));
        await good.Body.DisposeAsync();
        await bad.Body.DisposeAsync();
    }
}
