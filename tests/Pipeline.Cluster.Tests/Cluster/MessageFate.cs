using System.Collections.Immutable;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;

namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>What the journal of one message tells of it.</summary>
internal sealed record MessageFate
{
    public required MessageId Id { get; init; }

    /// <summary>It was accepted, and not taken back since.</summary>
    public required bool IsAccepted { get; init; }

    /// <summary>It is in the queue no more.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>Empty for a notification, which is the pipeline's own: nobody is told of its failure.</summary>
    public required string Sender { get; init; }

    /// <summary>One that was redirected is not among them; those that it was redirected to are.</summary>
    public required ImmutableArray<RecipientFate> Recipients { get; init; }

    /// <summary>The messages that tell of its failures.</summary>
    public required ImmutableArray<MessageId> Notifications { get; init; }

    /// <summary>What the journal tells that cannot be.</summary>
    public required ImmutableArray<string> Contradictions { get; init; }

    public required IReadOnlyList<JournalEntry> Journal { get; init; }

    public bool IsNotification => Sender.Length == 0;

    public int Failed => Recipients.Count(static recipient => recipient.Standing == RecipientStanding.Failed);

    /// <summary>The sending that it is, or tells of; null when nobody sent such a message.</summary>
    public int? Token => !IsNotification ? Submission.TokenOf(Sender) : Recipients is [var only] ? Submission.TokenOf(only.Address) : null;

    public static MessageFate Of(MessageId id, IReadOnlyList<JournalEntry> journal)
    {
        var (sender, accepted, complete) = ("", false, false);
        var notifications = ImmutableArray.CreateBuilder<MessageId>();
        var contradictions = ImmutableArray.CreateBuilder<string>();
        var recipients = new SortedDictionary<int, RecipientFate>();
        foreach (var entry in journal)
        {
            switch (entry.Event)
            {
                case TransactionStarted start:
                    sender = start.Sender;
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
                    Add(recipient.Recipient, recipient.Address);
                    break;
                case RecipientWithdrawn withdrawn:
                    recipients.Remove(withdrawn.Recipient);
                    break;
                case RecipientEvent happened:
                    Apply(happened);
                    break;
                default:
                    break;
            }
        }

        return new MessageFate
        {
            Id = id,
            IsAccepted = accepted && journal[^1].Event is not TransactionAborted,
            IsComplete = complete,
            Sender = sender,
            Recipients = [.. recipients.Values.Where(static recipient => recipient.Standing != RecipientStanding.Redirected)],
            Notifications = notifications.ToImmutable(),
            Contradictions = contradictions.ToImmutable(),
            Journal = journal,
        };

        void Add(int index, string address)
        {
            if (!recipients.TryAdd(index, new RecipientFate(address)))
            {
                contradictions.Add($"{recipients[index].Address} and {address} are both recipient {index}");
            }
        }

        void Apply(RecipientEvent happened)
        {
            if (!recipients.TryGetValue(happened.Recipient, out var fate))
            {
                contradictions.Add($"there is no recipient {happened.Recipient}");
                return;
            }

            var after = After(fate, happened);
            if (fate.HasEnded && !ReferenceEquals(after, fate))
            {
                contradictions.Add($"{fate.Address} {(after.HasEnded ? "ends twice" : "goes on after its end")}");
                after = after with { Standing = fate.Standing };
            }

            recipients[happened.Recipient] = after;
            foreach (var child in happened is RecipientRedirected redirected ? redirected.Children : [])
            {
                Add(child.Index, child.Address);
            }
        }
    }

    /// <returns>The same when the event says nothing of where the recipient stands.</returns>
    private static RecipientFate After(RecipientFate fate, RecipientEvent happened) => happened switch
    {
        AttemptStarted => fate with { Standing = RecipientStanding.InDoubt },
        AttemptInDoubt => fate with { Standing = RecipientStanding.InDoubt, Doubts = fate.Doubts + 1 },
        RecipientDeferred => fate with { Standing = RecipientStanding.Queued },
        RecipientDelivered => fate with { Standing = RecipientStanding.Delivered },
        RecipientFailed => fate with { Standing = RecipientStanding.Failed },
        RecipientRedirected => fate with { Standing = RecipientStanding.Redirected },
        _ => fate,
    };
}
