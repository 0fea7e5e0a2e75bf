using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;

namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>The journals of the cluster's database.</summary>
internal sealed class StoredJournals(IMessageStore store) : IJournals
{
    public async ValueTask<IReadOnlyList<MessageId>> FindAsync(DateTimeOffset? since, CancellationToken cancellationToken) =>
        await store.FindAsync(new JournalQuery(null, null, since, null, int.MaxValue), cancellationToken);

    public async ValueTask<IReadOnlyList<JournalEntry>> ReadAsync(MessageId id, CancellationToken cancellationToken) =>
        await store.ReadJournalAsync(id, cancellationToken);
}
