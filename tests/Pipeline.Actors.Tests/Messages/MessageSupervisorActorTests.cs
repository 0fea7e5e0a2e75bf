using Pipeline.Actors.Messages;
using Pipeline.Actors.Tests.Support;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Tests.Messages;

public sealed class MessageSupervisorActorTests : MessageTests
{
    [Fact]
    public async Task Work_that_is_due_at_the_start_is_claimed_and_begun()
    {
        var (first, second) = (Queue(), Queue());
        Start();

        var jobs = new[] { await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>(), await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>() };
        Assert.Equal([first, second], jobs.Select(job => job.Job.MessageId).Order());
    }

    [Fact]
    public async Task Work_that_becomes_due_is_claimed_at_its_time_and_not_before()
    {
        Store.NextDue = Time.GetUtcNow() + TimeSpan.FromSeconds(30);
        var supervisor = Start();
        await IdleAsync(supervisor);
        Store.NextDue = null;
        Queue(TimeSpan.FromSeconds(30));

        Time.Advance(TimeSpan.FromSeconds(29));
        await Delivery.ExpectNoMsgAsync();
        Time.Advance(TimeSpan.FromSeconds(1));

        await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
    }

    [Fact]
    public async Task No_more_messages_are_resumed_than_the_limit_and_the_rest_follow()
    {
        for (var i = 0; i < 3; i++)
        {
            Queue();
        }

        var supervisor = Start(new MessageLimits { MaxActiveMessages = 2 });
        var first = await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
        var from = Delivery.Sender;
        await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
        await Delivery.ExpectNoMsgAsync();

        from.Tell(new MessageProtocol.JobEnded(first.Number, DeliveryReport.ForAll(first.Job.Recipients, DeliveryOutcome.Delivered.Locally("f"))), Delivery.Ref);

        await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
        Assert.False(supervisor.IsNobody());
    }

    [Fact]
    public async Task The_actor_of_a_message_that_fails_is_replaced_after_a_pause()
    {
        var id = Queue();
        var released = Store.Updates.Count;
        Start();
        await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
        var message = Delivery.Sender;
        Client.Watch(message);

        message.Tell(Kill.Instance);
        await Client.ExpectTerminatedAsync(message);
        await Delivery.ExpectNoMsgAsync();
        Assert.Equal(released, Store.Updates.Count);
        Store.Due.Enqueue(Stored(id, TimeSpan.Zero));
        await AdvanceUntilAsync(new MessageLimits().FailureBackoff, () => Store.Updates.Any(update => update.Id == id && update.Closing == UpdateClosing.Release));

        Assert.Equal(id, (await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>()).Job.MessageId);
    }

    [Fact]
    public async Task An_operator_s_order_for_a_message_that_waits_claims_it()
    {
        var id = Ids.Next();
        Store.Queued.Add(id, Stored(id, TimeSpan.FromHours(1)));
        var supervisor = Start();

        Client.Send(supervisor, new MessageProtocol.RemoveMessage(id, "root"));

        Assert.True((await Client.ExpectMsgAsync<MessageProtocol.OperatorAnswer>()).Done);
        await AwaitConditionAsync(() => Task.FromResult(Store.Updates.Any(update => update.Closing == UpdateClosing.Complete)));
        Assert.Contains(Store.Updates.Last().Journal, entry => entry.Event is OperatorActed { Action: OperatorActed.Removed, By: "root" });
    }

    [Fact]
    public async Task An_operator_can_have_a_waiting_message_tried_before_its_time()
    {
        var id = Ids.Next();
        Store.Queued.Add(id, Stored(id, TimeSpan.FromHours(1)));
        var supervisor = Start();

        Client.Send(supervisor, new MessageProtocol.RetryMessage(id, "root"));

        Assert.True((await Client.ExpectMsgAsync<MessageProtocol.OperatorAnswer>()).Done);
        Assert.Equal(id, (await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>()).Job.MessageId);
    }

