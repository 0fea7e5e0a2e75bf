using Pipeline.Actors.Messages;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Reply;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Reporting;

/// <summary>Makes the messages that delivery of another one brings about ready for the queue: delivery status notifications (RFC 3461, RFC 3464) and automatic replies.</summary>
public interface INotificationWriter
{
    /// <summary>Notifications for what has ended; none where nobody is to be told (null sender, NOTIFY=NEVER …).</summary>
    ValueTask<ImmutableArray<ReadyNotification>> WriteAsync(
        MessageFacts message, ImmutableArray<EndedRecipient> ended, CancellationToken cancellationToken);

    /// <summary>An automatic reply to a message.</summary>
    ValueTask<ReadyNotification> WriteReplyAsync(MessageFacts message, AutomaticReply reply, CancellationToken cancellationToken);
}

/// <summary>A recipient that has ended for good.</summary>
/// <param name="Failure">Null when it was delivered and its sender may want to know.</param>
/// <param name="GeneratedFrom">The address of the envelope it came from by redirection; null when it is one itself.</param>
public sealed record EndedRecipient(RecipientState Recipient, DeliveryFailure? Failure, EnvelopeAddress? GeneratedFrom = null);

/// <param name="Kind">failure, success or reply.</param>
public sealed record ReadyNotification(string Kind, string To, NewMessage Message);
