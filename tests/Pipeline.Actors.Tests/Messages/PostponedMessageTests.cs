using Pipeline.Actors.Messages;
using Pipeline.Actors.Routing;
using Pipeline.Actors.Tests.Support;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Tests.Messages;

/// <summary>Messages that are only queued, and recipients that are put off without a failure.</summary>
public sealed class PostponedMessageTests : MessageTests
{
    private readonly MessageId _id;

    public PostponedMessageTests() => _id = Ids.Next();

    private DateTimeOffset Now => Time.GetUtcNow();

    [Theory]
    [InlineData(null)]
    [InlineData("queued by ACL")]
    public async Task Message_that_is_only_queued_waits_for_a_queue_run(string? reason)
    {
        var message = Accept(MessageProperties.PostponeAll, reason);
        Client.Watch(message);
        await Client.ExpectMsgAsync<MessageProtocol.Committed>();
        await Client.ExpectTerminatedAsync(message);

        var last = Store.Updates.Last();
        Assert.Equal(UpdateClosing.Release, last.Closing);
        Assert.Equal(new MessagePostponed(reason, RecipientState.AtQueueRun), Assert.Single(last.Journal).Event);
        Assert.All(last.Recipients, recipient => Assert.True(recipient.AwaitsQueueRun));
        await Delivery.ExpectNoMsgAsync();
    }

    [Fact]
    public async Task Message_that_another_node_has_accepted_is_put_off_by_the_one_that_claims_it()
    {
        var message = Resume(MessageStart.WhatIsDue, MessageProperties.PostponeAll, TestMessages.Waiting(0, "a", Now));
        Client.Watch(message);
        await Client.ExpectTerminatedAsync(message);
        Assert.IsType<MessagePostponed>(Assert.Single(Store.Updates.Last().Journal).Event);
    }

    [Fact]
    public async Task Message_that_a_queue_run_has_come_to_is_tried_though_its_recipients_still_say_that_they_wait()
    {
        Resume(MessageStart.WhatIsDue, MessageProperties.PostponeAll, Postponed(0, "a"));
        var job = await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
        Assert.Equal("a", Assert.Single(job.Job.Recipients).Address.LocalPart);
    }

    [Fact]
    public async Task Retry_of_one_recipient_is_a_queue_run_for_the_others()
    {
        var failed = TestMessages.Waiting(0, "a", Now) with { FirstFailedAt = Now - TimeSpan.FromHours(1) };
        Resume(MessageStart.WhatIsDue, "", failed, Postponed(1, "b"));
        var job = await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
        Assert.Equal(["a", "b"], job.Job.Recipients.Select(recipient => recipient.Address.LocalPart));
    }

    [Theory]
    [InlineData(MessageProperties.PostponeAll)]
    [InlineData("")]
    public async Task Message_that_somebody_forces_is_tried_at_once(string postpone)
    {
        DeliveryPass? pass = null;
        Router.Decisions["a@to.example"] = recipient =>
        {
            pass = recipient.Pass;
            return FakeRouter.ToTransport(recipient);
        };
        Resume(MessageStart.Everything, postpone, TestMessages.Waiting(0, "a", Now.AddHours(1)));
        await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
        Assert.Equal(DeliveryPass.Forced, pass);
    }

    [Theory]
    [InlineData(false, DeliveryPass.First)]
    [InlineData(true, DeliveryPass.Later)]
    public async Task Children_are_of_the_pass_of_their_parent(bool postponed, DeliveryPass expected)
    {
        DeliveryPass? pass = null;
        Router.Decisions["a@to.example"] = static _ => new RoutingDecision.Redirect([], "aliases", [new ChildToRoute(TestMessages.To("child"))]);
        Router.Decisions["child@to.example"] = recipient =>
        {
            pass = recipient.Pass;
            return FakeRouter.ToTransport(recipient);
        };
        Resume(MessageStart.WhatIsDue, "", postponed ? Postponed(0, "a") : TestMessages.Waiting(0, "a", Now));
        await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
        Assert.Equal(expected, pass);
    }

    [Fact]
    public async Task Recipient_that_was_tried_is_not_of_the_first_pass()
    {
        DeliveryPass? pass = null;
        Router.Decisions["a@to.example"] = recipient =>
        {
            pass = recipient.Pass;
            return FakeRouter.ToTransport(recipient);
        };
        Resume(MessageStart.WhatIsDue, "", TestMessages.Waiting(0, "a", Now) with { FirstFailedAt = Now });
        await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
        Assert.Equal(DeliveryPass.Later, pass);
    }

