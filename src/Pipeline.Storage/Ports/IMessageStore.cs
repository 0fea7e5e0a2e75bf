using System.Collections.Immutable;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;

namespace Pipeline.Storage.Ports;

/// <summary>The spool: the journal of every message, the bodies, and the queue that is their projection.</summary>
/// <remarks>
/// Every write names the owner and its epoch; a write of an owner that was replaced changes nothing and answers <see cref="WriteOutcome.Fenced"/>.
/// All writes of a store go through one batching writer: many messages share one commit, and a call returns when its commit is durable.
/// A store that cannot write now answers <see cref="WriteOutcome.Unavailable"/> within a bounded wait; it does not throw for that.
/// </remarks>
public interface IMessageStore : IAsyncDisposable
{
    /// <summary>Begins to keep a body that is about to arrive. Nothing is visible or durable before <see cref="AcceptAsync"/>.</summary>
    IBodyWriter CreateBody(MessageId id);

    /// <summary>Takes a message into the queue: envelope, header block, body, recipients and events in one durable commit. Idempotent on the message id.</summary>
    /// <remarks>
    /// The message is claimed by its owner with the acceptance, since the node that accepts begins to deliver at once, unless it asks for
    /// <see cref="NewMessage.Release"/>. Every recipient is due.
    /// </remarks>
    /// <exception cref="ArgumentException">A bug of the caller: no owner, no events, a gap in their numbers, or a body that is not a complete one of this store.</exception>
    ValueTask<WriteOutcome> AcceptAsync(NewMessage message, CancellationToken cancellationToken);

    /// <summary>Appends events to a message that is not (or no longer, or never will be) in the queue: refusals, aborted transactions.</summary>
    /// <remarks>Durable some time later; a caller that does not wait loses at most these events, never mail.</remarks>
    ValueTask<WriteOutcome> RecordAsync(MessageId id, ImmutableArray<JournalEntry> entries, CancellationToken cancellationToken);

    /// <summary>Appends events to a queued message and changes its recipients, in one durable commit.</summary>
    /// <remarks>An update whose answer was lost can be repeated as it was: it is applied once.</remarks>
    /// <exception cref="InvalidOperationException">A bug of the caller: an event's number is taken by another event.</exception>
    ValueTask<WriteOutcome> UpdateAsync(MessageUpdate update, CancellationToken cancellationToken);

    /// <summary>Claims up to <paramref name="limit"/> messages that have a recipient due at <paramref name="now"/> and are in nobody's hands.</summary>
    /// <remarks>
    /// Preferred destinations come first, then the longest due.
    /// A claimed message is in the hands of <paramref name="owner"/> until an update releases or completes it.
    /// One that was released, or recovered, with every recipient ended is due at once, so that its next owner completes it.
    /// </remarks>
    ValueTask<ImmutableArray<StoredMessage>> ClaimDueAsync(
        Ownership owner, DateTimeOffset now, int limit, ClaimScope scope, CancellationToken cancellationToken);

    /// <summary>Claims one message at once whether due or not; null when it does not exist, is complete, or is in somebody's hands.</summary>
    ValueTask<StoredMessage?> ClaimAsync(Ownership owner, MessageId id, CancellationToken cancellationToken);

    /// <summary>A queue run: every message of a queue that waits for one (<see cref="RecipientState.AtQueueRun"/>) and is in nobody's hands is due from now on, the oldest first.</summary>
    /// <param name="queue">The named queue; empty for the default one.</param>
    /// <returns>How many messages that concerns; null when the store cannot write now.</returns>
    ValueTask<int?> RunQueueAsync(string queue, CancellationToken cancellationToken);

    /// <summary>The earliest time at which an unclaimed recipient of the scope's stages is due; null when there is none.</summary>
    ValueTask<DateTimeOffset?> NextDueAsync(ClaimScope scope, CancellationToken cancellationToken);

