using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;

namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>What an account reads of the store.</summary>
internal interface IJournals
{
    /// <summary>Every message whose journal begins at or after a time; all of them for null.</summary>
    ValueTask<IReadOnlyList<MessageId>> FindAsync(DateTimeOffset? since, CancellationToken cancellationToken);

    /// <summary>Empty when there is none.</summary>
    ValueTask<IReadOnlyList<JournalEntry>> ReadAsync(MessageId id, CancellationToken cancellationToken);
}
