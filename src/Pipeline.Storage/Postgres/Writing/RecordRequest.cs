using System.Collections.Immutable;
using Npgsql;
using Pipeline.Faults;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Postgres.Database;
using Pipeline.Storage.Postgres.Partitions;
using Pipeline.Storage.State;
using Pipeline.Storage.Writing;

namespace Pipeline.Storage.Postgres.Writing;

/// <summary>Events of a message that is not in the queue.</summary>
internal sealed class RecordRequest(MessageId id, ImmutableArray<JournalEntry> entries) : WriteRequest<GroupCommit, WriteOutcome>
{
    private readonly byte[] _entries = StoredForm.Of(entries);
    private readonly Parties _parties = Parties.Of(entries);
    private bool _recorded;

    public override long Size => 512 + _entries.Length;

    protected override WriteOutcome Answer => WriteOutcome.Durable;

    protected override WriteOutcome Unavailable => WriteOutcome.Unavailable;

    private int First => entries[0].Sequence;

    public static NpgsqlBatchCommand Statement(IReadOnlyList<RecordRequest> records) => Statements.Of("record")
        .Texts(records, static r => r.Id)
        .Integers(records, static r => MessageDay.Of(r.Id))
        .Integers(records, static r => r.First)
        .Integers(records, static r => r.Count)
        .Longs(records, static r => r.StartedAt)
        .Texts(records, static r => PostgresText.Of(r._parties.Sender))
        .Texts(records, static r => PostgresText.Of(r._parties.Recipients))
        .Flags(records, static r => !r._parties.IsEmpty)
        .Longs(records, static r => r.EndedAt)
        .Octets(records, static r => r._entries);

    public override bool TryJoin(HashSet<MessageId> written) => written.Add(id);

    public override void Apply(GroupCommit commit) => commit.Records.Add(this);

    public void Recorded(bool recorded) => _recorded = recorded;

    public override void Committed()
    {
        Crash.At(CrashPoint.AcceptRefusalRecorded);
        if (_recorded)
        {
            base.Committed();
        }
        else
        {
            // Nothing of it was written, and the commit of the others stands.
            Refuse(Contract.SequenceTaken(id, First));
        }
    }

    private string Id => id.ToString();

    private int Count => entries.Length;

    private long StartedAt => StoredTime.Of(entries[0].At);

    private long EndedAt => StoredTime.Of(entries[^1].At);
}
