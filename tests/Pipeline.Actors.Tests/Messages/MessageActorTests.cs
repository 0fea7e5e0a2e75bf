using Pipeline.Actors.Messages;
using Pipeline.Actors.Routing;
using Pipeline.Actors.Tests.Support;
using Pipeline.Actors.Verification;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Message;
using Pipeline.Mail.Reply;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Tests.Messages;

public sealed class MessageActorTests : MessageTests
{
    private readonly MessageId _id;

    public MessageActorTests() => _id = Ids.Next();

    [Fact]
    public async Task A_commit_is_answered_only_after_the_store_says_durable()
    {
        Store.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var message = Receive("a");

        await Client.ExpectNoMsgAsync();
        Store.Gate.SetResult();

        await Client.ExpectMsgAsync<MessageProtocol.Committed>();
        Assert.Equal(_id, Assert.Single(Store.Accepted).Id);
        Assert.False(message.IsNobody());
    }

    [Theory]
    [InlineData(WriteOutcome.Unavailable)]
    [InlineData(WriteOutcome.Fenced)]
    public async Task A_commit_that_is_not_durable_is_refused_and_nothing_is_delivered(WriteOutcome outcome)
    {
        Store.Answer(outcome);
        var message = Receive("a");
        Client.Watch(message);

        await Client.ExpectMsgAsync<MessageProtocol.NotCommitted>();
        await Client.ExpectTerminatedAsync(message);
        await Delivery.ExpectNoMsgAsync();
    }

    [Fact]
    public async Task A_message_that_stops_before_it_hears_of_its_commit_says_so_to_the_session()
    {
        Store.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var message = Receive("a");
        await AwaitAssertAsync(() => Assert.Single(Store.Accepted));

        Sys.Stop(message);

        await Client.ExpectMsgAsync<MessageProtocol.CommitUnknown>();
        Store.Gate.SetResult();
    }

    [Fact]
    public async Task The_journal_of_an_accepted_message_holds_what_was_told_and_its_acceptance_in_order()
    {
        Receive("a", "b");

        await Client.ExpectMsgAsync<MessageProtocol.Committed>();
        var journal = Assert.Single(Store.Accepted).Journal;
        Assert.Equal([0, 1, 2], journal.Select(entry => entry.Sequence));
        Assert.Equal([typeof(RecipientAccepted), typeof(RecipientAccepted), typeof(MessageAccepted)], journal.Select(entry => entry.Event.GetType()));
    }

    [Fact]
    public async Task Recipients_of_one_destination_share_a_delivery()
    {
        Router.Decisions["c@to.example"] = recipient => FakeRouter.ToTransport(recipient, "elsewhere");
        Receive("a", "b", "c");

        var first = await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
        var second = await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();

        Assert.Equal([1, 2], new[] { first, second }.Select(job => job.Job.Recipients.Length).Order());
    }

    [Fact]
    public async Task A_delivered_message_completes_with_its_attempt_recorded_before_its_end()
    {
        var message = Receive("a");
        Client.Watch(message);
        await Client.ExpectMsgAsync<MessageProtocol.Committed>();
        var job = await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();

        Assert.True(await job.Job.BeforeFinalStep!(CancellationToken.None));
        Assert.Contains(Store.Updates.Single().Journal, entry => entry.Event is AttemptStarted { Attempt: 1 });
        End(message, job, new DeliveryOutcome.Delivered("host", null, 25, null, "", false));

        await Client.ExpectTerminatedAsync(message);
        var last = Store.Updates.Last();
        Assert.Equal(UpdateClosing.Complete, last.Closing);
        Assert.Equal([typeof(RecipientDelivered), typeof(MessageCompleted)], last.Journal.Select(entry => entry.Event.GetType()));
        Assert.Equal(RecipientStatus.Delivered, Assert.Single(last.Recipients).Status);
    }

    [Fact]
    public async Task A_second_final_step_of_an_attempt_is_permitted_without_another_record()
    {
        Receive("a");
        await Client.ExpectMsgAsync<MessageProtocol.Committed>();
        var job = await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();

        Assert.True(await job.Job.BeforeFinalStep!(CancellationToken.None));
        Assert.True(await job.Job.BeforeFinalStep!(CancellationToken.None));

        Assert.Single(Store.Updates);
    }

