using Pipeline.Mail.Message;
using Pipeline.Storage.Ports;

namespace Pipeline.Storage.Tests.Conformance;

public abstract partial class MessageStoreConformance
{
    [ConformanceFact]
    public async Task Queue_run_makes_due_what_waits_for_one_the_oldest_first_and_nothing_else()
    {
        var old = await PostponedAsync();
        Time.Advance(TimeSpan.FromSeconds(1));
        var young = await PostponedAsync();
        var later = await AcceptedAsync();
        await ReleaseAsync(later.Id, TimeSpan.FromHours(1));
        var inHands = await AcceptedAsync();
        await PostponeAsync(inHands.Id, UpdateClosing.KeepClaim);
        Assert.Empty(await ClaimDueAsync(Node));

        Assert.Equal(2, await Store.RunQueueAsync("", default));

        Assert.Equal([old, young], await ClaimDueAsync(Node));
        Assert.Equal(Now.AddHours(1), await Store.NextDueAsync(default));
        Assert.Equal(0, await Store.RunQueueAsync("", default));
        Assert.True((await ReadAsync(old)).Recipients[0].AwaitsQueueRun); // the states are its next owner's to change
    }

    [ConformanceTheory]
    [InlineData("", 0)]
    [InlineData("slow", 1)]
    [InlineData("q\"uoted é\\", 2)]
    [InlineData("slo", -1)]
    public async Task Queue_run_is_one_of_one_queue(string queue, int expected)
    {
        MessageId[] ids = [await PostponedAsync(), await PostponedAsync("slow"), await PostponedAsync("q\"uoted é\\")];

        Assert.Equal(expected < 0 ? 0 : 1, await Store.RunQueueAsync(queue, default));

        Assert.Equal(expected < 0 ? [] : [ids[expected]], await ClaimDueAsync(Node));
        Assert.Equal(expected < 0 ? [] : [ids[expected]], (await Store.ListAsync(new QueueQuery(Queue: queue), default)).Select(message => message.Id));
        Assert.Equal(["", "q\"uoted é\\", "slow"], (await Store.ListAsync(new QueueQuery(), default)).Select(message => message.Queue).Order(StringComparer.Ordinal));
    }

    [ConformanceFact]
    public async Task Text_of_a_peer_that_looks_like_the_mark_of_a_queue_is_none()
    {
        var message = await Mail.MessageAsync(Store, await JoinedAsync(Node));
        message = message with { Properties = message.Properties.Add("m:queue", "slow").Add("m:x", "\"queue\":\"slow\"").Add("helo", "\\\"queue\":\"slow") };
        Assert.Equal(WriteOutcome.Durable, await Store.AcceptAsync(message, default));
        await message.Body.DisposeAsync();
        await PostponeAsync(message.Id);

        Assert.Equal(0, await Store.RunQueueAsync("slow", default));
        Assert.Equal(1, await Store.RunQueueAsync("", default));
    }

    private async Task<MessageId> PostponedAsync(string queue = "")
    {
        var message = await Mail.MessageAsync(Store, await JoinedAsync(Node));
        if (queue.Length > 0)
        {
            message = message with { Properties = message.Properties.Add(NewMessage.QueueProperty, queue) };
        }

        Assert.Equal(WriteOutcome.Durable, await Store.AcceptAsync(message, default));
        await message.Body.DisposeAsync();
        await PostponeAsync(message.Id);
        return message.Id;
    }

    private async Task PostponeAsync(MessageId id, UpdateClosing closing = UpdateClosing.Release)
    {
        var stored = await ReadAsync(id);
        Assert.Equal(
            WriteOutcome.Durable,
            await UpdateAsync(id, closing, [.. stored.Recipients.Select(recipient => recipient with { DueAt = RecipientState.AtQueueRun, PostponedAt = Now })]));
    }
}
