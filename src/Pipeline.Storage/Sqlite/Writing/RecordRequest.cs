using System.Collections.Immutable;
using Pipeline.Faults;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;
using Pipeline.Storage.State;
using Pipeline.Storage.Writing;

namespace Pipeline.Storage.Sqlite.Writing;

/// <summary>Events of a message that is not in the queue.</summary>
internal sealed class RecordRequest(MessageId id, ImmutableArray<JournalEntry> entries) : WriteRequest<WriteSession, WriteOutcome>
{
    private readonly string _id = id.ToString();
    private readonly byte[] _entries = StoredForm.Of(entries);
    private readonly Parties _parties = Parties.Of(entries);

    public override long Size => 512 + _entries.Length;

    protected override WriteOutcome Answer => WriteOutcome.Durable;

    protected override WriteOutcome Unavailable => WriteOutcome.Unavailable;

    public override void Apply(WriteSession session)
    {
        var first = entries[0].Sequence;
        var isHead = first == 0;
        if (!isHead && !_parties.IsEmpty)
        {
            // Without a first row (it was lost) this one stands for it.
            isHead = session.ExtendHead.Bind(1, _id).Bind(2, _parties.Sender).Bind(3, _parties.Recipients).Run() == 0;
        }

        var append = session.AppendJournal.Bind(1, _id).Bind(2, first).Bind(3, entries.Length);
        if (isHead)
        {
            append.Bind(4, StoredTime.Of(entries[0].At)).Bind(5, _parties.Sender).Bind(6, _parties.Recipients);
        }
        else
        {
            append.BindNull(4).BindNull(5).BindNull(6);
        }

        if (append.Bind(7, StoredTime.Of(entries[^1].At)).Bind(8, _entries).Run() == 0 && !IsRepeated(session, first))
        {
            throw Contract.SequenceTaken(id, first);
        }
    }

    public override void Committed()
    {
        Crash.At(CrashPoint.AcceptRefusalRecorded);
        base.Committed();
    }

    private bool IsRepeated(WriteSession session, int first)
    {
        var repeated = session.JournalRow.Bind(1, _id).Bind(2, first).Step() && session.JournalRow.Blob(0).SequenceEqual(_entries);
        session.JournalRow.Reset();
        return repeated;
    }
}
