using System.Threading.Channels;
using Pipeline.Actors.Delivery;
using Pipeline.Actors.Messages;
using Pipeline.Actors.Tests.Support;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Message;

namespace Pipeline.Actors.Tests.Delivery;

public sealed class DeliveryActorTests : TestKit
{
    private readonly ControlledAgent _agent = new();
    private readonly TestProbe _message;
    private readonly MessageIdSource _ids;

    public DeliveryActorTests()
    {
        _message = CreateTestProbe("message-probe");
        _ids = new MessageIdSource(Time);
    }

    [Fact]
    public async Task The_report_of_the_agent_goes_to_whoever_asked_with_the_number_of_the_job()
    {
        var delivery = Start(new DeliveryLimits());
        _message.Send(delivery, Deliver(7, "a"));

        var running = await _agent.NextAsync();
        running.End();

        var ended = await _message.ExpectMsgAsync<MessageProtocol.JobEnded>();
        Assert.Equal(7, ended.Number);
        Assert.IsType<DeliveryOutcome.Delivered>(Assert.Single(ended.Report.Recipients).Outcome);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_agent_that_throws_defers_every_recipient_and_gives_its_place_back(bool atOnce)
    {
        var delivery = Start(new DeliveryLimits { PerDestination = 1 });
        _agent.ThrowsAtOnce = atOnce;
        _message.Send(delivery, Deliver(1, "a", "x", "y"));
        if (!atOnce)
        {
            (await _agent.NextAsync()).Fail();
        }

        var ended = await _message.ExpectMsgAsync<MessageProtocol.JobEnded>();
        Assert.Equal([0, 1], ended.Report.Recipients.Select(recipient => recipient.Index));
        var failure = Assert.IsType<DeliveryOutcome.Deferred>(ended.Report.Recipients[1].Outcome).Failure;
        Assert.Equal("internal error during delivery", failure.Reason);
        Assert.Contains("the agent has a bug", failure.Internal, StringComparison.Ordinal);

        _agent.ThrowsAtOnce = false;
        _message.Send(delivery, Deliver(2, "a"));
        (await _agent.NextAsync()).End();
        Assert.Equal(2, (await _message.ExpectMsgAsync<MessageProtocol.JobEnded>()).Number);
    }

    [Fact]
    public async Task A_destination_at_its_limit_waits_and_another_goes_on()
    {
        var delivery = Start(new DeliveryLimits { PerDestination = 1 });
        _message.Send(delivery, Deliver(1, "a"));
        _message.Send(delivery, Deliver(2, "a"));
        _message.Send(delivery, Deliver(3, "b"));

        var (first, second) = (await _agent.NextAsync(), await _agent.NextAsync());
        Assert.Equal(["a", "b"], new[] { first.Destination, second.Destination }.Order());
        Assert.Equal(2, _agent.Started);
        var a = first.Destination == "a" ? first : second;
        a.End();

        Assert.Equal(1, (await _message.ExpectMsgAsync<MessageProtocol.JobEnded>()).Number);
        (await _agent.NextAsync()).End();
        Assert.Equal(2, (await _message.ExpectMsgAsync<MessageProtocol.JobEnded>()).Number);
    }

    [Fact]
    public async Task Attempts_under_way_are_cancelled_when_the_actor_stops()
    {
        var delivery = Start(new DeliveryLimits());
        _message.Send(delivery, Deliver(1, "a"));
        var running = await _agent.NextAsync();

        Sys.Stop(delivery);

        await AwaitConditionAsync(() => Task.FromResult(running.Cancellation.IsCancellationRequested));
    }

    private IActorRef Start(DeliveryLimits limits) => ActorOf(DeliveryActor.CreateProps(_agent, limits));

    private MessageProtocol.Deliver Deliver(long number, string destination, params string[] recipients) => new(number, destination, new DeliveryJob
    {
        MessageId = _ids.Next(),
        Content = new InMemoryMessageContent("Subject: test\r\n"u8.ToArray(), "body\r\n"u8.ToArray()),
        ReturnPath = TestMessages.Sender,
        Sender = TestMessages.Sender,
        Recipients = [.. (recipients.Length == 0 ? ["x"] : recipients).Select((name, i) => new DeliveryRecipient(i, TestMessages.To(name)))],
        Transport = new QueuefileTransportSettings(destination, "/nowhere"),
        ReceivedAt = DateTimeOffset.UnixEpoch,
    });

    /// <summary>An agent whose attempts end when the test says so.</summary>
    private sealed class ControlledAgent : IDeliveryAgent
    {
        private readonly Channel<Attempt> _attempts = Channel.CreateUnbounded<Attempt>();
        private int _started;

        public bool ThrowsAtOnce { get; set; }

        public int Started => Volatile.Read(ref _started);

        public ValueTask<DeliveryReport> DeliverAsync(DeliveryJob job, CancellationToken cancellationToken)
        {
            if (ThrowsAtOnce)
            {
                throw new InvalidOperationException("the agent has a bug");
            }

            Interlocked.Increment(ref _started);
            var attempt = new Attempt(job, cancellationToken);
            _attempts.Writer.TryWrite(attempt);
            return new ValueTask<DeliveryReport>(attempt.Report);
        }

        public Task<Attempt> NextAsync() => _attempts.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));
    }

    private sealed class Attempt(DeliveryJob job, CancellationToken cancellation)
    {
        private readonly TaskCompletionSource<DeliveryReport> _report = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Destination => job.Transport.Name;

        public CancellationToken Cancellation => cancellation;

        public Task<DeliveryReport> Report => _report.Task;

        public void End() => _report.SetResult(DeliveryReport.ForAll(job.Recipients, DeliveryOutcome.Delivered.Locally("file")));

        public void Fail() => _report.SetException(new InvalidOperationException("the agent has a bug"));
    }
}
