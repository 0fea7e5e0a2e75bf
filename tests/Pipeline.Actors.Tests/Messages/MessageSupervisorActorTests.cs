using Pipeline.Actors.Messages;
using Pipeline.Actors.Tests.Support;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Tests.Messages;

public sealed class MessageSupervisorActorTests : TestKit
{
    private readonly FakeStore _store = new();
    private readonly FakeRouter _router = new();
    private readonly MessageIdSource _ids;
    private readonly TestProbe _delivery;
    private readonly TestProbe _client;

    public MessageSupervisorActorTests()
    {
        _ids = new MessageIdSource(Time);
        _delivery = CreateTestProbe("delivery-probe");
        _client = CreateTestProbe("client-probe");
    }

    [Fact]
    public async Task Work_that_is_due_at_the_start_is_claimed_and_begun()
    {
        var (first, second) = (Queue(), Queue());
        Start();

        var jobs = new[] { await _delivery.ExpectMsgAsync<MessageProtocol.Deliver>(), await _delivery.ExpectMsgAsync<MessageProtocol.Deliver>() };
        Assert.Equal([first, second], jobs.Select(job => job.Job.MessageId).Order());
    }

    [Fact]
    public async Task Work_that_becomes_due_is_claimed_at_its_time_and_not_before()
    {
        _store.NextDue = Time.GetUtcNow() + TimeSpan.FromSeconds(30);
        var supervisor = Start();
        await IdleAsync(supervisor);
        _store.NextDue = null;
        Queue(TimeSpan.FromSeconds(30));

        Time.Advance(TimeSpan.FromSeconds(29));
        await _delivery.ExpectNoMsgAsync();
        Time.Advance(TimeSpan.FromSeconds(1));

        await _delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
    }

    [Fact]
    public async Task No_more_messages_are_resumed_than_the_limit_and_the_rest_follow()
    {
        for (var i = 0; i < 3; i++)
        {
            Queue();
        }

        var supervisor = Start(new MessageLimits { MaxActiveMessages = 2 });
        var first = await _delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
        var from = _delivery.Sender;
        await _delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
        await _delivery.ExpectNoMsgAsync();

        from.Tell(new MessageProtocol.JobEnded(first.Number, DeliveryReport.ForAll(first.Job.Recipients, DeliveryOutcome.Delivered.Locally("f"))), _delivery.Ref);

        await _delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
        Assert.False(supervisor.IsNobody());
    }

    [Fact]
    public async Task The_actor_of_a_message_that_fails_is_replaced_after_a_pause()
    {
        var id = Queue();
        var released = _store.Updates.Count;
        Start();
        await _delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
        var message = _delivery.Sender;
        _client.Watch(message);

        message.Tell(Kill.Instance);
        await _client.ExpectTerminatedAsync(message);
        await _delivery.ExpectNoMsgAsync();
        Assert.Equal(released, _store.Updates.Count);
        _store.Due.Enqueue(Stored(id, TimeSpan.Zero));
        await AdvanceUntilAsync(new MessageLimits().FailureBackoff, () => _store.Updates.Any(update => update.Id == id && update.Closing == UpdateClosing.Release));

        Assert.Equal(id, (await _delivery.ExpectMsgAsync<MessageProtocol.Deliver>()).Job.MessageId);
    }

    [Fact]
    public async Task An_operator_s_order_for_a_message_that_waits_claims_it()
    {
        var id = _ids.Next();
        _store.Queued.Add(id, Stored(id, TimeSpan.FromHours(1)));
        var supervisor = Start();

        _client.Send(supervisor, new MessageProtocol.RemoveMessage(id, "root"));

        Assert.True((await _client.ExpectMsgAsync<MessageProtocol.OperatorAnswer>()).Done);
        await AwaitConditionAsync(() => Task.FromResult(_store.Updates.Any(update => update.Closing == UpdateClosing.Complete)));
        Assert.Contains(_store.Updates.Last().Journal, entry => entry.Event is OperatorActed { Action: OperatorActed.Removed, By: "root" });
    }

    [Fact]
    public async Task An_operator_can_have_a_waiting_message_tried_before_its_time()
    {
        var id = _ids.Next();
        _store.Queued.Add(id, Stored(id, TimeSpan.FromHours(1)));
        var supervisor = Start();

        _client.Send(supervisor, new MessageProtocol.RetryMessage(id, "root"));

        Assert.True((await _client.ExpectMsgAsync<MessageProtocol.OperatorAnswer>()).Done);
        Assert.Equal(id, (await _delivery.ExpectMsgAsync<MessageProtocol.Deliver>()).Job.MessageId);
    }

