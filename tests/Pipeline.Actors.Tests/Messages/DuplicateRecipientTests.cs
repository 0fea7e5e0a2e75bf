using Pipeline.Actors.Messages;
using Pipeline.Actors.Routing;
using Pipeline.Actors.Tests.Support;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Tests.Messages;

/// <summary>Recipients of one message that lead to the same delivery.</summary>
public sealed class DuplicateRecipientTests : MessageTests
{
    private readonly MessageId _id;

    public DuplicateRecipientTests() => _id = Ids.Next();

    [Fact]
    public async Task An_address_that_stands_twice_in_the_envelope_is_delivered_once()
    {
        Resume(Recipient(0, "a"), Recipient(1, "a"));

        var job = await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();

        Assert.Equal(0, Assert.Single(job.Job.Recipients).Index);
        await Delivery.ExpectNoMsgAsync();
    }

    [Fact]
    public async Task An_alias_and_its_target_are_one_delivery_and_the_journal_says_which()
    {
        Alias("alias", "a");
        var message = Resume(Recipient(0, "alias"), Recipient(1, "a"));
        var job = await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
        Assert.Equal(1, Assert.Single(job.Job.Recipients).Index);

        await EndAsync(message, job, Delivered());

        var duplicate = Assert.Single(Events<RecipientDuplicated>());
        Assert.Equal((2, 1, "out"), (duplicate.Recipient, duplicate.Of, duplicate.Transport));
        Assert.Equal(1, Assert.Single(Events<RecipientDelivered>()).Recipient);
        Assert.Equal(UpdateClosing.Complete, Store.Updates.Last().Closing);
    }

    [Fact]
    public async Task The_lowest_recipient_stands_for_all_whatever_was_routed_first()
    {
        var slow = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Router.Wait["a@to.example"] = recipient => recipient.Recipient.Index == 0 ? slow.Task : Task.CompletedTask;
        Resume(Recipient(0, "a"), Recipient(1, "a"));
        await Delivery.ExpectNoMsgAsync();
        slow.SetResult();

        var job = await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();

        Assert.Equal(0, Assert.Single(job.Job.Recipients).Index);
        await Delivery.ExpectNoMsgAsync();
    }

    [Fact]
    public async Task A_recipient_that_is_routed_after_the_others_began_is_still_a_duplicate()
    {
        var slow = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Router.Wait["a@to.example"] = recipient => recipient.Recipient.Index == 0 ? slow.Task : Task.CompletedTask;
        var message = Resume(Recipient(0, "a"), Recipient(1, "a"));
        await Delivery.ExpectNoMsgAsync();
        Time.Advance(TimeSpan.FromMilliseconds(25));
        var job = await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
        Assert.Equal(1, Assert.Single(job.Job.Recipients).Index);

        slow.SetResult();
        await EndAsync(message, job, Delivered());

        Assert.Equal((0, 1), Assert.Single(Events<RecipientDuplicated>()) is var e ? (e.Recipient, e.Of) : default);
        await Delivery.ExpectNoMsgAsync();
    }

    [Fact]
    public async Task A_place_that_was_delivered_to_before_a_restart_is_not_delivered_to_again()
    {
        var message = Resume(
            Recipient(0, "a") with { Status = RecipientStatus.Delivered, Place = "out a@to.example" }, Recipient(1, "a") with { Notify = DsnNotify.Success });

        await Client.ExpectTerminatedAsync(message);

        Assert.Equal(0, Assert.Single(Events<RecipientDuplicated>()).Of);
        Assert.Equal(1, Assert.Single(Assert.Single(Notifications.Asked)).Recipient.Index);
        await Delivery.ExpectNoMsgAsync();
    }

