using Pipeline.Mail.Addressing;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Messages;

/// <summary>The books of one message: its recipients as the fold of its events, and what of that is not durable yet.</summary>
/// <remarks>
/// Pure state, used on one actor's turn. <see cref="Record"/> is the only way in: it numbers the event, applies it to the recipients it touches and keeps
/// both for the next commit, which <see cref="TakeChanges"/> empties. So what is stored as state can never differ from what the journal says.
/// </remarks>
internal sealed class MessageLedger
{
    private readonly SortedDictionary<int, RecipientState> _recipients = [];
    private readonly ImmutableArray<JournalEntry>.Builder _entries = ImmutableArray.CreateBuilder<JournalEntry>();
    private readonly SortedSet<int> _changed = [];
    private readonly List<int> _duplicates = [];
    private int _nextSequence;

    public MessageLedger()
    {
    }

    public MessageLedger(IEnumerable<RecipientState> recipients, int nextSequence)
    {
        foreach (var recipient in recipients)
        {
            _recipients.Add(recipient.Index, recipient);
            NextIndex = Math.Max(NextIndex, recipient.Index + 1);
            if (recipient.DuplicateOf is not null)
            {
                _duplicates.Add(recipient.Index);
            }
        }

        _nextSequence = nextSequence;
    }

    public IReadOnlyCollection<RecipientState> Recipients => _recipients.Values;

    public bool HasChanges => _entries.Count > 0;

    /// <summary>Every recipient has ended, so that the message can leave the queue.</summary>
    public bool IsComplete => _recipients.Values.All(r => r.Status != RecipientStatus.Queued);

    public RecipientState this[int index] => _recipients[index];

    /// <summary>The index of the next recipient that a redirection makes.</summary>
    public int NextIndex { get; private set; }

    /// <summary>The duplicates that share the end of a recipient.</summary>
    public IEnumerable<RecipientState> Behind(int index) => _duplicates.Count == 0
        ? []
        : _duplicates.Select(duplicate => _recipients[duplicate]).Where(duplicate => DuplicateRecipients.Shares(duplicate, _recipients[index], i => _recipients[i]));

    public void Record(DateTimeOffset at, JournalEvent what)
    {
        _entries.Add(new JournalEntry(_nextSequence++, at, what));
        Apply(at, what);
    }

    /// <summary>What has to be stored now; it counts as stored from here on.</summary>
    public LedgerChanges TakeChanges()
    {
        var changes = new LedgerChanges(_entries.ToImmutable(), [.. _changed.Select(i => _recipients[i])]);
        _entries.Clear();
        _changed.Clear();
        return changes;
    }

    private void Apply(DateTimeOffset at, JournalEvent what)
    {
        switch (what)
        {
            case RecipientAccepted e:
                Set(new RecipientState(
                    e.Recipient, AddressText.Parse(e.Address), RecipientStatus.Queued, at, Notify: e.Notify, OriginalRecipient: e.OriginalRecipient));
                break;
            case RecipientWithdrawn e:
                _recipients.Remove(e.Recipient);
                _changed.Remove(e.Recipient);
                break;
            case RecipientRewritten e:
                Set(_recipients[e.Recipient] with { Address = AddressText.Parse(e.To) });
                break;
            case RecipientRedirected e:
                Redirect(at, e);
                break;
            case RecipientRouted e:
                Set(_recipients[e.Recipient] with { Place = e.Place, Destination = e.Destination });
                break;
            case RecipientDuplicated e:
                Set(_recipients[e.Recipient] with { Status = RecipientStatus.Duplicate, AttemptOpen = false, Place = null, DuplicateOf = e.Of });
                _duplicates.Add(e.Recipient);
                break;
            case AttemptStarted e:
                Set(_recipients[e.Recipient] with { Attempts = e.Attempt, AttemptOpen = true });
                break;
            case AttemptInDoubt e:
                Set(_recipients[e.Recipient] with { AttemptOpen = false });
                break;
            case RecipientDeferred e:
                var before = _recipients[e.Recipient];
                Set(before with
                {
                    AttemptOpen = false,
                    DueAt = e.NextTry,
                    FirstFailedAt = before.FirstFailedAt ?? at,
                    LastInterval = e.NextTry - at,
                    LastReason = e.Reason,
                });
                break;
            case RecipientDelivered e:
                Set(_recipients[e.Recipient] with { Status = RecipientStatus.Delivered, AttemptOpen = false, LastReason = null });
                break;
            case RecipientFailed { Kept: true } e:
                var kept = _recipients[e.Recipient];
                Set(kept with { AttemptOpen = false, FirstFailedAt = kept.FirstFailedAt ?? at, LastReason = e.Reason });
                break;
            case RecipientFailed e:
                Set(_recipients[e.Recipient] with { Status = RecipientStatus.Failed, AttemptOpen = false, LastReason = e.Reason });
                break;
            case MessageFrozen e:
                SetWaiting(waiting => waiting with { FrozenAt = waiting.IsFrozen ? waiting.FrozenAt : at, DueAt = e.LookAgain });
                break;
            case MessagePostponed e:
                SetWaiting(waiting => waiting with { PostponedAt = at, DueAt = e.LookAgain });
                break;
            case RecipientPostponed e:
                var put = _recipients[e.Recipient];
                Set(put with
                {
                    AttemptOpen = false,
                    PostponedAt = at,
                    DueAt = e.LookAgain,
                    LastReason = e.Reason == RecipientPostponed.Held ? e.Reason : put.LastReason, // the sender is told of the delay, as of a failure
                });
                break;
            case QueueRunReached:
                SetWaiting(waiting => waiting.AwaitsQueueRun ? waiting with { DueAt = at } : waiting);
                break;
            case MessageThawed:
                SetWaiting(waiting => waiting with { ThawedAt = at, DueAt = at });
                break;
            case NotificationSent { Warnings: { } warnings }:
                SetWaiting(waiting => waiting with { Warnings = warnings });
                break;
            case OperatorActed { Action: OperatorActed.Removed }:
                SetWaiting(waiting => waiting with { Status = RecipientStatus.Removed, AttemptOpen = false });
                break;
        }
    }

    /// <summary>Children are reported on as their parent was to be (RFC 3461 section 5.2.7).</summary>
    private void Redirect(DateTimeOffset at, RecipientRedirected e)
    {
        var parent = _recipients[e.Recipient];
        Set(parent with { Status = RecipientStatus.Redirected, AttemptOpen = false, Place = null });
        foreach (var child in e.Children)
        {
            Set(new RecipientState(
                child.Index,
                AddressText.Parse(child.Address),
                RecipientStatus.Queued,
                at,
                e.Recipient,
                Notify: parent.Notify,
                OriginalRecipient: parent.OriginalRecipient,
                Inherited: child.Inherited,
                PostponedAt: parent.PostponedAt));
        }
    }

    private void SetWaiting(Func<RecipientState, RecipientState> change)
    {
        foreach (var waiting in _recipients.Values.Where(r => r.Status == RecipientStatus.Queued).ToArray())
        {
            Set(change(waiting));
        }
    }

    private void Set(RecipientState recipient)
    {
        NextIndex = Math.Max(NextIndex, recipient.Index + 1);
        _recipients[recipient.Index] = recipient;
        _changed.Add(recipient.Index);
    }
}

/// <summary>Events and recipient states that belong into one commit.</summary>
internal sealed record LedgerChanges(ImmutableArray<JournalEntry> Journal, ImmutableArray<RecipientState> Recipients);
