using System.Collections.Immutable;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Sqlite.Reading;

namespace Pipeline.Storage.Sqlite;

/// <summary>A spool that belongs to another process: it can be looked at, and every write is answered as unavailable.</summary>
internal sealed class ReadOnlySqliteStore(StoreReads reads) : IMessageStore
{
    public event Action<QueueStage> WorkAvailable
    {
        add { }
        remove { }
    }

    public IBodyWriter CreateBody(MessageId id) => throw new InvalidOperationException("the spool is open for reading only");

    public ValueTask<WriteOutcome> AcceptAsync(NewMessage message, CancellationToken cancellationToken) => Unavailable;

    public ValueTask<WriteOutcome> RecordAsync(MessageId id, ImmutableArray<JournalEntry> entries, CancellationToken cancellationToken) => Unavailable;

    public ValueTask<WriteOutcome> UpdateAsync(MessageUpdate update, CancellationToken cancellationToken) => Unavailable;

    public ValueTask<ImmutableArray<StoredMessage>> ClaimDueAsync(
        Ownership owner, DateTimeOffset now, int limit, ClaimScope scope, CancellationToken cancellationToken) => new([]);

    public ValueTask<StoredMessage?> ClaimAsync(Ownership owner, MessageId id, CancellationToken cancellationToken) => default;

    public ValueTask<int?> RunQueueAsync(string queue, CancellationToken cancellationToken) => default;

    public ValueTask<DateTimeOffset?> NextDueAsync(ClaimScope scope, CancellationToken cancellationToken) =>
        reads.NextDueAsync(scope, cancellationToken);

    public ValueTask<RecoveryReport> RecoverAsync(Ownership owner, CancellationToken cancellationToken) =>
        ValueTask.FromException<RecoveryReport>(new IOException("the spool is open for reading only"));

    public ValueTask<ImmutableArray<QueuedMessage>> ListAsync(QueueQuery query, CancellationToken cancellationToken) =>
        reads.ListAsync(query, cancellationToken);

    public ValueTask<StoredMessage?> ReadAsync(MessageId id, CancellationToken cancellationToken) => reads.ReadAsync(id, cancellationToken);

    public ValueTask<ImmutableArray<JournalEntry>> ReadJournalAsync(MessageId id, CancellationToken cancellationToken) =>
        reads.ReadJournalAsync(id, cancellationToken);

    public ValueTask<ImmutableArray<MessageId>> FindAsync(JournalQuery query, CancellationToken cancellationToken) =>
        reads.FindAsync(query, cancellationToken);

    public ValueTask<StoreCounts> CountAsync(CancellationToken cancellationToken) => reads.CountAsync(cancellationToken);

    public ValueTask<WriteOutcome> PutHintAsync(string key, byte[]? value, CancellationToken cancellationToken) => Unavailable;

    public ValueTask<WriteOutcome> ChangeHintAsync(string key, Func<byte[]?, byte[]?> change, CancellationToken cancellationToken) => Unavailable;

    public ValueTask<byte[]?> GetHintAsync(string key, CancellationToken cancellationToken) => reads.GetHintAsync(key, cancellationToken);

    public ValueTask<ImmutableArray<Hint>> ListHintsAsync(string after, int limit, CancellationToken cancellationToken) =>
        reads.ListHintsAsync(after, limit, cancellationToken);

    public ValueTask<int> PurgeAsync(DateTimeOffset endedBefore, int limit, CancellationToken cancellationToken) => new(0);

    public ValueTask DisposeAsync()
    {
        reads.Dispose();
        return ValueTask.CompletedTask;
    }

    private static ValueTask<WriteOutcome> Unavailable => new(WriteOutcome.Unavailable);
}
