using Pipeline.Actors.Messages;
using Pipeline.Actors.Routing;
using Pipeline.Actors.Tests.Support;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Tests.Messages;

/// <summary>What a node does with shared messages: by its roles, and while its lease is good.</summary>
public sealed class ClusterWorkTests : MessageTests
{
    private readonly FakeLease _lease = new();

    [Fact]
    public async Task A_node_that_only_receives_accepts_for_others_and_works_on_nothing()
    {
        var message = ActorOf(MessageActor.CreateProps(Ids.Next(), Services(MessageWork.None), Delivery.Ref));
        Client.Watch(message);
        message.Tell(new MessageProtocol.Happened(Time.GetUtcNow(), new RecipientAccepted(0, "a@to.example")), Client.Ref);
        message.Tell(new MessageProtocol.Commit(TestMessages.New(Ids.Next(), TestMessages.Sender, TestMessages.To("a"))), Client.Ref);

        await Client.ExpectMsgAsync<MessageProtocol.Committed>();
        await Client.ExpectTerminatedAsync(message);
        Assert.True(Assert.Single(Store.Accepted).Release);
        Assert.Empty(Store.Updates);
        await Delivery.ExpectNoMsgAsync();
    }

    [Fact]
    public async Task A_node_that_only_receives_claims_nothing()
    {
        Store.Due.Enqueue(Stored());
        Start(MessageWork.None);
        Store.TellOfWork(QueueStage.ToRoute);

        await Delivery.ExpectNoMsgAsync();
        Assert.Empty(Store.Claims);
    }

    [Fact]
    public async Task A_router_leaves_each_recipient_in_the_queue_with_its_destination()
    {
        var stored = Stored();
        var message = ActorOf(MessageActor.CreateResumedProps(stored, MessageStart.WhatIsDue, Services(MessageWork.Route), Delivery.Ref));
        Client.Watch(message);

        await Client.ExpectTerminatedAsync(message);
        var update = Assert.Single(Store.Updates);
        Assert.Equal(UpdateClosing.Release, update.Closing);
        var recipient = Assert.Single(update.Recipients);
        Assert.Equal((RecipientStatus.Queued, "out"), (recipient.Status, recipient.Destination));
        await Delivery.ExpectNoMsgAsync();
    }

    [Theory]
    [InlineData(MessageWork.Route, QueueStage.ToRoute)]
    [InlineData(MessageWork.Deliver, QueueStage.ToDeliver)]
    public async Task Claims_are_for_the_stages_of_the_node_s_work(MessageWork work, QueueStage stage)
    {
        Start(work);

        await AwaitConditionAsync(() => Task.FromResult(!Store.Claims.IsEmpty));
        Assert.Equal(stage, Assert.Single(Store.Claims.First().Stages));
    }

    [Fact]
    public async Task Claims_prefer_destinations_of_late_deliveries_and_bound_each_one()
    {
        Store.Due.Enqueue(Stored());
        Start(MessageWork.Route | MessageWork.Deliver, new MessageLimits { ClaimsPerDestination = 7 });
        var job = await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
        Delivery.Sender.Tell(
            new MessageProtocol.JobEnded(job.Number, DeliveryReport.ForAll(job.Job.Recipients, DeliveryOutcome.Delivered.Locally("f"))), Delivery.Ref);
        await AwaitConditionAsync(() => Task.FromResult(Store.Updates.Any(update => update.Closing == UpdateClosing.Complete)));
        Store.TellOfWork(QueueStage.ToDeliver);

        await AwaitConditionAsync(() => Task.FromResult(Store.Claims.Last().Preferred is ["out"]));
        Assert.All(Store.Claims, claim => Assert.Equal(7, claim.MaxPerDestination));
    }

    [Fact]
    public async Task Work_that_others_release_is_claimed_when_the_store_tells_of_it()
    {
        Start(MessageWork.Route | MessageWork.Deliver);
        await AwaitConditionAsync(() => Task.FromResult(!Store.Claims.IsEmpty));
        Store.Due.Enqueue(Stored());
        Store.TellOfWork(QueueStage.ToRoute);

        await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
    }

    [Fact]
    public async Task Nothing_is_claimed_under_a_doubtful_lease_and_claiming_goes_on_with_a_proven_one()
    {
        _lease.MayClaim = false;
        Store.Due.Enqueue(Stored());
        Start(MessageWork.Route | MessageWork.Deliver);

        await AwaitConditionAsync(() => Task.FromResult(Time.ActiveTimers > 0));
        Assert.Empty(Store.Claims);
        _lease.MayClaim = true;
        Time.Advance(new MessageLimits().LeaseDoubtPause);

        await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
    }

    [Fact]
    public async Task A_lease_that_is_still_doubtful_at_the_next_look_does_not_end_claiming()
    {
        Start(MessageWork.Route | MessageWork.Deliver);
        await AwaitConditionAsync(() => Task.FromResult(!Store.Claims.IsEmpty && Time.ActiveTimers > 0));
        _lease.MayClaim = false;
        Time.Advance(new MessageLimits().PollInterval);
        await AwaitConditionAsync(() => Task.FromResult(Time.ActiveTimers > 0));
        Time.Advance(new MessageLimits().LeaseDoubtPause);
        await AwaitConditionAsync(() => Task.FromResult(Time.ActiveTimers > 0));
        Store.Due.Enqueue(Stored());
        _lease.MayClaim = true;
        Time.Advance(new MessageLimits().LeaseDoubtPause);

        await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
    }

    [Fact]
    public async Task No_final_step_is_taken_under_a_lease_that_is_too_old_although_the_attempt_is_recorded()
    {
        Store.Due.Enqueue(Stored());
        Start(MessageWork.Route | MessageWork.Deliver);
        var job = await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
        _lease.MayFinish = false;

        Assert.False(await job.Job.BeforeFinalStep!(CancellationToken.None));
        Assert.Contains(Store.Updates.Single().Journal, entry => entry.Event is AttemptStarted);
    }

    [Fact]
    public async Task A_notification_of_a_node_that_does_not_route_is_left_to_others()
    {
        Router.Decisions["a@to.example"] = _ => new RoutingDecision.Fail([], "no such user");
        var message = ActorOf(MessageActor.CreateResumedProps(Stored(), MessageStart.WhatIsDue, Services(MessageWork.Deliver), Delivery.Ref));
        Client.Watch(message);

        await Client.ExpectTerminatedAsync(message);
        Assert.True(Assert.Single(Store.Updates.Last().Notifications).Release);
    }

    private StoredMessage Stored() => TestMessages.Stored(Ids.Next(), TestMessages.Waiting(0, "a", Time.GetUtcNow()));

    private void Start(MessageWork work, MessageLimits? limits = null) => StartSupervisor(Services(work) with { Limits = limits ?? new MessageLimits() });

    private MessageServices Services(MessageWork work) => Services() with { Lease = _lease, Work = work };
}