    [Fact]
    public async Task A_shadow_is_recorded_with_the_delivery_and_its_reply_is_sent()
    {
        var message = Receive("a");
        Client.Watch(message);
        await Client.ExpectMsgAsync<MessageProtocol.Committed>();
        var job = await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
        var reply = new Mail.Reply.AutomaticReply { Recipients = [TestMessages.To("s")], From = "a" };

        message.Tell(new MessageProtocol.JobEnded(job.Number, new DeliveryReport([new RecipientReport(0, DeliveryOutcome.Delivered.Locally("f")) { Shadow = "vacation", Reply = reply }])));

        await Client.ExpectTerminatedAsync(message);
        var last = Store.Updates.Last();
        Assert.Equal("vacation", Assert.Single(last.Journal.Select(entry => entry.Event).OfType<RecipientDelivered>()).Shadow);
        Assert.Single(last.Journal.Select(entry => entry.Event).OfType<NotificationSent>());
    }

    [Fact]
    public async Task A_final_step_is_not_permitted_before_its_attempt_is_durable()
    {
        Receive("a");
        await Client.ExpectMsgAsync<MessageProtocol.Committed>();
        var job = await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
        Store.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        var permission = job.Job.BeforeFinalStep!(CancellationToken.None).AsTask();
        await AwaitConditionAsync(() => Task.FromResult(!Store.Updates.IsEmpty));
        Assert.False(permission.IsCompleted);
        Store.Gate.SetResult();

        Assert.True(await permission);
    }

