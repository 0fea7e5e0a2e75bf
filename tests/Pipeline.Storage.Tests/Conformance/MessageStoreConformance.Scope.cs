using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;

namespace Pipeline.Storage.Tests.Conformance;

public abstract partial class MessageStoreConformance
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [ConformanceFact]
    public async Task Released_acceptance_is_in_nobodys_hands_and_due_at_once()
    {
        var message = (await Mail.MessageAsync(Store, Node, body: RandomOctets(200_000, 5))) with { Release = true };

        Assert.Equal(WriteOutcome.Durable, await Store.AcceptAsync(message, default));
        await message.Body.DisposeAsync();

        Assert.Equal(new StoreCounts(1, 1, 0), await Store.CountAsync(default));
        Assert.Equal(WriteOutcome.Fenced, await UpdateAsync(message.Id, UpdateClosing.KeepClaim));
        var claimed = Assert.Single(await Store.ClaimDueAsync(await JoinedAsync(OtherNode), Now, 10, default));
        Assert.Equal(RandomOctets(200_000, 5), await BodyAsync(claimed.Content));
    }

    [ConformanceFact]
    public async Task Released_notification_is_in_nobodys_hands()
    {
        var message = await AcceptedAsync();
        var notification = (await Mail.MessageAsync(Store, Node, sender: "")) with { Release = true };

        await UpdateAsync(message.Id, UpdateClosing.Complete, journal: [Mail.Entry(3, new MessageCompleted())], notifications: [notification]);
        await notification.Body.DisposeAsync();

        Assert.Equal([notification.Id], await ClaimDueAsync(Node));
    }

    [ConformanceFact]
    public async Task Stage_and_destination_are_those_of_the_recipient_that_is_due_first()
    {
        var message = await AcceptedAsync(recipients: ["b@example.net", "c@example.net"]);
        var r = (await ReadAsync(message.Id)).Recipients;
        await UpdateAsync(
            message.Id,
            UpdateClosing.Release,
            [r[0] with { DueAt = Now.AddHours(2) }, r[1] with { DueAt = Now.AddHours(1), Destination = "mx.example.net" }]);

        Assert.Equal(Now.AddHours(1), await Store.NextDueAsync(Only(QueueStage.ToDeliver), default));
        Assert.Null(await Store.NextDueAsync(Only(QueueStage.ToRoute), default));
        Time.Advance(TimeSpan.FromHours(1));
        Assert.Empty(await ClaimDueAsync(Node, 10, Only(QueueStage.ToRoute)));
        Assert.Equal([message.Id], await ClaimDueAsync(Node, 10, Only(QueueStage.ToDeliver)));
        Assert.Equal("mx.example.net", (await ReadAsync(message.Id)).Recipients[1].Destination);
    }

    [ConformanceFact]
    public async Task Recipient_without_a_destination_comes_before_one_with_it_when_both_are_due()
    {
        var message = await AcceptedAsync(recipients: ["b@example.net", "c@example.net"]);
        var r = (await ReadAsync(message.Id)).Recipients;
        await UpdateAsync(message.Id, UpdateClosing.Release, [r[0] with { Destination = "mx.example.net" }]);

        Assert.Empty(await ClaimDueAsync(Node, 10, Only(QueueStage.ToDeliver)));
        Assert.Equal([message.Id], await ClaimDueAsync(Node, 10, Only(QueueStage.ToRoute)));
    }

    [ConformanceFact]
    public async Task Message_without_a_queued_recipient_waits_for_delivery_so_that_it_gets_completed()
    {
        var message = await AcceptedAsync();
        var r = (await ReadAsync(message.Id)).Recipients;
        await UpdateAsync(message.Id, UpdateClosing.Release, [r[0] with { Status = RecipientStatus.Delivered }]);

        Assert.Empty(await ClaimDueAsync(Node, 10, Only(QueueStage.ToRoute)));
        Assert.Equal([message.Id], await ClaimDueAsync(Node, 10, Only(QueueStage.ToDeliver)));
    }

    [ConformanceFact]
    public async Task Destination_with_many_due_messages_leaves_room_for_the_others()
    {
        for (var i = 0; i < 60; i++)
        {
            await RoutedAsync("crowded");
        }

        var small = new List<MessageId>();
        foreach (var destination in new[] { "a", "b", "z" })
        {
            small.Add(await RoutedAsync(destination));
        }

        var scope = new ClaimScope { MaxPerDestination = 4 };
        var claimed = await ClaimDueAsync(Node, 10, scope);

        Assert.Equal(7, claimed.Length);
        Assert.Superset(small.ToHashSet(), claimed.ToHashSet());
        Assert.Equal(4, (await ClaimDueAsync(Node, 10, scope)).Length);
        Assert.Equal(10, (await ClaimDueAsync(Node, 10)).Length);
    }

    [ConformanceFact]
    public async Task Limit_of_a_destination_does_not_count_messages_that_are_not_routed()
    {
        for (var i = 0; i < 5; i++)
        {
            await ReleaseAsync((await AcceptedAsync()).Id, TimeSpan.Zero);
        }

        Assert.Equal(5, (await ClaimDueAsync(Node, 10, new ClaimScope { MaxPerDestination = 1 })).Length);
    }

    [ConformanceFact]
    public async Task Preferred_destinations_come_first_however_late_they_are_in_the_queue()
    {
        var older = new List<MessageId>();
        for (var i = 0; i < 30; i++)
        {
            older.Add(await RoutedAsync("other" + i));
        }

        Time.Advance(TimeSpan.FromSeconds(1));
        MessageId[] preferred = [await RoutedAsync("open"), await RoutedAsync("open"), await RoutedAsync("open")];

        var claimed = await ClaimDueAsync(Node, 4, new ClaimScope { Preferred = ["open", "unknown"], MaxPerDestination = 2 });

        Assert.Equal([preferred[0], preferred[1], older[0], older[1]], claimed.Order().OrderBy(id => !preferred.Contains(id)));
    }

    [ConformanceFact]
    public async Task Preferred_destinations_do_not_make_a_message_due()
    {
        await RoutedAsync("open", TimeSpan.FromSeconds(1));

        Assert.Empty(await ClaimDueAsync(Node, 4, new ClaimScope { Preferred = ["open"] }));
    }

    [ConformanceFact]
    public async Task Work_that_becomes_claimable_is_told_of()
    {
        var told = System.Threading.Channels.Channel.CreateUnbounded<QueueStage>();
        Store.WorkAvailable += stage => told.Writer.TryWrite(stage);
        var later = await AcceptedAsync();
        var now = await AcceptedAsync();
        await ReleaseAsync(later.Id, TimeSpan.FromHours(1));

        var state = (await ReadAsync(now.Id)).Recipients[0];
        await UpdateAsync(now.Id, UpdateClosing.Release, [state with { Destination = "mx" }]);

        using var patience = new CancellationTokenSource(Soon);
        while (await told.Reader.ReadAsync(patience.Token) != QueueStage.ToDeliver)
        {
        }
    }

    private static ClaimScope Only(QueueStage stage) => new() { Stages = [stage] };

    private async Task<MessageId[]> ClaimDueAsync(Ownership owner, int limit, ClaimScope scope) =>
        [.. (await Store.ClaimDueAsync(await JoinedAsync(owner), Now, limit, scope, default)).Select(m => m.Id)];

    /// <summary>A message in nobody's hands that has a destination.</summary>
    private async Task<MessageId> RoutedAsync(string destination, TimeSpan dueIn = default)
    {
        var message = await AcceptedAsync();
        var state = (await ReadAsync(message.Id)).Recipients[0];
        await UpdateAsync(message.Id, UpdateClosing.Release, [state with { Destination = destination, DueAt = Now + dueIn }]);
        return message.Id;
    }
}
