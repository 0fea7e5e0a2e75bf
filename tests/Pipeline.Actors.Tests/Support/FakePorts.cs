using Pipeline.Actors.Delivery;
using Pipeline.Actors.Messages;
using Pipeline.Actors.Reporting;
using Pipeline.Actors.Routing;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Message;
using Pipeline.Mail.Reply;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Tests.Support;

/// <summary>Routes by address, as a test says; an address it does not know goes to the transport <c>out</c>.</summary>
internal sealed class FakeRouter : IRecipientRouter
{
    public Dictionary<string, Func<RecipientToRoute, RoutingDecision>> Decisions { get; } = new(StringComparer.Ordinal);

    /// <summary>What routing of an address waits for first.</summary>
    public Dictionary<string, Func<RecipientToRoute, Task>> Wait { get; } = new(StringComparer.Ordinal);

    public async ValueTask<RoutingDecision> RouteAsync(RecipientToRoute recipient, CancellationToken cancellationToken)
    {
        var address = recipient.Recipient.Address.ToString();
        if (Wait.TryGetValue(address, out var wait))
        {
            await wait(recipient);
        }

        return Decisions.TryGetValue(address, out var decide) ? decide(recipient) : ToTransport(recipient);
    }

    public static RoutingDecision.Deliver ToTransport(RecipientToRoute recipient, string group = "out") => new(
        [],
        "r",
        new QueuefileTransportSettings("out", "/var/spool/out"),
        [],
        recipient.Recipient.Address,
        recipient.Message.Envelope.Sender,
        group,
        "out",
        $"out {recipient.Recipient.Address}");
}

/// <summary>Tries again after an hour, or never.</summary>
internal sealed class FakeRetry : IRetrySchedule
{
    public static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    public bool GivesUp { get; set; }

    public ValueTask<RetryTime> DecideAsync(
        MessageFacts message, RecipientState recipient, DeliveryFailure failure, DateTimeOffset now, CancellationToken cancellationToken) =>
        ValueTask.FromResult(GivesUp ? new RetryTime(null, "retry timeout exceeded") : new RetryTime(now + Interval));
}

internal sealed class FakeNotifications(MessageIdSource ids) : INotificationWriter
{
    public List<ImmutableArray<EndedRecipient>> Asked { get; } = [];

    public List<AutomaticReply> Replies { get; } = [];

    public Exception? Error { get; set; }

    public ValueTask<ImmutableArray<ReadyNotification>> WriteAsync(
        MessageFacts message, ImmutableArray<EndedRecipient> ended, CancellationToken cancellationToken)
    {
        Asked.Add(ended);
        if (Error is not null)
        {
            throw Error;
        }

        return ValueTask.FromResult<ImmutableArray<ReadyNotification>>(
            [new ReadyNotification("failure", message.Envelope.Sender.ToString(), TestMessages.New(ids.Next(), EnvelopeAddress.Null, message.Envelope.Sender))]);
    }

    public List<WaitingReport> Reports { get; } = [];

    public ValueTask<ImmutableArray<ReadyNotification>> WriteAsync(MessageFacts message, WaitingReport report, CancellationToken cancellationToken)
    {
        Reports.Add(report);
        if (Error is not null)
        {
            throw Error;
        }

        return ValueTask.FromResult<ImmutableArray<ReadyNotification>>(
            [new ReadyNotification(report.Delay is null ? "frozen" : "delay", "x@y.test", TestMessages.New(ids.Next(), EnvelopeAddress.Null, message.Envelope.Sender), report.Delay?.Count)]);
    }

    public ValueTask<ReadyNotification> WriteReplyAsync(MessageFacts message, AutomaticReply reply, CancellationToken cancellationToken)
    {
        Replies.Add(reply);
        return Error is not null
            ? throw Error
            : ValueTask.FromResult(new ReadyNotification("reply", reply.Recipients[0].ToString(), TestMessages.New(ids.Next(), EnvelopeAddress.Null, reply.Recipients[0])));
    }
}
