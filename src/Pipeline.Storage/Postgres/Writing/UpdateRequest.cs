using Npgsql;
using Pipeline.Faults;
using Pipeline.Mail.Message;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Postgres.Reading;
using Pipeline.Storage.State;
using Pipeline.Storage.Writing;

namespace Pipeline.Storage.Postgres.Writing;

/// <summary>Events and new states of one message in its owner's hands, the notifications that come of them, and what becomes of the claim.</summary>
/// <remarks>
/// While the claim is kept, the new states are stored beside the events of the commit, in one row: nothing is read or written again for them.
/// They are folded into the queue's row when the claim ends. An update that folds, or has notifications, is looked up first, inside its
/// transaction: nobody else changes the message between, since its owner's lease is locked and all writes of the owner come through here.
/// </remarks>
internal sealed class UpdateRequest : WriteRequest<GroupCommit, WriteOutcome>, IOwnedWrite
{
    private readonly IReadOnlyList<AcceptPart> _notifications;
    private readonly DateTimeOffset _now;
    private WriteOutcome _outcome;
    private InvalidOperationException? _fault;
    private Look? _look;

    public UpdateRequest(MessageUpdate update, IReadOnlyList<AcceptPart> notifications, DateTimeOffset now)
    {
        Update = update;
        _notifications = notifications;
        _now = now;
        Id = update.Id.ToString();
        Entries = StoredForm.Of(update.Journal);
        States = update.Recipients.IsEmpty ? null : StoredForm.Of(update.Recipients);
    }

    public MessageUpdate Update { get; }

    public string Id { get; }

    public byte[] Entries { get; }

    public byte[]? States { get; }

    public int? First => Update.Journal.IsEmpty ? null : Update.Journal[0].Sequence;

    /// <summary>When the journal ended, for an update that completes the message.</summary>
    public long Ended => StoredTime.Of(Update.Journal.IsEmpty ? _now : Update.Journal[^1].At);

    /// <summary>For an update that folds: what is to be written.</summary>
    public Folded? Fold { get; private set; }

    public IEnumerable<Ownership> Owners => _notifications.Select(static n => n.Message.Owner).Append(Update.Owner);

    public bool NeedsLook => Folds || _notifications.Count > 0;

    public bool HasChunks => _notifications.Any(static n => n.HasChunks);

    public override long Size => 512 + Entries.Length + (States?.Length ?? 0) + _notifications.Sum(static n => n.Size);

    protected override WriteOutcome Answer => _outcome;

    protected override WriteOutcome Unavailable => WriteOutcome.Unavailable;

    private bool Folds => Update.Closing == UpdateClosing.Release
        || (Update.Closing == UpdateClosing.KeepClaim && Update.Journal.IsEmpty && States is not null);

    public override bool TryJoin(HashSet<MessageId> written)
    {
        if (!written.Add(Update.Id))
        {
            return false;
        }

        foreach (var notification in _notifications)
        {
            if (!written.Add(notification.Message.Id))
            {
                // What was added for nothing only ends the group.
                return false;
            }
        }

        return true;
    }

    /// <summary>Takes a row of the look: see <c>look.sql</c>.</summary>
    public void Looked(NpgsqlDataReader row)
    {
        var owned = row.GetBoolean(1);
        _look = new Look(owned, row.GetBoolean(2), row.GetBoolean(3), null, 0);
        if (owned && Folds)
        {
            Crash.At(CrashPoint.RouteReleaseLooked);
            var state = QueuedRow.Read(row, 4);
            _look = _look with { Recipients = state.Recipients, NextSequence = state.NextSequence };
        }
    }

    public override void Apply(GroupCommit commit)
    {
        (_outcome, _fault, Fold) = (WriteOutcome.Durable, null, null);
        if (_look is { } look && !IsToBeWritten(look))
        {
            AddNotifications(commit);
            return;
        }

        AddNotifications(commit);
        switch (Update.Closing)
        {
            case UpdateClosing.Complete:
                Crash.At(CrashPoint.DeliverCompletionTaken);
                commit.Completions.Add(this);
                break;
            case var closing when Folds:
                Fold = FoldOf(_look!);
                commit.Folds.Add(this);
                if (closing == UpdateClosing.Release && Fold.Work.Due <= _now)
                {
                    commit.Announce(Fold.Work.Stage);
                }

                break;
            default:
                commit.Appends.Add(this);
                break;
        }
    }

    public void Appended(bool owned, bool there)
    {
        _outcome = owned ? WriteOutcome.Durable : WriteOutcome.Fenced;
        _fault = owned && !there ? Contract.SequenceTaken(Update.Id, First ?? 0) : null;
    }

    public void Completed(bool gone, bool repeated)
    {
        if (_notifications.Count > 0)
        {
            Crash.At(CrashPoint.DeliverNotificationWritten);
        }

        _outcome = gone || repeated ? WriteOutcome.Durable : WriteOutcome.Fenced;
    }

    public void FoldWritten(bool written)
    {
        Crash.At(CrashPoint.RouteReleaseWritten);
        _outcome = written ? WriteOutcome.Durable : WriteOutcome.Fenced;
    }

    public override void Committed()
    {
        if (Crash.IsOrdered)
        {
            Crash.At(UpdateCrashPoint.Of(Update));
        }

        ReleaseNotifications();
        if (_fault is not null)
        {
            base.Refuse(_fault);
        }
        else
        {
            base.Committed();
        }
    }

    public override void Refuse(Exception? cause)
    {
        ReleaseNotifications();
        base.Refuse(cause);
    }

    /// <summary>Whether the update itself is still to be written; the outcome when it is not.</summary>
    private bool IsToBeWritten(Look look)
    {
        if (!look.Owned)
        {
            // In the journal already: its first answer was lost, and it ended the claim.
            _outcome = look.Same ? WriteOutcome.Durable : WriteOutcome.Fenced;
            return false;
        }

        if (!look.Taken)
        {
            return true;
        }

        _fault = look.Same && Update.Closing == UpdateClosing.KeepClaim ? null : Contract.SequenceTaken(Update.Id, First ?? 0);
        return false;
    }

    private void AddNotifications(GroupCommit commit)
    {
        if (_outcome == WriteOutcome.Durable && _fault is null)
        {
            foreach (var notification in _notifications)
            {
                notification.AddTo(commit);
            }
        }
    }

    private Folded FoldOf(Look look)
    {
        var recipients = look.Recipients!;
        recipients.Apply(Update.Recipients.AsSpan());
        return new Folded(
            recipients.NextWork(_now),
            recipients.Queued,
            Update.Journal.IsEmpty ? look.NextSequence : Update.Journal[^1].Sequence + 1,
            StoredForm.Of(recipients.ToArray()));
    }

    private void ReleaseNotifications()
    {
        foreach (var notification in _notifications)
        {
            notification.Release();
        }
    }

    /// <param name="Owned">The message is in the update's hands.</param>
    /// <param name="Taken">The number of its first event is in the journal.</param>
    /// <param name="Same">With these very events.</param>
    private sealed record Look(bool Owned, bool Taken, bool Same, RecipientFold? Recipients, int NextSequence);
}

/// <summary>The row of a message after its states were folded into it.</summary>
internal sealed record Folded(NextWork Work, int Queued, int Base, byte[] Recipients);
