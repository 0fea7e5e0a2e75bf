using System.Collections.Immutable;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;

namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>What the journal of one message tells of it.</summary>
/// <param name="Recipients">Empty unless the message was accepted.</param>
/// <param name="IsNotification">It is the pipeline's own: nobody is told of its failure.</param>
/// <param name="Notifications">The messages that tell of its failures.</param>
/// <param name="IsComplete">It is in the queue no more.</param>
internal sealed record MessageFate(
    MessageId Id, ImmutableArray<RecipientFate> Recipients, bool IsNotification, ImmutableArray<MessageId> Notifications, bool IsComplete, IReadOnlyList<JournalEntry> Journal)
{
    public int Failed => Recipients.Count(static recipient => recipient.Standing == RecipientStanding.Failed);

    public static MessageFate Of(MessageId id, IReadOnlyList<JournalEntry> journal)
    {
        var (accepted, notification, complete) = (false, false, false);
        var notifications = ImmutableArray.CreateBuilder<MessageId>();
        var recipients = new SortedDictionary<int, RecipientFate>();
        foreach (var entry in journal)
        {
            switch (entry.Event)
            {
                case TransactionStarted start:
                    notification = start.Sender.Length == 0;
                    break;
                case MessageAccepted:
                    accepted = true;
                    break;
                case MessageCompleted:
                    complete = true;
                    break;
                case NotificationSent sent:
                    notifications.Add(MessageId.Create(sent.MessageId));
                    break;
                case RecipientAccepted recipient:
                    recipients.Add(recipient.Recipient, new RecipientFate(recipient.Address, RecipientStanding.Queued, 0));
                    break;
                case RecipientEvent happened when recipients.TryGetValue(happened.Recipient, out var fate):
                    recipients[happened.Recipient] = After(fate, happened);
                    break;
                default:
                    break;
            }
        }

        return new MessageFate(id, accepted ? [.. recipients.Values] : [], notification, notifications.ToImmutable(), complete, journal);
    }

    private static RecipientFate After(RecipientFate fate, RecipientEvent happened) => happened switch
    {
        AttemptStarted => fate with { Standing = RecipientStanding.InDoubt },
        AttemptInDoubt => fate with { Standing = RecipientStanding.InDoubt, Doubts = fate.Doubts + 1 },
        RecipientDeferred => fate with { Standing = RecipientStanding.Queued },
        RecipientDelivered => fate with { Standing = RecipientStanding.Delivered },
        RecipientFailed => fate with { Standing = RecipientStanding.Failed },
        _ => fate,
    };
}