    [Fact]
    public async Task Recipient_whose_domain_is_held_is_looked_at_again_after_a_while_and_its_retry_time_does_not_begin()
    {
        Router.Decisions["a@to.example"] = static _ => new RoutingDecision.Postpone([], RecipientPostponed.Held);
        Retry.GivesUp = true;
        var message = Resume(MessageStart.WhatIsDue, "", TestMessages.Waiting(0, "a", Now));
        Client.Watch(message);
        await Client.ExpectTerminatedAsync(message);

        var state = Assert.Single(Store.Updates.Last().Recipients);
        Assert.Equal((RecipientStatus.Queued, null, Now + new MessageLimits().HoldInterval), (state.Status, state.FirstFailedAt, state.DueAt));
        Assert.Equal(RecipientPostponed.Held, state.LastReason);
    }

    [Fact]
    public async Task Recipient_that_is_routed_only_waits_for_a_queue_run_while_the_others_are_delivered()
    {
        Router.Decisions["a@to.example"] = static _ => new RoutingDecision.Postpone([], RecipientPostponed.RoutedOnly, "r", "smtp");
        var message = Resume(MessageStart.WhatIsDue, "", TestMessages.Waiting(0, "a", Now), TestMessages.Waiting(1, "b", Now));
        Client.Watch(message);
        var job = await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
        message.Tell(new MessageProtocol.JobEnded(job.Number, DeliveryReport.ForAll(job.Job.Recipients, DeliveryOutcome.Delivered.Locally("f"))), Delivery.Ref);
        await Client.ExpectTerminatedAsync(message);

        var events = Store.Updates.SelectMany(update => update.Journal).Select(entry => entry.Event).ToArray();
        Assert.Equal(new RecipientPostponed(0, RecipientPostponed.RoutedOnly, RecipientState.AtQueueRun, "r", "smtp"), Assert.Single(events.OfType<RecipientPostponed>()));
        Assert.Equal(1, Assert.Single(events.OfType<RecipientDelivered>()).Recipient);
        Assert.Equal(UpdateClosing.Release, Store.Updates.Last().Closing);
    }

    [Fact]
    public async Task Queue_run_is_one_of_the_store_and_looks_for_work()
    {
        var supervisor = StartSupervisor(Services());
        await AwaitConditionAsync(() => Task.FromResult(!Store.Claims.IsEmpty));
        Store.Due.Enqueue(TestMessages.Stored(_id, Postponed(0, "a")));
        supervisor.Tell(new MessageProtocol.RunQueue("slow"), Client.Ref);
        Assert.True((await Client.ExpectMsgAsync<MessageProtocol.OperatorAnswer>()).Done);
        Assert.Equal(["slow"], Store.QueueRuns);
        await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
    }

    [Fact]
    public async Task Queue_run_that_the_store_cannot_make_is_said_so()
    {
        Store.WhyNoQueueRun = new IOException("the database is away");
        var supervisor = StartSupervisor(Services());
        supervisor.Tell(new MessageProtocol.RunQueue(""), Client.Ref);
        Assert.Equal(new MessageProtocol.OperatorAnswer(false, "no queue run: the database is away"), await Client.ExpectMsgAsync<MessageProtocol.OperatorAnswer>());
    }

    private RecipientState Postponed(int index, string localPart) =>
        TestMessages.Waiting(index, localPart, RecipientState.AtQueueRun) with { PostponedAt = Now - TimeSpan.FromHours(1) };

    private static ImmutableDictionary<string, string> Properties(string postpone, string? reason = null)
    {
        var properties = ImmutableDictionary<string, string>.Empty.Add(MessageProperties.Postpone, postpone);
        return reason is null ? properties : properties.Add(MessageProperties.PostponeReason, reason);
    }

    private IActorRef Accept(string postpone, string? reason)
    {
        var message = ActorOf(MessageActor.CreateProps(_id, Services(), Delivery.Ref));
        message.Tell(new MessageProtocol.Happened(Now, new RecipientAccepted(0, "a@to.example")), Client.Ref);
        message.Tell(
            new MessageProtocol.Commit(TestMessages.New(_id, TestMessages.Sender, TestMessages.To("a")) with { Properties = Properties(postpone, reason) }), Client.Ref);
        return message;
    }

    private IActorRef Resume(MessageStart start, string postpone, params RecipientState[] recipients) => ActorOf(MessageActor.CreateResumedProps(
        TestMessages.Stored(_id, recipients) with { Properties = Properties(postpone) }, start, Services(), Delivery.Ref));
}
