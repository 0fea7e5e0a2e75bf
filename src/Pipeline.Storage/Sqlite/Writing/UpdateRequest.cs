using Pipeline.Faults;
using Pipeline.Storage.Bodies;
using Pipeline.Storage.Ports;
using Pipeline.Storage.State;
using Pipeline.Storage.Writing;

namespace Pipeline.Storage.Sqlite.Writing;

/// <summary>Events and new states of one message in its owner's hands, the notifications that come of them, and what becomes of the claim.</summary>
/// <remarks>
/// While the claim is kept, the new states are stored beside the events of the commit, in one row: nothing is read or written again for them.
/// They are folded into the queue's row when the claim ends.
/// </remarks>
internal sealed class UpdateRequest : WriteRequest<WriteSession, WriteOutcome>
{
    private readonly MessageUpdate _update;
    private readonly IReadOnlyList<AcceptPart> _notifications;
    private readonly BodyFiles _bodies;
    private readonly DateTimeOffset _now;
    private readonly string _id;
    private readonly byte[] _entries;
    private readonly byte[]? _states;
    private WriteOutcome _outcome;
    private string? _file;
    private NextWork? _released;

    public UpdateRequest(MessageUpdate update, IReadOnlyList<AcceptPart> notifications, BodyFiles bodies, DateTimeOffset now)
    {
        _update = update;
        _notifications = notifications;
        _bodies = bodies;
        _now = now;
        _id = update.Id.ToString();
        _entries = StoredForm.Of(update.Journal);
        _states = update.Recipients.IsEmpty ? null : StoredForm.Of(update.Recipients);
    }

    public override long Size => 512 + _entries.Length + (_states?.Length ?? 0) + _notifications.Sum(static n => n.Size);

    /// <summary>After the commit: what the message waits for at once, when the update has released it.</summary>
    public QueueStage? Claimable => _released is { } work && work.Due <= _now ? work.Stage : null;

    protected override WriteOutcome Answer => _outcome;

    protected override WriteOutcome Unavailable => WriteOutcome.Unavailable;

    public override void Apply(WriteSession session)
    {
        _file = null;
        _released = null;
        _outcome = _update.Closing switch
        {
            UpdateClosing.Complete => ApplyComplete(session),
            UpdateClosing.KeepClaim when !_update.Journal.IsEmpty || _states is null => ApplyKeep(session),
            _ => ApplyFold(session),
        };
        if (_outcome == WriteOutcome.Durable)
        {
            foreach (var notification in _notifications)
            {
                notification.Apply(session);
            }
        }
    }

    public override void Committed()
    {
        if (Crash.IsOrdered)
        {
            Crash.At(UpdateCrashPoint.Of(_update));
        }

        foreach (var notification in _notifications)
        {
            if (_outcome == WriteOutcome.Durable)
            {
                notification.Committed();
            }
            else
            {
                notification.Refused();
            }
        }

        if (_file is not null)
        {
            _bodies.Delete(_file);
        }

        base.Committed();
    }

    public override void Refuse(Exception? cause)
    {
        foreach (var notification in _notifications)
        {
            notification.Refused();
        }

        base.Refuse(cause);
    }

    private WriteOutcome ApplyKeep(WriteSession session)
    {
        if (_update.Journal.IsEmpty)
        {
            return IsOwned(session) ? WriteOutcome.Durable : WriteOutcome.Fenced;
        }

        var append = session.AppendOwned
            .Bind(1, _id)
            .Bind(2, _update.Journal[0].Sequence)
            .Bind(3, _update.Journal.Length)
            .Bind(5, _entries)
            .Bind(6, _update.Owner.Node)
            .Bind(7, _update.Owner.Epoch);
        _ = _states is null ? append.BindNull(4) : append.Bind(4, _states);
        if (append.Run() > 0)
        {
            return WriteOutcome.Durable;
        }

        if (!IsOwned(session))
        {
            return WriteOutcome.Fenced;
        }

        return IsRepeated(session) ? WriteOutcome.Durable : throw SequenceTaken();
    }

    private WriteOutcome ApplyFold(WriteSession session)
    {
        if (!IsOwned(session) || QueuedState.Read(session.State, session.StatesSince, _id) is not { } state)
        {
            return IsRepeated(session) ? WriteOutcome.Durable : WriteOutcome.Fenced;
        }

        AppendEntries(session, ended: null);
        state.Recipients.Apply(_update.Recipients.AsSpan());
        var owner = (_update.Owner.Node, _update.Owner.Epoch);
        var next = _update.Journal.IsEmpty ? state.NextSequence : _update.Journal[^1].Sequence + 1;
        var work = state.Recipients.NextWork(_now);
        var released = _update.Closing == UpdateClosing.Release;
        QueuedState.Write(session, _id, owner, released ? ("", 0) : owner, state.Recipients, next, work);
        _released = released ? work : null;
        return WriteOutcome.Durable;
    }

    private WriteOutcome ApplyComplete(WriteSession session)
    {
        session.Complete.Bind(1, _id).Bind(2, _update.Owner.Node).Bind(3, _update.Owner.Epoch);
        if (!session.Complete.Step())
        {
            return IsRepeated(session) ? WriteOutcome.Durable : WriteOutcome.Fenced;
        }

        var content = session.Complete.Long(0);
        session.Complete.Run();
        if (session.DeleteContent.Bind(1, content).Step())
        {
            _file = session.DeleteContent.TextOrNull(0);
            session.DeleteContent.Run();
        }

        if (_update.Journal.IsEmpty)
        {
            session.EndJournal.Bind(1, _id).Bind(2, StoredTime.Of(_now)).Run();
        }
        else
        {
            AppendEntries(session, ended: StoredTime.Of(_update.Journal[^1].At));
        }

        return WriteOutcome.Durable;
    }

    private void AppendEntries(WriteSession session, long? ended)
    {
        if (_update.Journal.IsEmpty)
        {
            return;
        }

        var appended = session.AppendJournal
            .Bind(1, _id)
            .Bind(2, _update.Journal[0].Sequence)
            .Bind(3, _update.Journal.Length)
            .BindNull(4)
            .BindNull(5)
            .BindNull(6)
            .Bind(7, ended)
            .Bind(8, _entries)
            .Run();
        if (appended == 0)
        {
            throw SequenceTaken();
        }
    }

    private bool IsOwned(WriteSession session)
    {
        var owned = session.Owned.Bind(1, _id).Bind(2, _update.Owner.Node).Bind(3, _update.Owner.Epoch).Step();
        session.Owned.Reset();
        return owned;
    }

    /// <summary>Whether this very update is in the journal already: its first answer was lost, and it ended the claim.</summary>
    private bool IsRepeated(WriteSession session)
    {
        if (_update.Journal.IsEmpty)
        {
            return false;
        }

        var repeated = session.JournalRow.Bind(1, _id).Bind(2, _update.Journal[0].Sequence).Step()
            && session.JournalRow.Blob(0).SequenceEqual(_entries);
        session.JournalRow.Reset();
        return repeated;
    }

    private InvalidOperationException SequenceTaken() => Contract.SequenceTaken(_update.Id, _update.Journal[0].Sequence);
}