    [Fact]
    public async Task An_operator_is_told_that_a_message_does_not_exist()
    {
        var supervisor = Start();

        _client.Send(supervisor, new MessageProtocol.RetryMessage(_ids.Next(), "root"));

        Assert.Equal(new MessageProtocol.OperatorAnswer(false, "no such message in the queue"), await _client.ExpectMsgAsync<MessageProtocol.OperatorAnswer>());
    }

    [Fact]
    public async Task A_message_under_delivery_cannot_be_removed()
    {
        var id = Queue();
        var supervisor = Start();
        await _delivery.ExpectMsgAsync<MessageProtocol.Deliver>();

        _client.Send(supervisor, new MessageProtocol.RemoveMessage(id, "root"));

        Assert.False((await _client.ExpectMsgAsync<MessageProtocol.OperatorAnswer>()).Done);
    }

    [Fact]
    public async Task A_message_whose_last_commit_is_under_way_cannot_be_removed()
    {
        var id = Queue();
        var supervisor = Start();
        var job = await _delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
        _store.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _delivery.Reply(new MessageProtocol.JobEnded(job.Number, DeliveryReport.ForAll(job.Job.Recipients, DeliveryOutcome.Delivered.Locally("f"))));
        await AwaitConditionAsync(() => Task.FromResult(_store.Updates.Any(update => update.Closing == UpdateClosing.Complete)));

        _client.Send(supervisor, new MessageProtocol.RemoveMessage(id, "root"));

        Assert.False((await _client.ExpectMsgAsync<MessageProtocol.OperatorAnswer>()).Done);
        _store.Gate.SetResult();
    }

    [Fact]
    public async Task A_drained_supervisor_waits_for_what_it_has_begun_and_begins_nothing()
    {
        Queue();
        var supervisor = Start();
        var job = await _delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
        var message = _delivery.Sender;

        _client.Send(supervisor, MessageProtocol.Drain.Instance);
        Queue();
        supervisor.Tell(MessageProtocol.Wake.Instance);
        await _client.ExpectNoMsgAsync();
        message.Tell(new MessageProtocol.JobEnded(job.Number, DeliveryReport.ForAll(job.Job.Recipients, DeliveryOutcome.Delivered.Locally("f"))), _delivery.Ref);

        await _client.ExpectMsgAsync<MessageProtocol.Drained>();
        Assert.Single(_store.Due);
    }

    [Fact]
    public async Task A_supervisor_without_work_is_drained_at_once()
    {
        var supervisor = Start();
        _client.Send(supervisor, MessageProtocol.Drain.Instance);
        await _client.ExpectMsgAsync<MessageProtocol.Drained>();
    }

    [Fact]
    public async Task A_transaction_gets_an_actor_named_after_its_message()
    {
        var id = _ids.Next();
        var supervisor = Start();

        _client.Send(supervisor, new MessageProtocol.OpenTransaction(id));

        Assert.Equal(id.ToString(), (await _client.ExpectMsgAsync<MessageProtocol.TransactionOpened>()).Message.Path.Name);
    }

    private IActorRef Start(MessageLimits? limits = null) => ActorOf(
        MessageSupervisorActor.CreateProps(
            new MessageServices
            {
                Store = _store,
                Owner = TestMessages.Owner,
                Time = Time,
                Router = _router,
                Retry = new FakeRetry(),
                Notifications = new FakeNotifications(_ids),
                Limits = limits ?? new MessageLimits(),
            },
            _delivery.Ref),
        "messages");

    private MessageId Queue(TimeSpan wait = default)
    {
        var id = _ids.Next();
        _store.Due.Enqueue(Stored(id, wait));
        return id;
    }

    private StoredMessage Stored(MessageId id, TimeSpan wait) =>
        TestMessages.Stored(id, TestMessages.Waiting(0, "a", Time.GetUtcNow() + wait));

    /// <summary>Returns when the supervisor has done what came before, its first look into the store included.</summary>
    private async Task IdleAsync(IActorRef supervisor)
    {
        _client.Send(supervisor, new MessageProtocol.RetryMessage(_ids.Next(), "nobody"));
        await _client.ExpectMsgAsync<MessageProtocol.OperatorAnswer>();
        await AwaitConditionAsync(() => Task.FromResult(Time.ActiveTimers > 0));
    }

    /// <summary>Moves the clock once the timer that is waited for has been set.</summary>
    private async Task AdvanceUntilAsync(TimeSpan by, Func<bool> condition) => await AwaitConditionAsync(() =>
    {
        Time.Advance(by);
        return Task.FromResult(condition());
    });
}
