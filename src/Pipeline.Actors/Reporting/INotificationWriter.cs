using Pipeline.Actors.Messages;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Dsn;
using Pipeline.Mail.Reply;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Reporting;

/// <summary>Makes the messages that delivery of another one brings about ready for the queue: delivery status notifications (RFC 3461, RFC 3464) and automatic replies.</summary>
public interface INotificationWriter
{
    /// <summary>Notifications for what has ended; none where nobody is to be told (null sender, NOTIFY=NEVER …).</summary>
    ValueTask<ImmutableArray<ReadyNotification>> WriteAsync(
        MessageFacts message, ImmutableArray<EndedRecipient> ended, CancellationToken cancellationToken);

    /// <summary>What is said about recipients that wait; none where nobody is to be told.</summary>
    ValueTask<ImmutableArray<ReadyNotification>> WriteAsync(MessageFacts message, WaitingReport report, CancellationToken cancellationToken);

    /// <summary>An automatic reply to a message.</summary>
    ValueTask<ReadyNotification> WriteReplyAsync(MessageFacts message, AutomaticReply reply, CancellationToken cancellationToken);
}

/// <summary>A recipient that has ended for good.</summary>
/// <param name="Failure">Null when it was delivered and its sender may want to know.</param>
/// <param name="GeneratedFrom">The address of the envelope it came from by redirection; null when it is one itself.</param>
public sealed record EndedRecipient(RecipientState Recipient, DeliveryFailure? Failure, EnvelopeAddress? GeneratedFrom = null)
{
    /// <summary>Why nobody further on reports on a delivery.</summary>
    public RelayKind Relay { get; init; } = RelayKind.NonDsnMailer;
}

/// <summary>Recipients that wait, and who is to hear of it: the operator, of a frozen message; or its sender, of a delay.</summary>
/// <param name="Delay">Null for a message that has just been frozen.</param>
public sealed record WaitingReport(ImmutableArray<RecipientState> Waiting, DelayWarning? Delay);

/// <param name="Count">How many warnings the sender should have had by now.</param>
/// <param name="After">The age of the message at which this one was due.</param>
public sealed record DelayWarning(int Count, TimeSpan After);

/// <param name="Kind">failure, success, delay, frozen or reply.</param>
/// <param name="Warnings">Of a warning of delay: its <see cref="DelayWarning.Count"/>.</param>
public sealed record ReadyNotification(string Kind, string To, NewMessage Message, int? Warnings = null);
