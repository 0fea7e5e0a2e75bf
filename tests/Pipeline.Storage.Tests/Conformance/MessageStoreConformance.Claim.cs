using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;

namespace Pipeline.Storage.Tests.Conformance;

public abstract partial class MessageStoreConformance
{
    [ConformanceFact]
    public async Task Claim_gives_the_longest_due_first_up_to_the_limit()
    {
        var ids = new List<MessageId>();
        foreach (var minutes in new[] { 3, 1, 2, 60 })
        {
            var message = await AcceptedAsync();
            await ReleaseAsync(message.Id, TimeSpan.FromMinutes(minutes));
            ids.Add(message.Id);
        }

        Assert.Equal(Now.AddMinutes(1), await Store.NextDueAsync(default));
        Assert.Empty(await ClaimDueAsync(Node));

        Time.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal([ids[1], ids[2]], await ClaimDueAsync(Node, limit: 2));
        Assert.Equal(Now, await Store.NextDueAsync(default));
        Assert.Equal([ids[0]], await ClaimDueAsync(Node, limit: 2));
        Assert.Empty(await ClaimDueAsync(Node));
        Assert.Equal(Now.AddMinutes(57), await Store.NextDueAsync(default));
    }

    [ConformanceTheory]
    [InlineData(-1, 1)]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public async Task Message_is_due_from_its_tick_on(int ticksAfter, int expected)
    {
        var message = await AcceptedAsync();
        await ReleaseAsync(message.Id, TimeSpan.FromSeconds(1) + TimeSpan.FromTicks(ticksAfter));

        Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(expected, (await ClaimDueAsync(Node)).Length);
    }

    [ConformanceFact]
    public async Task Due_time_is_that_of_the_earliest_queued_recipient()
    {
        var message = await AcceptedAsync(recipients: ["b@example.net", "c@example.net", "d@example.net"]);
        var r = (await ReadAsync(message.Id)).Recipients;
        await UpdateAsync(
            message.Id,
            UpdateClosing.Release,
            [r[0] with { Status = RecipientStatus.Delivered }, r[1] with { DueAt = Now.AddHours(2) }, r[2] with { DueAt = Now.AddHours(1) }]);

        Assert.Equal(Now.AddHours(1), await Store.NextDueAsync(default));
    }

    [ConformanceFact]
    public async Task Released_message_without_a_queued_recipient_is_due_at_once_so_that_it_gets_completed()
    {
        var message = await AcceptedAsync();
        var r = (await ReadAsync(message.Id)).Recipients;
        await UpdateAsync(message.Id, UpdateClosing.Release, [r[0] with { Status = RecipientStatus.Failed }]);

        Assert.Equal([message.Id], await ClaimDueAsync(Node));
    }

    [ConformanceFact]
    public async Task Claimed_message_comes_whole_and_is_out_of_reach_of_others()
    {
        var message = await AcceptedAsync(body: RandomOctets(150_000, 9));
        await ReleaseAsync(message.Id, TimeSpan.Zero);

        var claimed = Assert.Single(await Store.ClaimDueAsync(await JoinedAsync(NextLife), Now, 10, default));

        Assert.Equal(message.Id, claimed.Id);
        Assert.Equal(RandomOctets(150_000, 9), await BodyAsync(claimed.Content));
        Assert.Equal(message.Journal.Length, claimed.NextSequence);
        Assert.Null(await Store.ClaimAsync(Node, message.Id, default));
        Assert.Equal(WriteOutcome.Fenced, await UpdateAsync(message.Id, UpdateClosing.KeepClaim, owner: Node));
        Assert.Equal(WriteOutcome.Durable, await UpdateAsync(message.Id, UpdateClosing.KeepClaim, owner: NextLife));
    }

