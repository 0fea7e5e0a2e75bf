using System.Collections.Immutable;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;

namespace Pipeline.Storage.Ports;

/// <summary>What has changed about a queued message since its last update.</summary>
public sealed record MessageUpdate
{
    public required MessageId Id { get; init; }

    public required Ownership Owner { get; init; }

    public required ImmutableArray<JournalEntry> Journal { get; init; }

    /// <summary>New states of recipients; children of a redirection appear here for the first time.</summary>
    public ImmutableArray<RecipientState> Recipients { get; init; } = [];

    /// <summary>Notifications that enter the queue in the same commit as the outcome they tell of.</summary>
    public ImmutableArray<NewMessage> Notifications { get; init; } = [];

    public UpdateClosing Closing { get; init; } = UpdateClosing.KeepClaim;
}

/// <summary>What the update does with the claim.</summary>
public enum UpdateClosing
{
    /// <summary>The message stays in the owner's hands.</summary>
    KeepClaim = 0,

    /// <summary>Anyone may claim it when a recipient is due.</summary>
    Release = 1,

    /// <summary>Every recipient has ended: the message leaves the queue and its body is deleted; the journal stays.</summary>
    Complete = 2,
}

/// <summary>Where a recipient stands. The numbers are stored.</summary>
public enum RecipientStatus
{
    Queued = 0,
    Delivered = 1,
    Failed = 2,

    /// <summary>Replaced by its children, or discarded.</summary>
    Redirected = 3,

    /// <summary>Taken out by an operator.</summary>
    Removed = 4,

    /// <summary>Another recipient of the message stands for the same delivery (<see cref="RecipientState.DuplicateOf"/>).</summary>
    Duplicate = 5,
}

/// <summary>A recipient of a queued message.</summary>
/// <param name="Parent">Index of the recipient whose redirection made this one; -1 for one of the envelope.</param>
/// <param name="DueAt">When a queued recipient is to be tried next.</param>
/// <param name="Attempts">Attempts started so far.</param>
/// <param name="AttemptOpen">An attempt was started and its end is not recorded: after a crash it is in doubt.</param>
/// <param name="FirstFailedAt">When the current run of failures began: retry rules count from here.</param>
/// <param name="LastInterval">Between the last failure and <paramref name="DueAt"/>: retry rules grow from here.</param>
/// <param name="Inherited">What routing must know of the descent of a child (<see cref="ChildRecipient.Inherited"/>).</param>
/// <param name="Place">What the delivery is to, once routed (<see cref="RecipientRouted.Place"/>).</param>
/// <param name="DuplicateOf">Of a duplicate: the index of the recipient whose fate it shares.</param>
/// <param name="Destination">Where the next delivery goes, by a name that deliveries over one connection share; null until it is routed.</param>
/// <param name="FrozenAt">Since when its message is, or was last, frozen; null when it never was.</param>
/// <param name="ThawedAt">When its message was last thawed.</param>
/// <param name="PostponedAt">When it was last put off without a failure, to wait for a queue run; null when it never was. Only a first pass looks at the options that put off.</param>
/// <param name="Warnings">Warnings of delay that the sender has had, or none was wanted for; null for none.</param>
public sealed record RecipientState(
    int Index,
    EnvelopeAddress Address,
    RecipientStatus Status,
    DateTimeOffset DueAt,
    int Parent = -1,
    int Attempts = 0,
    bool AttemptOpen = false,
    DateTimeOffset? FirstFailedAt = null,
    string? LastReason = null,
    DsnNotify Notify = DsnNotify.None,
    string? OriginalRecipient = null,
    TimeSpan? LastInterval = null,
    string? Inherited = null,
    string? Place = null,
    int? DuplicateOf = null,
    string? Destination = null,
    DateTimeOffset? FrozenAt = null,
    DateTimeOffset? ThawedAt = null,
    int? Warnings = null,
    DateTimeOffset? PostponedAt = null)
{
    /// <summary>The <see cref="DueAt"/> of a recipient that waits for a queue run, whenever that comes. Stored.</summary>
    public static readonly DateTimeOffset AtQueueRun = new(8900, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>It is due with the next queue run.</summary>
    public bool AwaitsQueueRun => Status == RecipientStatus.Queued && DueAt == AtQueueRun;

    /// <summary>Nothing is tried before somebody or something thaws the message, whatever time <see cref="DueAt"/> names to look at it.</summary>
    public bool IsFrozen => FrozenAt is { } frozen && !(ThawedAt >= frozen);
}
