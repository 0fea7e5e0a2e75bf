using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;

namespace Pipeline.Node.Logging;

/// <summary>A store that tells the logs of what it has committed: the log says nothing that the journal does not.</summary>
internal sealed class LoggedMessageStore(IMessageStore store, MailLog log) : IMessageStore
{
    public event Action<QueueStage> WorkAvailable
    {
        add => store.WorkAvailable += value;
        remove => store.WorkAvailable -= value;
    }

    public IBodyWriter CreateBody(MessageId id) => store.CreateBody(id);

    public async ValueTask<WriteOutcome> AcceptAsync(NewMessage message, CancellationToken cancellationToken)
    {
        var outcome = await store.AcceptAsync(message, cancellationToken);
        if (outcome == WriteOutcome.Durable)
        {
            log.Write(MailLogEntry.Accepted.Of(message));
            if (message.Release)
            {
                log.Write(MailLogEntry.Changed.Gone(message.Id));
            }
        }

        return outcome;
    }

    public async ValueTask<WriteOutcome> UpdateAsync(MessageUpdate update, CancellationToken cancellationToken)
    {
        var outcome = await store.UpdateAsync(update, cancellationToken);
        if (outcome != WriteOutcome.Unavailable)
        {
            // A fenced message is in other hands: nothing of the update happened, and nothing more will be heard of it.
            log.Write(outcome == WriteOutcome.Durable
                ? MailLogEntry.Changed.Of(update)
                : MailLogEntry.Changed.Gone(update.Id));
        }

        return outcome;
    }

    public async ValueTask<ImmutableArray<StoredMessage>> ClaimDueAsync(
        Ownership owner, DateTimeOffset now, int limit, ClaimScope scope, CancellationToken cancellationToken)
    {
        var messages = await store.ClaimDueAsync(owner, now, limit, scope, cancellationToken);
        foreach (var message in messages)
        {
            log.Write(MailLogEntry.Resumed.Of(message));
        }

        return messages;
    }

    public async ValueTask<StoredMessage?> ClaimAsync(Ownership owner, MessageId id, CancellationToken cancellationToken)
    {
        var message = await store.ClaimAsync(owner, id, cancellationToken);
        if (message is not null)
        {
            log.Write(MailLogEntry.Resumed.Of(message));
        }

        return message;
    }

    public ValueTask<WriteOutcome> RecordAsync(MessageId id, ImmutableArray<JournalEntry> entries, CancellationToken cancellationToken) =>
        store.RecordAsync(id, entries, cancellationToken);

    public ValueTask<int?> RunQueueAsync(string queue, CancellationToken cancellationToken) => store.RunQueueAsync(queue, cancellationToken);

    public ValueTask<DateTimeOffset?> NextDueAsync(ClaimScope scope, CancellationToken cancellationToken) => store.NextDueAsync(scope, cancellationToken);

    public ValueTask<RecoveryReport> RecoverAsync(Ownership owner, CancellationToken cancellationToken) => store.RecoverAsync(owner, cancellationToken);

    public ValueTask<ImmutableArray<QueuedMessage>> ListAsync(QueueQuery query, CancellationToken cancellationToken) =>
        store.ListAsync(query, cancellationToken);

    public ValueTask<StoredMessage?> ReadAsync(MessageId id, CancellationToken cancellationToken) => store.ReadAsync(id, cancellationToken);

    public ValueTask<ImmutableArray<JournalEntry>> ReadJournalAsync(MessageId id, CancellationToken cancellationToken) =>
        store.ReadJournalAsync(id, cancellationToken);

    public ValueTask<ImmutableArray<MessageId>> FindAsync(JournalQuery query, CancellationToken cancellationToken) =>
        store.FindAsync(query, cancellationToken);

    public ValueTask<StoreCounts> CountAsync(CancellationToken cancellationToken) => store.CountAsync(cancellationToken);

    public ValueTask<WriteOutcome> PutHintAsync(string key, byte[]? value, CancellationToken cancellationToken) =>
        store.PutHintAsync(key, value, cancellationToken);

    public ValueTask<WriteOutcome> ChangeHintAsync(string key, Func<byte[]?, byte[]?> change, CancellationToken cancellationToken) =>
        store.ChangeHintAsync(key, change, cancellationToken);

    public ValueTask<byte[]?> GetHintAsync(string key, CancellationToken cancellationToken) => store.GetHintAsync(key, cancellationToken);

    public ValueTask<ImmutableArray<Hint>> ListHintsAsync(string after, int limit, CancellationToken cancellationToken) =>
        store.ListHintsAsync(after, limit, cancellationToken);

    public ValueTask<int> PurgeAsync(DateTimeOffset endedBefore, int limit, CancellationToken cancellationToken) =>
        store.PurgeAsync(endedBefore, limit, cancellationToken);

    public ValueTask DisposeAsync() => store.DisposeAsync();
}