    [ConformanceFact]
    public async Task Claim_by_id_takes_a_message_that_is_not_due()
    {
        var message = await AcceptedAsync();
        await ReleaseAsync(message.Id, TimeSpan.FromHours(1));

        Assert.Equal(message.Id, (await Store.ClaimAsync(Node, message.Id, default))?.Id);

        Assert.Null(await Store.ClaimAsync(Node, message.Id, default));
        Assert.Null(await Store.ClaimAsync(Node, Mail.NextId(), default));
        await CompleteAsync(message.Id);
        Assert.Null(await Store.ClaimAsync(Node, message.Id, default));
    }

    [ConformanceFact]
    public async Task Claim_needs_an_owner_with_a_name()
    {
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.ClaimDueAsync(default, Now, 1, default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.ClaimAsync(default, Mail.NextId(), default));
    }

    [ConformanceFact]
    public async Task Next_due_time_is_none_when_everything_is_claimed_or_the_queue_is_empty()
    {
        Assert.Null(await Store.NextDueAsync(default));
        await AcceptedAsync();
        Assert.Null(await Store.NextDueAsync(default));
    }

    [ConformanceFact]
    public async Task Recovery_releases_what_an_earlier_life_held_and_counts_attempts_in_doubt()
    {
        var idle = await AcceptedAsync(Node, recipients: ["b@example.net", "c@example.net"]);
        var open = await AcceptedAsync(Node, recipients: ["b@example.net", "c@example.net"]);
        var states = (await ReadAsync(open.Id)).Recipients;
        await UpdateAsync(
            open.Id,
            UpdateClosing.KeepClaim,
            [states[0] with { AttemptOpen = true, Attempts = 1 }, states[1] with { AttemptOpen = true, Attempts = 1 }],
            journal: [Mail.Entry(4, new AttemptStarted(0, 1, "smtp", null)), Mail.Entry(5, new AttemptStarted(1, 1, "smtp", null))]);
        await UpdateAsync(
            open.Id,
            UpdateClosing.KeepClaim,
            [states[1] with { AttemptOpen = false, Attempts = 1, Status = RecipientStatus.Delivered }],
            journal: [Mail.Entry(6, new RecipientDelivered(1, "smtp", null, null, null, ""))]);
        var own = await AcceptedAsync(NextLife);

        await ReopenAsync();
        var report = await Store.RecoverAsync(NextLife, default);

        Assert.Equal(new RecoveryReport(2, 1, 0), report);
        Assert.Equal([idle.Id, open.Id], (await ClaimDueAsync(NextLife)).Order());
        Assert.Equal(new StoreCounts(3, 4, 3), await Store.CountAsync(default));
        var recovered = await ReadAsync(open.Id);
        Assert.True(recovered.Recipients[0].AttemptOpen);
        Assert.Equal(RecipientStatus.Delivered, recovered.Recipients[1].Status);
        Assert.Equal(7, recovered.NextSequence);
        Assert.Equal(WriteOutcome.Durable, await UpdateAsync(own.Id, UpdateClosing.KeepClaim, owner: NextLife));
        Assert.Equal(WriteOutcome.Fenced, await UpdateAsync(open.Id, UpdateClosing.KeepClaim, owner: Node));
    }

    [ConformanceFact]
    public async Task Recovery_leaves_a_later_life_alone()
    {
        var message = await AcceptedAsync(NextLife);

        Assert.Equal(0, (await Store.RecoverAsync(Node, default)).Messages);

        Assert.Equal(WriteOutcome.Durable, await UpdateAsync(message.Id, UpdateClosing.KeepClaim, owner: NextLife));
    }

    [ConformanceFact]
    public async Task Recovery_of_many_messages_takes_each_of_them_once()
    {
        for (var i = 0; i < 250; i++)
        {
            await AcceptedAsync();
        }

        Assert.Equal(250, (await Store.RecoverAsync(NextLife, default)).Messages);
        Assert.Equal(0, (await Store.RecoverAsync(NextLife, default)).Messages);
        Assert.Equal(250, (await ClaimDueAsync(NextLife, 1000)).Distinct().Count());
    }
}