    /// <summary>Raised when messages of a stage have become claimable at once: by this node, or by another one on the same database.</summary>
    /// <remarks>
    /// Only a hint, which may come late, twice or not at all: <see cref="NextDueAsync"/> is the truth. It may be raised on any thread, and a
    /// handler must not block. A store that lost its way to the database raises it for every stage once it has it again.
    /// </remarks>
    event Action<QueueStage> WorkAvailable;

    /// <summary>Called once when a node starts: takes over everything that an earlier epoch of this owner (or nobody) holds, and sweeps orphans.</summary>
    ValueTask<RecoveryReport> RecoverAsync(Ownership owner, CancellationToken cancellationToken);

    /// <summary>The queue, oldest first, at most <see cref="QueueQuery.Limit"/> messages.</summary>
    ValueTask<ImmutableArray<QueuedMessage>> ListAsync(QueueQuery query, CancellationToken cancellationToken);

    /// <summary>Reads one queued message without claiming it; null when it is not in the queue.</summary>
    ValueTask<StoredMessage?> ReadAsync(MessageId id, CancellationToken cancellationToken);

    /// <summary>Every event of a message in order, whether queued, complete or refused; empty when nothing is known of it.</summary>
    ValueTask<ImmutableArray<JournalEntry>> ReadJournalAsync(MessageId id, CancellationToken cancellationToken);

    /// <summary>Ids whose journal begins with an event matching the query, newest first: finds a message when only its parties are known.</summary>
    ValueTask<ImmutableArray<MessageId>> FindAsync(JournalQuery query, CancellationToken cancellationToken);

    /// <summary>Counts for accounts and metrics.</summary>
    ValueTask<StoreCounts> CountAsync(CancellationToken cancellationToken);

    /// <summary>Remembers something over messages, for all nodes of the store (what Exim has its hints databases for); null forgets it. Durable with the next commit.</summary>
    /// <param name="key">Says whose hint it is: "callout/…", "ratelimit/…", "health/…". The value is in the owner's own stored form.</param>
    ValueTask<WriteOutcome> PutHintAsync(string key, byte[]? value, CancellationToken cancellationToken);

    /// <summary>Makes a new value of a hint from the one there is: one atomic step, whoever changes it at the same time on whichever node.</summary>
    /// <param name="change">
    /// From the value there is (null for none) to the one that shall be: null to forget it, the same array to leave it. It may be called several times, on any thread;
    /// the last call is the one that counts. It must not change the array.
    /// </param>
    /// <returns>
    /// Once it is written: not necessarily flushed, so that a machine which fails may forget what was changed just before. When an answer is lost in an outage, the change
    /// may be made a second time on its own result.
    /// </returns>
    ValueTask<WriteOutcome> ChangeHintAsync(string key, Func<byte[]?, byte[]?> change, CancellationToken cancellationToken);

    /// <returns>Null when nothing is remembered.</returns>
    ValueTask<byte[]?> GetHintAsync(string key, CancellationToken cancellationToken);

    /// <summary>Hints in the order of their keys' octets, at most <paramref name="limit"/>, whose keys come after the given one.</summary>
    ValueTask<ImmutableArray<Hint>> ListHintsAsync(string after, int limit, CancellationToken cancellationToken);

    /// <summary>Deletes journals of messages that ended before the given time, at most <paramref name="limit"/> messages; returns how many.</summary>
    ValueTask<int> PurgeAsync(DateTimeOffset endedBefore, int limit, CancellationToken cancellationToken);
}

/// <summary>How a write ended. The numbers are not stored.</summary>
public enum WriteOutcome
{
    Durable = 0,

    /// <summary>The writer is not the owner any more: it must stop working on the message.</summary>
    Fenced = 1,

    /// <summary>The store cannot write now (disk full, database gone). Nothing was changed, or it is not known: repeating is safe.</summary>
    Unavailable = 2,
}

/// <summary>Who writes: a node and its life. A node that comes back has a higher epoch.</summary>
public readonly record struct Ownership(string Node, long Epoch);