    [Fact]
    public async Task A_fenced_attempt_is_refused_and_ends_the_message_here()
    {
        var message = Receive("a");
        Client.Watch(message);
        await Client.ExpectMsgAsync<MessageProtocol.Committed>();
        var job = await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
        Store.Answer(WriteOutcome.Fenced);

        Assert.False(await job.Job.BeforeFinalStep!(CancellationToken.None));
        await Client.ExpectTerminatedAsync(message);
        Assert.False(await job.Job.BeforeFinalStep!(new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task A_deferred_recipient_is_released_with_its_next_try()
    {
        var message = Receive("a");
        Client.Watch(message);
        await Client.ExpectMsgAsync<MessageProtocol.Committed>();
        var job = await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();

        End(message, job, new DeliveryOutcome.Deferred(Failure("try later")));

        await Client.ExpectTerminatedAsync(message);
        var last = Store.Updates.Last();
        Assert.Equal(UpdateClosing.Release, last.Closing);
        var recipient = Assert.Single(last.Recipients);
        Assert.Equal(RecipientStatus.Queued, recipient.Status);
        Assert.Equal(Time.GetUtcNow() + FakeRetry.Interval, recipient.DueAt);
        Assert.False(recipient.AttemptOpen);
    }

    [Fact]
    public async Task A_failure_is_recorded_in_the_same_commit_as_its_notification()
    {
        var message = Receive("a");
        Client.Watch(message);
        await Client.ExpectMsgAsync<MessageProtocol.Committed>();
        var job = await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();

        End(message, job, new DeliveryOutcome.Failed(Failure("no such user")));

        await Client.ExpectTerminatedAsync(message);
        var update = Assert.Single(Store.Updates, update => update.Journal.Any(entry => entry.Event is RecipientFailed));
        Assert.Single(update.Notifications);
        Assert.Contains(update.Journal, entry => entry.Event is NotificationSent);
        Assert.Equal(UpdateClosing.Complete, update.Closing);
    }

    [Fact]
    public async Task A_reply_is_recorded_in_the_same_commit_as_the_delivery_that_it_is()
    {
        var message = Receive("a");
        Client.Watch(message);
        await Client.ExpectMsgAsync<MessageProtocol.Committed>();
        var job = await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();

        Reply(message, job);

        await Client.ExpectTerminatedAsync(message);
        var update = Assert.Single(Store.Updates, update => update.Journal.Any(entry => entry.Event is RecipientDelivered));
        Assert.Single(update.Notifications);
        Assert.Contains(update.Journal, entry => entry.Event is NotificationSent { Kind: NotificationSent.Reply });
        Assert.Equal(UpdateClosing.Complete, update.Closing);
        Assert.Equal("away", Assert.Single(Notifications.Replies).Subject);
        Assert.Empty(Notifications.Asked);
    }

    [Fact]
    public async Task A_reply_that_cannot_be_written_leaves_the_recipient_queued()
    {
        Notifications.Error = new IOException("disk full");
        var message = Receive("a");
        Client.Watch(message);
        await Client.ExpectMsgAsync<MessageProtocol.Committed>();
        var job = await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();

        Reply(message, job);

        await Client.ExpectTerminatedAsync(message);
        var last = Store.Updates.Last();
        Assert.Equal(UpdateClosing.Release, last.Closing);
        Assert.DoesNotContain(Store.Updates.SelectMany(update => update.Journal), entry => entry.Event is RecipientDelivered);
        Assert.Equal(RecipientStatus.Queued, Assert.Single(last.Recipients).Status);
    }

    [Fact]
    public async Task What_a_program_wrote_is_in_the_journal()
    {
        var message = Receive("a");
        Client.Watch(message);
        await Client.ExpectMsgAsync<MessageProtocol.Committed>();
        var job = await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();

        message.Tell(new MessageProtocol.JobEnded(job.Number, DeliveryReport.ForAll(job.Job.Recipients, DeliveryOutcome.Delivered.Locally(""), "stored")), Delivery.Ref);

        await Client.ExpectTerminatedAsync(message);
        Assert.Equal("stored", Assert.Single(Store.Updates.SelectMany(update => update.Journal).Select(entry => entry.Event).OfType<ProgramOutput>()).Line);
    }

    [Fact]
    public async Task A_notification_that_cannot_be_written_leaves_the_recipient_queued()
    {
        Notifications.Error = new IOException("disk full");
        var message = Receive("a");
        Client.Watch(message);
        await Client.ExpectMsgAsync<MessageProtocol.Committed>();
        var job = await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();

        End(message, job, new DeliveryOutcome.Failed(Failure("no such user")));

        await Client.ExpectTerminatedAsync(message);
        var last = Store.Updates.Last();
        Assert.Equal(UpdateClosing.Release, last.Closing);
        Assert.DoesNotContain(Store.Updates.SelectMany(update => update.Journal), entry => entry.Event is RecipientFailed);
        Assert.Equal(RecipientStatus.Queued, Assert.Single(last.Recipients).Status);
    }

    [Fact]
    public async Task A_temporary_failure_beyond_the_retry_time_fails_for_good()
    {
        Retry.GivesUp = true;
        var message = Receive("a");
        Client.Watch(message);
        await Client.ExpectMsgAsync<MessageProtocol.Committed>();
        var job = await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();

        End(message, job, new DeliveryOutcome.Deferred(Failure("try later")));

        await Client.ExpectTerminatedAsync(message);
        var failed = Store.Updates.SelectMany(update => update.Journal).Select(entry => entry.Event).OfType<RecipientFailed>().Single();
        Assert.Equal("try later: retry timeout exceeded", failed.Reason);
    }

    [Fact]
    public async Task A_redirected_recipient_is_replaced_by_children_with_indexes_of_their_own()
    {
        Router.Decisions["list@to.example"] = _ => new RoutingDecision.Redirect([], "aliases", [new ChildToRoute(TestMessages.To("x")), new ChildToRoute(TestMessages.To("y"), "inherited")]);
        Receive("list");

        var job = await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();

        Assert.Equal([(1, "x@to.example"), (2, "y@to.example")], job.Job.Recipients.Select(r => (r.Index, r.Address.ToString())));
    }

    [Fact]
    public async Task A_discarded_recipient_completes_without_delivery()
    {
        Router.Decisions["gone@to.example"] = _ => new RoutingDecision.Redirect([], "blackhole", []);
        var message = Receive("gone");
        Client.Watch(message);

        await Client.ExpectMsgAsync<MessageProtocol.Committed>();
        await Client.ExpectTerminatedAsync(message);
        Assert.Equal(UpdateClosing.Complete, Store.Updates.Last().Closing);
        await Delivery.ExpectNoMsgAsync();
    }

    [Fact]
    public async Task A_store_that_cannot_write_is_asked_again_until_it_can()
    {
        var message = Receive("a");
        Client.Watch(message);
        await Client.ExpectMsgAsync<MessageProtocol.Committed>();
        var job = await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
        Store.Answer(WriteOutcome.Unavailable, WriteOutcome.Unavailable);

        End(message, job, new DeliveryOutcome.Delivered(null, null, 0, null, "", false));
        for (var i = 1; i <= 2; i++)
        {
            var seen = i;
            await AwaitConditionAsync(() => Task.FromResult(Store.Updates.Count >= seen));
            await AwaitAssertAsync(() =>
            {
                Time.Advance(TimeSpan.FromSeconds(30));
                Assert.True(Store.Updates.Count > seen);
            });
        }

        await Client.ExpectTerminatedAsync(message);
        Assert.Equal(3, Store.Updates.Count);
        Assert.All(Store.Updates, update => Assert.Same(Store.Updates.First(), update));
    }

    [Fact]
    public async Task A_recovered_attempt_is_in_doubt_and_its_job_says_so()
    {
        Resume(MessageStart.WhatIsDue, TestMessages.Waiting(0, "a", Time.GetUtcNow(), attemptOpen: true));

        var job = await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();

        Assert.True(job.Job.InDoubt);
        Assert.True(await job.Job.BeforeFinalStep!(CancellationToken.None));
        Assert.Contains(Store.Updates.SelectMany(update => update.Journal), entry => entry.Event is AttemptInDoubt { Attempt: 1 });
        Assert.Contains(Store.Updates.SelectMany(update => update.Journal), entry => entry.Event is AttemptStarted { Attempt: 2 });
    }

    [Fact]
    public async Task Only_due_recipients_are_tried_unless_all_are_asked_for()
    {
        var now = Time.GetUtcNow();
        RecipientState[] recipients = [TestMessages.Waiting(0, "due", now), TestMessages.Waiting(1, "later", now + TimeSpan.FromHours(1))];

        Resume(MessageStart.WhatIsDue, recipients);
        var job = await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
        Assert.Equal("due@to.example", Assert.Single(job.Job.Recipients).Address.ToString());

        Resume(MessageStart.Everything, recipients);
        job = await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>();
        Assert.Equal(2, job.Job.Recipients.Length);
    }

    [Fact]
    public async Task A_removed_message_completes_without_delivery()
    {
        var message = Resume(MessageStart.Nothing, TestMessages.Waiting(0, "a", Time.GetUtcNow()));
        Client.Watch(message);

        message.Tell(new MessageProtocol.RemoveMessage(_id, "root"), Client.Ref);

        Assert.True((await Client.ExpectMsgAsync<MessageProtocol.OperatorAnswer>()).Done);
        await Client.ExpectTerminatedAsync(message);
        var last = Store.Updates.Last();
        Assert.Equal(UpdateClosing.Complete, last.Closing);
        Assert.Equal(RecipientStatus.Removed, Assert.Single(last.Recipients).Status);
        Assert.Contains(last.Journal, entry => entry.Event is OperatorActed { By: "root" });
    }

    [Fact]
    public async Task An_abandoned_message_keeps_its_journal_and_queues_nothing()
    {
        var message = ActorOf(MessageActor.CreateProps(_id, Services(), Delivery.Ref));
        Client.Watch(message);

        message.Tell(new MessageProtocol.Abandon(Time.GetUtcNow(), new TransactionAborted("RSET")), Client.Ref);

        await Client.ExpectTerminatedAsync(message);
        var (id, journal) = Assert.Single(Store.Recorded);
        Assert.Equal(_id, id);
        Assert.IsType<TransactionAborted>(Assert.Single(journal).Event);
        Assert.Empty(Store.Accepted);
    }

    [Fact]
    public async Task A_check_is_awaited_and_journalled_before_the_commit()
    {
        var result = new TaskCompletionSource<CheckResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        var message = ActorOf(MessageActor.CreateProps(_id, Services(), Delivery.Ref));
        message.Tell(new MessageProtocol.BeginCheck(Plan(_ => result.Task)), Client.Ref);
        message.Tell(new MessageProtocol.AwaitCheck("spf"), Client.Ref);
        message.Tell(new MessageProtocol.Commit(TestMessages.New(_id, TestMessages.Sender, TestMessages.To("a"))), Client.Ref);

        await Client.ExpectNoMsgAsync();
        result.SetResult(new CheckResult("pass", "because", 1));

        Assert.Equal("pass", (await Client.ExpectMsgAsync<CheckResult>()).Word);
        await Client.ExpectMsgAsync<MessageProtocol.Committed>();
        Assert.Contains(Store.Accepted.Single().Journal, entry => entry.Event is CheckCompleted { Check: "spf", Result: "pass" });
    }

    [Fact]
    public async Task A_check_that_throws_has_its_stated_outcome()
    {
        var message = ActorOf(MessageActor.CreateProps(_id, Services(), Delivery.Ref));
        message.Tell(new MessageProtocol.BeginCheck(Plan(_ => Task.FromException<CheckResult>(new InvalidOperationException("boom")))), Client.Ref);
        message.Tell(new MessageProtocol.AwaitCheck("spf"), Client.Ref);

        var result = await Client.ExpectMsgAsync<CheckResult>();
        Assert.Equal(("temperror", "boom"), (result.Word, result.Detail));
    }

    [Fact]
    public async Task A_check_that_is_late_has_its_stated_outcome()
    {
        var message = ActorOf(MessageActor.CreateProps(_id, Services(), Delivery.Ref));
        message.Tell(new MessageProtocol.BeginCheck(Plan(token => Task.Delay(Timeout.InfiniteTimeSpan, token).ContinueWith<CheckResult>(
            _ => throw new OperationCanceledException(token), TaskScheduler.Default))), Client.Ref);
        message.Tell(new MessageProtocol.AwaitCheck("spf"), Client.Ref);
        await Client.ExpectNoMsgAsync();

        Time.Advance(TimeSpan.FromSeconds(21));

        Assert.Equal("temperror", (await Client.ExpectMsgAsync<CheckResult>()).Word);
    }

    private static CheckPlan Plan(Func<CancellationToken, Task<CheckResult>> run) =>
        new("spf", run, reason => new CheckResult("temperror", reason, 0), TimeSpan.FromSeconds(20));

    private static DeliveryFailure Failure(string reason) => new() { Class = FailureClass.Other, Reason = reason };

    private IActorRef Receive(params string[] localParts)
    {
        var message = ActorOf(MessageActor.CreateProps(_id, Services(), Delivery.Ref));
        EnvelopeAddress[] recipients = [.. localParts.Select(TestMessages.To)];
        for (var i = 0; i < recipients.Length; i++)
        {
            message.Tell(new MessageProtocol.Happened(Time.GetUtcNow(), new RecipientAccepted(i, recipients[i].ToString())), Client.Ref);
        }

        message.Tell(new MessageProtocol.Commit(TestMessages.New(_id, TestMessages.Sender, recipients)), Client.Ref);
        return message;
    }

    private IActorRef Resume(MessageStart start, params RecipientState[] recipients) =>
        ActorOf(MessageActor.CreateResumedProps(TestMessages.Stored(_id, recipients), start, Services(), Delivery.Ref));

    private void Reply(IActorRef message, MessageProtocol.Deliver job)
    {
        var reply = new AutomaticReply { Recipients = [TestMessages.Sender], From = "b@to.example", Subject = "away" };
        message.Tell(
            new MessageProtocol.JobEnded(job.Number, new DeliveryReport([new RecipientReport(0, DeliveryOutcome.Delivered.Locally("")) { Reply = reply }])), Delivery.Ref);
    }

    private void End(IActorRef message, MessageProtocol.Deliver job, DeliveryOutcome outcome) =>
        message.Tell(new MessageProtocol.JobEnded(job.Number, DeliveryReport.ForAll(job.Job.Recipients, outcome)), Delivery.Ref);
}
