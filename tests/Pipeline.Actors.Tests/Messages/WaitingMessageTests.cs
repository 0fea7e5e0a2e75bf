using Pipeline.Actors.Messages;
using Pipeline.Actors.Reporting;
using Pipeline.Actors.Routing;
using Pipeline.Actors.Tests.Support;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Tests.Messages;

/// <summary>Frozen messages, and warnings of delay.</summary>
public sealed class WaitingMessageTests : MessageTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly MessageId _id;
    private WaitingRulesOfPolicy _rules = WaitingRulesOfPolicy.None;

    public WaitingMessageTests() => _id = Ids.Next();

    [Theory]
    [InlineData("tell", 1)]
    [InlineData(MessageProperties.FreezeWithoutTelling, 0)]
    public async Task Message_that_an_ACL_freezes_is_not_tried_and_the_operator_is_told_unless_not_wanted(string how, int told)
    {
        var message = Accept(how);
        Client.Watch(message);
        await Client.ExpectMsgAsync<MessageProtocol.Committed>();
        await Client.ExpectTerminatedAsync(message);

        var last = Store.Updates.Last();
        Assert.Equal(UpdateClosing.Release, last.Closing);
        Assert.Equal(new MessageFrozen("", MessageFrozen.ByAcl, WaitingRulesOfPolicy.Never), last.Journal.Select(entry => entry.Event).OfType<MessageFrozen>().Single());
        Assert.All(last.Recipients, recipient => Assert.Equal((true, WaitingRulesOfPolicy.Never), (recipient.IsFrozen, recipient.DueAt)));
        Assert.Equal((told, told), (Notifications.Reports.Count, last.Notifications.Length));
        await Delivery.ExpectNoMsgAsync();
    }

    [Fact]
    public async Task Message_that_was_thawed_is_not_frozen_again_by_its_ACL()
    {
        var stored = Stored(Frozen(Hour) with { ThawedAt = Now, DueAt = Now }) with
        {
            Properties = ImmutableDictionary<string, string>.Empty.Add(MessageProperties.Freeze, "tell"),
        };
        ActorOf(MessageActor.CreateResumedProps(stored, MessageStart.WhatIsDue, ServicesWithRules(), Delivery.Ref));
        await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
    }

    [Fact]
    public async Task Auto_thaw_tries_a_frozen_message_again()
    {
        _rules = new WaitingRulesOfPolicy { AutoThaw = Hour };
        Resume(MessageStart.WhatIsDue, Frozen(Hour));
        await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
    }

    [Fact]
    public async Task Message_that_auto_thaw_does_not_thaw_yet_stays_frozen_and_keeps_the_time_at_which_it_was()
    {
        _rules = new WaitingRulesOfPolicy { AutoThaw = 2 * Hour };
        var frozen = Frozen(Hour);
        var last = await RoundAsync(Resume(MessageStart.WhatIsDue, frozen));
        Assert.Equal((frozen.FrozenAt, frozen.FrozenAt + (2 * Hour)), (last.Recipients[0].FrozenAt, last.Recipients[0].DueAt));
        await Delivery.ExpectNoMsgAsync();
    }

    [Fact]
    public async Task Message_that_is_frozen_for_too_long_is_cancelled_and_its_sender_told()
    {
        _rules = new WaitingRulesOfPolicy { AutoThaw = Hour, TimeoutFrozenAfter = 3 * Hour };
        var last = await RoundAsync(Resume(MessageStart.WhatIsDue, Frozen(2 * Hour), age: 3 * Hour));
        Assert.Equal(UpdateClosing.Complete, last.Closing);
        Assert.Equal(
            [typeof(MessageCancelled), typeof(RecipientFailed), typeof(NotificationSent), typeof(MessageCompleted)], last.Journal.Select(entry => entry.Event.GetType()));
        await Delivery.ExpectNoMsgAsync();
    }

    [Fact]
    public async Task Operator_freezes_and_thaws()
    {
        var message = Resume(MessageStart.Nothing, TestMessages.Waiting(0, "a", Now + Hour));
        Client.Watch(message);
        message.Tell(new MessageProtocol.FreezeMessage(_id, "root"), Client.Ref);
        Assert.Equal(new MessageProtocol.OperatorAnswer(true, "is now frozen"), await Client.ExpectMsgAsync<MessageProtocol.OperatorAnswer>());
        await Client.ExpectTerminatedAsync(message);
        var state = Assert.Single(Store.Updates.Last().Recipients);
        Assert.True(state.IsFrozen);
        Assert.Empty(Notifications.Reports);

        message = Resume(MessageStart.Nothing, state);
        Client.Watch(message);
        message.Tell(new MessageProtocol.FreezeMessage(_id, "root"), Client.Ref);
        Assert.Equal("is already frozen", (await Client.ExpectMsgAsync<MessageProtocol.OperatorAnswer>()).Text);
        await Client.ExpectTerminatedAsync(message);

        message = Resume(MessageStart.Nothing, state);
        message.Tell(new MessageProtocol.ThawMessage(_id, "root"), Client.Ref);
        Assert.Equal("is no longer frozen", (await Client.ExpectMsgAsync<MessageProtocol.OperatorAnswer>()).Text);
        var job = await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
        message.Tell(new MessageProtocol.FreezeMessage(_id, "root"), Client.Ref);
        Assert.False((await Client.ExpectMsgAsync<MessageProtocol.OperatorAnswer>()).Done);
        End(message, job, DeliveryOutcome.Delivered.Locally("f"));
        await AwaitConditionAsync(() => Task.FromResult(Store.Updates.Last().Closing == UpdateClosing.Complete));
        Assert.Contains(Store.Updates.SelectMany(update => update.Journal), entry => entry.Event is MessageThawed { By: "root" });
    }

    [Fact]
    public async Task Thaw_of_a_message_that_is_not_frozen_changes_nothing()
    {
        var message = Resume(MessageStart.Nothing, TestMessages.Waiting(0, "a", Now + Hour));
        Client.Watch(message);
        message.Tell(new MessageProtocol.ThawMessage(_id, "root"), Client.Ref);
        Assert.Equal("is not frozen", (await Client.ExpectMsgAsync<MessageProtocol.OperatorAnswer>()).Text);
        await Client.ExpectTerminatedAsync(message);
        Assert.Empty(Store.Updates.Last().Journal);
    }

    [Fact]
    public async Task Operator_who_wants_a_frozen_message_tried_thaws_it()
    {
        Resume(MessageStart.Everything, Frozen(Hour));
        await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
    }

    [Fact]
    public async Task Route_that_waiting_does_not_mend_freezes_what_waits_when_the_rest_is_done()
    {
        Router.Decisions["a@to.example"] = static _ => new RoutingDecision.Defer([], "lowest numbered MX record points to local host", Freezes: true);
        var message = Resume(MessageStart.WhatIsDue, TestMessages.Waiting(0, "a", Now), TestMessages.Waiting(1, "b", Now));
        Client.Watch(message);
        var job = await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
        End(message, job, DeliveryOutcome.Delivered.Locally("f"));
        await Client.ExpectTerminatedAsync(message);

        var frozen = Assert.Single(Store.Updates.SelectMany(update => update.Journal).Select(entry => entry.Event).OfType<MessageFrozen>());
        Assert.Equal(("lowest numbered MX record points to local host", null), (frozen.Reason, frozen.By));
        Assert.Equal(["a"], Assert.Single(Notifications.Reports).Waiting.Select(waiting => waiting.Address.LocalPart));
    }

    [Fact]
    public async Task Program_that_cannot_be_run_freezes_the_message_where_its_transport_says_so()
    {
        var message = Resume(MessageStart.WhatIsDue, TestMessages.Waiting(0, "a", Now));
        Client.Watch(message);
        var job = await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
        End(message, job, new DeliveryOutcome.Deferred(new DeliveryFailure { Class = FailureClass.Local, Reason = "local delivery failed", Internal = "pipe exec failed", Freezes = true }));
        await Client.ExpectTerminatedAsync(message);
        Assert.Contains(Store.Updates.SelectMany(update => update.Journal), entry => entry.Event is MessageFrozen { Reason: "pipe exec failed" });
    }

    [Fact]
    public async Task Notification_that_fails_is_frozen_and_its_recipient_kept()
    {
        _rules = new WaitingRulesOfPolicy { IgnoreBounceErrorsAfter = 2 * Hour };
        Router.Decisions["a@to.example"] = static _ => new RoutingDecision.Fail([], "no such user");
        var message = ResumeBounce(MessageStart.WhatIsDue, Hour, TestMessages.Waiting(0, "a", Now));
        var last = await RoundAsync(message);

        Assert.Equal(UpdateClosing.Release, last.Closing);
        Assert.Equal([typeof(RecipientFailed), typeof(MessageFrozen)], last.Journal.Select(entry => entry.Event.GetType()));
        var state = Assert.Single(last.Recipients);
        Assert.Equal((RecipientStatus.Queued, true, Now + Hour, "no such user"), (state.Status, state.IsFrozen, state.DueAt, state.LastReason));
        Assert.Empty(last.Notifications);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(0)]
    public async Task Notification_that_fails_when_its_time_is_over_is_dropped(int hours)
    {
        _rules = new WaitingRulesOfPolicy { IgnoreBounceErrorsAfter = hours * Hour };
        Router.Decisions["a@to.example"] = static _ => new RoutingDecision.Fail([], "no such user");
        var last = await RoundAsync(ResumeBounce(MessageStart.WhatIsDue, hours * Hour, TestMessages.Waiting(0, "a", Now)));

        Assert.Equal(UpdateClosing.Complete, last.Closing);
        // The notifications of the test are written for everybody; those of a node, not for a message without a sender.
        Assert.Equal(
            [typeof(RecipientFailed), typeof(FailureIgnored), typeof(MessageCompleted)],
            last.Journal.Select(entry => entry.Event.GetType()).Where(type => type != typeof(NotificationSent)));
    }

    [Fact]
    public async Task Frozen_notification_is_tried_once_more_when_its_time_is_over()
    {
        _rules = new WaitingRulesOfPolicy { IgnoreBounceErrorsAfter = 2 * Hour };
        ResumeBounce(MessageStart.WhatIsDue, 2 * Hour, Frozen(Hour));
        await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
    }

    [Fact]
    public async Task Notification_that_is_frozen_after_its_time_waits_for_an_operator()
    {
        _rules = new WaitingRulesOfPolicy { IgnoreBounceErrorsAfter = 2 * Hour };
        var last = await RoundAsync(ResumeBounce(MessageStart.WhatIsDue, 4 * Hour, Frozen(Hour)));
        Assert.Equal(WaitingRulesOfPolicy.Never, Assert.Single(last.Recipients).DueAt);
        await Delivery.ExpectNoMsgAsync();
    }

    [Fact]
    public async Task Frozen_notification_that_is_given_up_is_not_frozen_again()
    {
        _rules = new WaitingRulesOfPolicy { IgnoreBounceErrorsAfter = 100 * Hour, TimeoutFrozenAfter = 3 * Hour };
        var last = await RoundAsync(ResumeBounce(MessageStart.WhatIsDue, 3 * Hour, Frozen(Hour)));
        Assert.Equal(UpdateClosing.Complete, last.Closing);
    }

    [Theory]
    [InlineData(23, null, null)]
    [InlineData(24, null, 1)]
    [InlineData(30, 1, null)]
    [InlineData(80, 1, 3)]
    public async Task Sender_is_warned_once_for_each_time_that_has_passed(int age, int? warned, int? warning)
    {
        _rules = new WaitingRulesOfPolicy { DelayWarning = [24 * Hour], MayWarn = true };
        var message = Resume(MessageStart.WhatIsDue, TestMessages.Waiting(0, "a", Now) with { Warnings = warned }, age: age * Hour);
        Client.Watch(message);
        End(message, await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>(), Later);
        await Client.ExpectTerminatedAsync(message);

        var sent = Store.Updates.SelectMany(update => update.Journal).Select(entry => entry.Event).OfType<NotificationSent>().ToArray();
        Assert.Equal(warning is null ? [] : [("delay", warning)], sent.Select(notification => (notification.Kind, notification.Warnings)));
        Assert.Equal(warning is null ? 0 : 1, Store.Updates.Last().Notifications.Length);
        Assert.Equal(warning ?? warned, Store.Updates.Last().Recipients.LastOrDefault()?.Warnings ?? warned);
        Assert.Equal(UpdateClosing.Release, Store.Updates.Last().Closing);
    }

    [Fact]
    public async Task Nobody_is_warned_where_the_condition_does_not_hold()
    {
        _rules = new WaitingRulesOfPolicy { DelayWarning = [Hour], MayWarn = false };
        var message = Resume(MessageStart.WhatIsDue, TestMessages.Waiting(0, "a", Now), age: 2 * Hour);
        Client.Watch(message);
        End(message, await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>(), Later);
        await Client.ExpectTerminatedAsync(message);
        Assert.Empty(Notifications.Reports);
    }

    [Fact]
    public async Task Warning_that_cannot_be_written_is_tried_with_the_next_round()
    {
        _rules = new WaitingRulesOfPolicy { DelayWarning = [Hour], MayWarn = true };
        Notifications.Error = new IOException("disk full");
        var message = Resume(MessageStart.WhatIsDue, TestMessages.Waiting(0, "a", Now), age: 2 * Hour);
        Client.Watch(message);
        End(message, await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>(), Later);
        await Client.ExpectTerminatedAsync(message);
        Assert.Single(Notifications.Reports);
        Assert.All(Store.Updates.SelectMany(update => update.Recipients), recipient => Assert.Null(recipient.Warnings));
        Assert.Equal(UpdateClosing.Release, Store.Updates.Last().Closing);
    }

    [Theory]
    [InlineData("4 8 24", 3, 0, 0)]
    [InlineData("4 8 24", 4, 1, 4)]
    [InlineData("4 8 24", 23, 2, 8)]
    [InlineData("4 8 24", 24, 3, 24)]
    [InlineData("4 8 24", 39, 3, 24)]
    [InlineData("4 8 24", 40, 4, 40)]
    [InlineData("4 8 24", 57, 5, 56)]
    [InlineData("6", 13, 2, 12)]
    [InlineData("0", 1000, 0, 0)]
    [InlineData("", 1000, 0, 0)]
    public void Times_of_warnings_go_on_by_their_last_difference(string times, int age, int count, int hours)
    {
        var rules = new WaitingRulesOfPolicy { DelayWarning = [.. times.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(time => int.Parse(time, System.Globalization.CultureInfo.InvariantCulture) * Hour)] };
        Assert.Equal(count, rules.WarningsDue(age * Hour));
        Assert.Equal(hours * Hour, count == 0 ? TimeSpan.Zero : rules.IntervalOf(count));
    }

    private static DeliveryOutcome Later => new DeliveryOutcome.Deferred(new DeliveryFailure { Class = FailureClass.ConnectionRefused, Reason = "Connection refused" });

    private DateTimeOffset Now => Time.GetUtcNow();

    private RecipientState Frozen(TimeSpan ago) => TestMessages.Waiting(0, "a", Now) with { FrozenAt = Now - ago };

    private StoredMessage Stored(params RecipientState[] recipients) => TestMessages.Stored(_id, recipients) with { ReceivedAt = Now - Hour };

    private MessageServices ServicesWithRules() => Services() with { Rules = new FixedRules(() => _rules) };

    private IActorRef Accept(string freeze)
    {
        var message = ActorOf(MessageActor.CreateProps(_id, ServicesWithRules(), Delivery.Ref));
        message.Tell(new MessageProtocol.Happened(Now, new RecipientAccepted(0, "a@to.example")), Client.Ref);
        message.Tell(
            new MessageProtocol.Commit(TestMessages.New(_id, TestMessages.Sender, TestMessages.To("a")) with { Properties = ImmutableDictionary<string, string>.Empty.Add(MessageProperties.Freeze, freeze) }), Client.Ref);
        return message;
    }

    private IActorRef Resume(MessageStart start, params RecipientState[] recipients) =>
        ActorOf(MessageActor.CreateResumedProps(Stored(recipients), start, ServicesWithRules(), Delivery.Ref));

    private IActorRef Resume(MessageStart start, RecipientState recipient, TimeSpan age) =>
        ActorOf(MessageActor.CreateResumedProps(Stored(recipient) with { ReceivedAt = Now - age }, start, ServicesWithRules(), Delivery.Ref));

    private IActorRef ResumeBounce(MessageStart start, TimeSpan age, RecipientState recipient)
    {
        var stored = Stored(recipient) with { ReceivedAt = Now - age };
        return ActorOf(MessageActor.CreateResumedProps(
            stored with { Envelope = stored.Envelope with { Sender = EnvelopeAddress.Null } }, start, ServicesWithRules(), Delivery.Ref));
    }

    private async Task<MessageUpdate> RoundAsync(IActorRef message)
    {
        Client.Watch(message);
        await Client.ExpectTerminatedAsync(message);
        return Store.Updates.Last();
    }

    private void End(IActorRef message, MessageProtocol.Deliver job, DeliveryOutcome outcome) =>
        message.Tell(new MessageProtocol.JobEnded(job.Number, DeliveryReport.ForAll(job.Job.Recipients, outcome)), Delivery.Ref);

    private sealed class FixedRules(Func<WaitingRulesOfPolicy> rules) : IWaitingRules
    {
        public ValueTask<WaitingRulesOfPolicy> OfAsync(MessageFacts message, ImmutableArray<RecipientState> waiting, CancellationToken cancellationToken) => new(rules());
    }
}
