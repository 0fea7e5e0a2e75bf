using System.Net;
using Pipeline.Actors.Delivery;
using Pipeline.Actors.Messages;
using Pipeline.Actors.Routing;
using Pipeline.Actors.Tests.Support;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Policy.Hints;
using Pipeline.Policy.Transports;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Tests.Messages;

/// <summary>What messages make of hosts that failed lately.</summary>
public sealed class HostTimesOfMessageTests : MessageTests
{
    private static readonly IPAddress Address = IPAddress.Parse("192.0.2.4");

    private readonly MessageId _id;
    private readonly HostMemory _memory;

    public HostTimesOfMessageTests()
    {
        _id = Ids.Next();
        _memory = new HostMemory(new InMemoryHints(), new TestPolicy("begin retry\n* * F,4d,15m", Time), Time);
        Router.Decisions["a@to.example"] = static recipient => FakeRouter.ToTransport(recipient) with
        {
            Transport = new SmtpTransportSettings("smtp") { HeloData = new HeloData("mx.test") },
            Hosts = [new DestinationHost("mx.test", [Address], 25)],
        };
    }

    [Fact]
    public async Task Attempt_of_a_message_asks_whether_its_hosts_may_be_tried()
    {
        await FailAsync();
        var (_, job) = await StartAsync(MessageStart.WhatIsDue);
        Assert.NotNull(await job.Job.HostTimes!.AskAsync("mx.test", Address, 25, default));
    }

    [Fact]
    public async Task Attempt_that_somebody_has_ordered_does_not()
    {
        await FailAsync();
        var (_, job) = await StartAsync(MessageStart.Everything);
        Assert.Null(await job.Job.HostTimes!.AskAsync("mx.test", Address, 25, default));
    }

    [Fact]
    public async Task Attempt_in_which_no_host_was_tried_is_none()
    {
        var (message, job) = await StartAsync(MessageStart.WhatIsDue);
        var failure = new DeliveryFailure
        {
            Class = FailureClass.HostRetryTimeNotReached,
            Reason = "retry time not reached for any host for 'to.example'",
            HostTime = new HostTime(Time.GetUtcNow().AddHours(1), false, FailureClass.Timeout),
        };
        Client.Watch(message);
        message.Tell(new MessageProtocol.JobEnded(job.Number, DeliveryReport.ForAll(job.Job.Recipients, new DeliveryOutcome.Deferred(failure))), Delivery.Ref);
        await Client.ExpectTerminatedAsync(message);

        var events = Store.Updates.SelectMany(update => update.Journal).Select(entry => entry.Event).ToList();
        Assert.DoesNotContain(events, entry => entry is AttemptStarted);
        Assert.Equal("HostRetryTimeNotReached", Assert.Single(events.OfType<RecipientDeferred>()).Class);
        Assert.Equal((0, RecipientStatus.Queued), Store.Updates.Last().Recipients[0] is var state ? (state.Attempts, state.Status) : default);
    }

    private async Task FailAsync()
    {
        var times = _memory.For(MessageFacts.Of(TestMessages.Stored(Ids.Next(), TestMessages.Waiting(0, "a", Time.GetUtcNow()))), "to.example", includesAddress: true, isForced: false);
        await times.AskAsync("mx.test", Address, 25, default);
        await times.FailedAsync("mx.test", Address, 25, new DeliveryFailure { Class = FailureClass.Timeout, Reason = "silence", HostWide = true }, default);
    }

    private async Task<(IActorRef Message, MessageProtocol.Deliver Job)> StartAsync(MessageStart start)
    {
        var stored = TestMessages.Stored(_id, TestMessages.Waiting(0, "a", Time.GetUtcNow()));
        var message = ActorOf(MessageActor.CreateResumedProps(stored, start, Services() with { Hosts = _memory }, Delivery.Ref));
        return (message, await Delivery.ExpectMsgAsync<MessageProtocol.Deliver>());
    }
}
