using Pipeline.Actors.Messages;
using Pipeline.Actors.Routing;
using Pipeline.Actors.Tests.Support;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Tests.Messages;

/// <summary>What a node does with shared messages: by its roles, and while its lease is good.</summary>
public sealed class ClusterWorkTests : TestKit
{
    private readonly FakeStore _store = new();
    private readonly FakeLease _lease = new();
    private readonly FakeRouter _router = new();
    private readonly MessageIdSource _ids;
    private readonly TestProbe _delivery;
    private readonly TestProbe _client;

    public ClusterWorkTests()
    {
        _ids = new MessageIdSource(Time);
        _delivery = CreateTestProbe("delivery-probe");
        _client = CreateTestProbe("client-probe");
    }

    [Fact]
    public async Task A_node_that_only_receives_accepts_for_others_and_works_on_nothing()
    {
        var message = ActorOf(MessageActor.CreateProps(_ids.Next(), Services(MessageWork.None), _delivery.Ref));
        _client.Watch(message);
        message.Tell(new MessageProtocol.Happened(Time.GetUtcNow(), new RecipientAccepted(0, "a@to.example")), _client.Ref);
        message.Tell(new MessageProtocol.Commit(TestMessages.New(_ids.Next(), TestMessages.Sender, TestMessages.To("a"))), _client.Ref);

        await _client.ExpectMsgAsync<MessageProtocol.Committed>();
        await _client.ExpectTerminatedAsync(message);
        Assert.True(Assert.Single(_store.Accepted).Release);
        Assert.Empty(_store.Updates);
        await _delivery.ExpectNoMsgAsync();
    }

    [Fact]
    public async Task A_node_that_only_receives_claims_nothing()
    {
        _store.Due.Enqueue(Stored());
        Start(MessageWork.None);
        _store.TellOfWork(QueueStage.ToRoute);

        await _delivery.ExpectNoMsgAsync();
        Assert.Empty(_store.Claims);
    }

    [Fact]
    public async Task A_router_leaves_each_recipient_in_the_queue_with_its_destination()
    {
        var stored = Stored();
        var message = ActorOf(MessageActor.CreateResumedProps(stored, MessageStart.WhatIsDue, Services(MessageWork.Route), _delivery.Ref));
        _client.Watch(message);

        await _client.ExpectTerminatedAsync(message);
        var update = Assert.Single(_store.Updates);
        Assert.Equal(UpdateClosing.Release, update.Closing);
        var recipient = Assert.Single(update.Recipients);
        Assert.Equal((RecipientStatus.Queued, "out"), (recipient.Status, recipient.Destination));
        await _delivery.ExpectNoMsgAsync();
    }

    [Theory]
    [InlineData(MessageWork.Route, QueueStage.ToRoute)]
    [InlineData(MessageWork.Deliver, QueueStage.ToDeliver)]
    public async Task Claims_are_for_the_stages_of_the_node_s_work(MessageWork work, QueueStage stage)
    {
        Start(work);

        await AwaitConditionAsync(() => Task.FromResult(!_store.Claims.IsEmpty));
        Assert.Equal(stage, Assert.Single(_store.Claims.First().Stages));
    }

    [Fact]
    public async Task Claims_prefer_destinations_of_late_deliveries_and_bound_each_one()
    {
        _store.Due.Enqueue(Stored());
        Start(MessageWork.Route | MessageWork.Deliver, new MessageLimits { ClaimsPerDestination = 7 });
        var job = await _delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
        _delivery.Sender.Tell(
            new MessageProtocol.JobEnded(job.Number, DeliveryReport.ForAll(job.Job.Recipients, DeliveryOutcome.Delivered.Locally("f"))), _delivery.Ref);
        await AwaitConditionAsync(() => Task.FromResult(_store.Updates.Any(update => update.Closing == UpdateClosing.Complete)));
        _store.TellOfWork(QueueStage.ToDeliver);

        await AwaitConditionAsync(() => Task.FromResult(_store.Claims.Last().Preferred is ["out"]));
        Assert.All(_store.Claims, claim => Assert.Equal(7, claim.MaxPerDestination));
    }

    [Fact]
    public async Task Work_that_others_release_is_claimed_when_the_store_tells_of_it()
    {
        Start(MessageWork.Route | MessageWork.Deliver);
        await AwaitConditionAsync(() => Task.FromResult(!_store.Claims.IsEmpty));
        _store.Due.Enqueue(Stored());
        _store.TellOfWork(QueueStage.ToRoute);

        await _delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
    }

    [Fact]
    public async Task Nothing_is_claimed_under_a_doubtful_lease_and_claiming_goes_on_with_a_proven_one()
    {
        _lease.MayClaim = false;
        _store.Due.Enqueue(Stored());
        Start(MessageWork.Route | MessageWork.Deliver);

        await AwaitConditionAsync(() => Task.FromResult(Time.ActiveTimers > 0));
        Assert.Empty(_store.Claims);
        _lease.MayClaim = true;
        Time.Advance(new MessageLimits().LeaseDoubtPause);

        await _delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
    }

    [Fact]
    public async Task A_lease_that_is_still_doubtful_at_the_next_look_does_not_end_claiming()
    {
        Start(MessageWork.Route | MessageWork.Deliver);
        await AwaitConditionAsync(() => Task.FromResult(!_store.Claims.IsEmpty && Time.ActiveTimers > 0));
        _lease.MayClaim = false;
        Time.Advance(new MessageLimits().PollInterval);
        await AwaitConditionAsync(() => Task.FromResult(Time.ActiveTimers > 0));
        Time.Advance(new MessageLimits().LeaseDoubtPause);
        await AwaitConditionAsync(() => Task.FromResult(Time.ActiveTimers > 0));
        _store.Due.Enqueue(Stored());
        _lease.MayClaim = true;
        Time.Advance(new MessageLimits().LeaseDoubtPause);

        await _delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
    }

    [Fact]
    public async Task No_final_step_is_taken_under_a_lease_that_is_too_old_although_the_attempt_is_recorded()
    {
        _store.Due.Enqueue(Stored());
        Start(MessageWork.Route | MessageWork.Deliver);
        var job = await _delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
        _lease.MayFinish = false;

        Assert.False(await job.Job.BeforeFinalStep!(CancellationToken.None));
        Assert.Contains(_store.Updates.Single().Journal, entry => entry.Event is AttemptStarted);
    }

    [Fact]
    public async Task A_notification_of_a_node_that_does_not_route_is_left_to_others()
    {
        _router.Decisions["a@to.example"] = _ => new RoutingDecision.Fail([], "no such user");
        var message = ActorOf(MessageActor.CreateResumedProps(Stored(), MessageStart.WhatIsDue, Services(MessageWork.Deliver), _delivery.Ref));
        _client.Watch(message);

        await _client.ExpectTerminatedAsync(message);
        Assert.True(Assert.Single(_store.Updates.Last().Notifications).Release);
    }

    private StoredMessage Stored() => TestMessages.Stored(_ids.Next(), TestMessages.Waiting(0, "a", Time.GetUtcNow()));

    private void Start(MessageWork work, MessageLimits? limits = null) =>
        ActorOf(MessageSupervisorActor.CreateProps(Services(work, limits), _delivery.Ref), "messages");

    private MessageServices Services(MessageWork work, MessageLimits? limits = null) => new()
    {
        Store = _store,
        Owner = TestMessages.Owner,
        Lease = _lease,
        Work = work,
        Time = Time,
        Router = _router,
        Retry = new FakeRetry(),
        Notifications = new FakeNotifications(_ids),
        Limits = limits ?? new MessageLimits(),
    };
}