    [Fact]
    public async Task A_recipient_that_waits_for_its_retry_stands_for_one_that_comes_to_its_place()
    {
        var waiting = Recipient(0, "a") with { Place = "out a@to.example", DueAt = Time.GetUtcNow() + TimeSpan.FromHours(1) };
        var message = Resume(MessageStart.WhatIsDue, waiting, Recipient(1, "a"));

        await Client.ExpectTerminatedAsync(message);

        Assert.Equal(0, Assert.Single(Events<RecipientDuplicated>()).Of);
        Assert.Equal(UpdateClosing.Release, Store.Updates.Last().Closing);
        await Delivery.ExpectNoMsgAsync();
    }

    [Fact]
    public async Task A_recipient_that_failed_stands_for_nobody()
    {
        Resume(Recipient(0, "a") with { Status = RecipientStatus.Failed, Place = "out a@to.example" }, Recipient(1, "a"));

        var job = await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();

        Assert.Equal(1, Assert.Single(job.Job.Recipients).Index);
    }

    [Fact]
    public async Task A_duplicate_stands_for_nobody_when_its_holder_comes_to_its_former_place()
    {
        // 1 became a duplicate of 0, and 0 is now led to where 1 was to be delivered.
        Router.Decisions["a@to.example"] = recipient => Place(recipient, "there");
        Resume(
            Recipient(0, "a") with { Place = "here" },
            Recipient(1, "b") with { Status = RecipientStatus.Duplicate, Place = "there", DuplicateOf = 0 });

        var job = await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();

        Assert.Equal(0, Assert.Single(job.Job.Recipients).Index);
    }

    [Fact]
    public async Task Who_held_a_place_keeps_it_against_lower_recipients()
    {
        Resume(Recipient(0, "a"), Recipient(1, "a") with { Place = "out a@to.example", Attempts = 1, AttemptOpen = true });

        var job = await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();

        Assert.Equal(1, Assert.Single(job.Job.Recipients).Index);
        Assert.True(job.Job.InDoubt);
    }

    [Fact]
    public async Task A_failure_is_told_to_the_duplicates_of_the_recipient_too()
    {
        Alias("alias", "a");
        var message = Resume(
            Recipient(0, "a") with { Notify = DsnNotify.Never }, Recipient(1, "alias") with { Notify = DsnNotify.Failure, OriginalRecipient = "rfc822;alias" });
        var job = await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
        Assert.Equal(DsnNotify.Failure, Assert.Single(job.Job.Recipients).Notify);

        await EndAsync(message, job, new DeliveryOutcome.Failed(new DeliveryFailure { Class = FailureClass.Permanent, Reason = "no" }));

        var told = Assert.Single(Notifications.Asked);
        Assert.Equal([0, 2], told.Select(ended => ended.Recipient.Index));
        Assert.Equal((DsnNotify.Failure, "rfc822;alias"), (told[1].Recipient.Notify, told[1].Recipient.OriginalRecipient));
        Assert.Equal("no", told[1].Failure!.Reason);
        Assert.Equal("alias@to.example", told[1].GeneratedFrom!.ToString());
    }

    [Theory]
    [InlineData(false, 2)]
    [InlineData(true, 0)]
    public async Task Success_is_told_for_both_unless_the_next_hop_tells_it(bool peerKnowsDsn, int told)
    {
        var message = Resume(Recipient(0, "a") with { Notify = DsnNotify.Success }, Recipient(1, "a") with { Notify = DsnNotify.Success | DsnNotify.Failure });
        var job = await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
        Assert.Equal(DsnNotify.Success | DsnNotify.Failure, Assert.Single(job.Job.Recipients).Notify);

        await EndAsync(message, job, Delivered(peerKnowsDsn));

        Assert.Equal(told, Notifications.Asked.SelectMany(asked => asked).Count());
    }

    [Fact]
    public async Task A_duplicate_that_the_next_hop_was_not_told_of_is_told_by_us()
    {
        var slow = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Router.Wait["a@to.example"] = recipient => recipient.Recipient.Index == 1 ? slow.Task : Task.CompletedTask;
        var message = Resume(Recipient(0, "a"), Recipient(1, "a") with { Notify = DsnNotify.Success });
        await Delivery.ExpectNoMsgAsync();
        Time.Advance(TimeSpan.FromMilliseconds(25));
        var job = await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
        slow.SetResult();

        await EndAsync(message, job, Delivered(peerKnowsDsn: true));

        Assert.Equal(1, Assert.Single(Assert.Single(Notifications.Asked)).Recipient.Index);
    }