    [Fact]
    public async Task An_operator_is_told_that_a_message_does_not_exist()
    {
        var supervisor = Start();

        Client.Send(supervisor, new MessageProtocol.RetryMessage(Ids.Next(), "root"));

        Assert.Equal(new MessageProtocol.OperatorAnswer(false, "no such message in the queue", Unknown: true), await Client.ExpectMsgAsync<MessageProtocol.OperatorAnswer>());
    }

    [Fact]
    public async Task A_message_under_delivery_cannot_be_removed()
    {
        var id = Queue();
        var supervisor = Start();
        await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();

        Client.Send(supervisor, new MessageProtocol.RemoveMessage(id, "root"));

        Assert.False((await Client.ExpectMsgAsync<MessageProtocol.OperatorAnswer>()).Done);
    }

    [Fact]
    public async Task A_message_whose_last_commit_is_under_way_cannot_be_removed()
    {
        var id = Queue();
        var supervisor = Start();
        var job = await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
        Store.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Delivery.Reply(new MessageProtocol.JobEnded(job.Number, DeliveryReport.ForAll(job.Job.Recipients, DeliveryOutcome.Delivered.Locally("f"))));
        await AwaitConditionAsync(() => Task.FromResult(Store.Updates.Any(update => update.Closing == UpdateClosing.Complete)));

        Client.Send(supervisor, new MessageProtocol.RemoveMessage(id, "root"));

        Assert.False((await Client.ExpectMsgAsync<MessageProtocol.OperatorAnswer>()).Done);
        Store.Gate.SetResult();
    }

    [Fact]
    public async Task A_drained_supervisor_waits_for_what_it_has_begun_and_begins_nothing()
    {
        Queue();
        var supervisor = Start();
        var job = await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
        var message = Delivery.Sender;

        Client.Send(supervisor, MessageProtocol.Drain.Instance);
        Queue();
        supervisor.Tell(MessageProtocol.Wake.Instance);
        await Client.ExpectNoMsgAsync();
        message.Tell(new MessageProtocol.JobEnded(job.Number, DeliveryReport.ForAll(job.Job.Recipients, DeliveryOutcome.Delivered.Locally("f"))), Delivery.Ref);

        await Client.ExpectMsgAsync<MessageProtocol.Drained>();
        Assert.Single(Store.Due);
    }

    [Fact]
    public async Task A_supervisor_without_work_is_drained_at_once()
    {
        var supervisor = Start();
        Client.Send(supervisor, MessageProtocol.Drain.Instance);
        await Client.ExpectMsgAsync<MessageProtocol.Drained>();
    }

    [Fact]
    public async Task A_transaction_gets_an_actor_named_after_its_message()
    {
        var id = Ids.Next();
        var supervisor = Start();

        Client.Send(supervisor, new MessageProtocol.OpenTransaction(id));

        Assert.Equal(id.ToString(), (await Client.ExpectMsgAsync<MessageProtocol.TransactionOpened>()).Message.Path.Name);
    }

    private IActorRef Start(MessageLimits? limits = null) => StartSupervisor(Services() with { Limits = limits ?? new MessageLimits() });

    private MessageId Queue(TimeSpan wait = default)
    {
        var id = Ids.Next();
        Store.Due.Enqueue(Stored(id, wait));
        return id;
    }

    private StoredMessage Stored(MessageId id, TimeSpan wait) =>
        TestMessages.Stored(id, TestMessages.Waiting(0, "a", Time.GetUtcNow() + wait));

    /// <summary>Returns when the supervisor has done what came before, its first look into the store included.</summary>
    private async Task IdleAsync(IActorRef supervisor)
    {
        Client.Send(supervisor, new MessageProtocol.RetryMessage(Ids.Next(), "nobody"));
        await Client.ExpectMsgAsync<MessageProtocol.OperatorAnswer>();
        await AwaitConditionAsync(() => Task.FromResult(Time.ActiveTimers > 0));
    }

    /// <summary>Moves the clock once the timer that is waited for has been set.</summary>
    private async Task AdvanceUntilAsync(TimeSpan by, Func<bool> condition) => await AwaitConditionAsync(() =>
    {
        Time.Advance(by);
        return Task.FromResult(condition());
    });
}
