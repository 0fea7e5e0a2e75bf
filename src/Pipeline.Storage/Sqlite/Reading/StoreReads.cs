using System.Collections.Immutable;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;

namespace Pipeline.Storage.Sqlite.Reading;

/// <summary>The reading half of the port, the same for the node and for tools beside it.</summary>
internal sealed class StoreReads(ReadPool pool) : IDisposable
{
    public ValueTask<StoredMessage?> ReadAsync(MessageId id, CancellationToken cancellationToken) =>
        pool.ReadAsync(s => s.Message(id), cancellationToken);

    public ValueTask<ImmutableArray<JournalEntry>> ReadJournalAsync(MessageId id, CancellationToken cancellationToken) =>
        pool.ReadAsync(s => s.Journal(id), cancellationToken);

    public ValueTask<DateTimeOffset?> NextDueAsync(ClaimScope scope, CancellationToken cancellationToken) =>
        pool.ReadAsync(s => s.NextDue(scope), cancellationToken);

    public ValueTask<byte[]?> GetHintAsync(string key, CancellationToken cancellationToken) => pool.ReadAsync(s => s.Hint(key), cancellationToken);

    public ValueTask<ImmutableArray<Hint>> ListHintsAsync(string after, int limit, CancellationToken cancellationToken) =>
        pool.ScanAsync(s => s.Hints(after, limit), cancellationToken);

    public ValueTask<ImmutableArray<QueuedMessage>> ListAsync(QueueQuery query, CancellationToken cancellationToken) =>
        pool.ScanAsync(s => s.List(query, cancellationToken), cancellationToken);

    public ValueTask<ImmutableArray<MessageId>> FindAsync(JournalQuery query, CancellationToken cancellationToken) =>
        pool.ScanAsync(s => s.Find(query, cancellationToken), cancellationToken);

    public ValueTask<StoreCounts> CountAsync(CancellationToken cancellationToken) =>
        pool.ScanAsync(static s => s.Count(), cancellationToken);

    public ValueTask<HashSet<string>> BodyFilesAsync(CancellationToken cancellationToken) =>
        pool.ScanAsync(static s => s.BodyFiles(), cancellationToken);

    public void Dispose() => pool.Dispose();
}
