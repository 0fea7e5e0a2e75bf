using System.Collections.Immutable;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Message;

namespace Pipeline.Storage.Ports;

/// <summary>A queued message as read back.</summary>
public sealed record StoredMessage
{
    public required MessageId Id { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public required Envelope Envelope { get; init; }

    public required IMessageContent Content { get; init; }

    public required int Policy { get; init; }

    public required ImmutableDictionary<string, string> Properties { get; init; }

    /// <summary>Every recipient, ended ones too, in order of index.</summary>
    public required ImmutableArray<RecipientState> Recipients { get; init; }

    /// <summary>The sequence number of the next event.</summary>
    public required int NextSequence { get; init; }
}

/// <summary>A line of the queue list.</summary>
/// <param name="Queue">The named queue that it is in; empty for the default queue.</param>
public sealed record QueuedMessage(
    MessageId Id, DateTimeOffset ReceivedAt, long Size, EnvelopeAddress Sender, bool Claimed, ImmutableArray<RecipientState> Recipients, string Queue = "");

/// <param name="Sender">Substring of the sender, or null.</param>
/// <param name="Recipient">Substring of a recipient, or null.</param>
/// <param name="Queue">The named queue, empty for the default one; null for every queue.</param>
public sealed record QueueQuery(int Limit = 10_000, string? Sender = null, string? Recipient = null, string? Queue = null);

/// <summary>Finds messages by what is known of them; null fields do not restrict.</summary>
public sealed record JournalQuery(string? Sender, string? Recipient, DateTimeOffset? From, DateTimeOffset? To, int Limit = 100);

/// <param name="Queued">Messages in the queue.</param>
/// <param name="QueuedRecipients">Recipients still to be delivered.</param>
/// <param name="Claimed">Messages in somebody's hands.</param>
public sealed record StoreCounts(long Queued, long QueuedRecipients, long Claimed);

/// <param name="Messages">Messages taken over.</param>
/// <param name="OpenAttempts">Recipients whose last attempt is in doubt.</param>
/// <param name="OrphanFiles">Body files without a message that were deleted.</param>
public sealed record RecoveryReport(int Messages, int OpenAttempts, int OrphanFiles);

/// <summary>Something remembered over messages.</summary>
public sealed record Hint(string Key, byte[] Value);

/// <summary>How a destination has been doing.</summary>
public sealed record RetryHint(DateTimeOffset FirstFailedAt, DateTimeOffset LastTriedAt, DateTimeOffset NextTryAt, TimeSpan LastInterval, string Reason);