    [Fact]
    public async Task A_redirection_beyond_the_limit_waits_instead_of_growing()
    {
        Router.Decisions["a@to.example"] = _ => new RoutingDecision.Redirect([], "aliases", [new ChildToRoute(TestMessages.To("a")), new ChildToRoute(TestMessages.To("a"))]);
        var message = Resume(Recipient(0, "a"));

        await Client.ExpectTerminatedAsync(message);

        var state = Events<RecipientRedirected>();
        Assert.Equal(MaxRecipients, 1 + state.Sum(redirected => redirected.Children.Length));
        Assert.All(Events<RecipientDeferred>(), deferred => Assert.Contains($"more than {MaxRecipients} recipients", deferred.Reason, StringComparison.Ordinal));
        Assert.Equal(UpdateClosing.Release, Store.Updates.Last().Closing);
    }

    [Theory]
    [InlineData(new[] { DsnNotify.None }, DsnNotify.None)]
    [InlineData(new[] { DsnNotify.None, DsnNotify.None }, DsnNotify.None)]
    [InlineData(new[] { DsnNotify.Never, DsnNotify.Never }, DsnNotify.Never)]
    [InlineData(new[] { DsnNotify.Never, DsnNotify.None }, DsnNotify.Failure | DsnNotify.Delay)]
    [InlineData(new[] { DsnNotify.None, DsnNotify.Success }, DsnNotify.Success | DsnNotify.Failure | DsnNotify.Delay)]
    [InlineData(new[] { DsnNotify.Success, DsnNotify.Never, DsnNotify.Failure }, DsnNotify.Success | DsnNotify.Failure)]
    public void Wishes_for_one_delivery_are_promised_together(DsnNotify[] wishes, DsnNotify together) =>
        Assert.Equal(together, DuplicateRecipients.Together(wishes));

    private const int MaxRecipients = 101;

    private static RecipientState Recipient(int index, string localPart) => TestMessages.Waiting(index, localPart, DateTimeOffset.UnixEpoch);

    private static RoutingDecision.Deliver Place(RecipientToRoute recipient, string place) => FakeRouter.ToTransport(recipient) with { Place = place };

    private static DeliveryOutcome.Delivered Delivered(bool peerKnowsDsn = false) => new("host", null, 25, null, "", peerKnowsDsn);

    private void Alias(string localPart, params string[] targets) => Router.Decisions[$"{localPart}@to.example"] =
        _ => new RoutingDecision.Redirect([], "aliases", [.. targets.Select(target => new ChildToRoute(TestMessages.To(target)))]);

    private IEnumerable<T> Events<T>()
        where T : JournalEvent => Store.Updates.SelectMany(update => update.Journal).Select(entry => entry.Event).OfType<T>();

    private IActorRef Resume(params RecipientState[] recipients) => Resume(MessageStart.Everything, recipients);

    private IActorRef Resume(MessageStart start, params RecipientState[] recipients)
    {
        var services = Services() with { Limits = new MessageLimits { MaxRecipients = MaxRecipients } };
        var message = ActorOf(MessageActor.CreateResumedProps(TestMessages.Stored(_id, recipients), start, services, Delivery.Ref));
        Client.Watch(message);
        return message;
    }

    private async Task EndAsync(IActorRef message, MessageProtocol.Deliver job, DeliveryOutcome outcome)
    {
        message.Tell(new MessageProtocol.JobEnded(job.Number, DeliveryReport.ForAll(job.Job.Recipients, outcome)), Delivery.Ref);
        await Client.ExpectTerminatedAsync(message);
    }
}
