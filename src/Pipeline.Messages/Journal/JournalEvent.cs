using System.Text.Json.Serialization;

namespace Pipeline.Messages.Journal;

/// <summary>Something that happened to a message. The state of a message is the fold of its events; nothing else is the truth.</summary>
/// <remarks>
/// Stored as JSON with a short, frozen manifest as type discriminator; additive change only. Every event that belongs to one recipient derives
/// from <see cref="RecipientEvent"/>.
/// </remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "k")]
[JsonDerivedType(typeof(TransactionStarted), "tx")]
[JsonDerivedType(typeof(AclDecided), "acl")]
[JsonDerivedType(typeof(RecipientRefused), "rcpt-no")]
[JsonDerivedType(typeof(CheckCompleted), "check")]
[JsonDerivedType(typeof(AddressRewritten), "rewrote")]
[JsonDerivedType(typeof(MessageRefused), "refused")]
[JsonDerivedType(typeof(TransactionAborted), "aborted")]
[JsonDerivedType(typeof(MessageAccepted), "accepted")]
[JsonDerivedType(typeof(MessageCompleted), "done")]
[JsonDerivedType(typeof(RecipientAccepted), "rcpt")]
[JsonDerivedType(typeof(RecipientRewritten), "rcpt-rewrote")]
[JsonDerivedType(typeof(RecipientWithdrawn), "rcpt-out")]
[JsonDerivedType(typeof(RouterTried), "router")]
[JsonDerivedType(typeof(RecipientRedirected), "redirected")]
[JsonDerivedType(typeof(RecipientRouted), "routed")]
[JsonDerivedType(typeof(RecipientDuplicated), "duplicate")]
[JsonDerivedType(typeof(AttemptStarted), "try")]
[JsonDerivedType(typeof(AttemptInDoubt), "doubt")]
[JsonDerivedType(typeof(ProgramOutput), "output")]
[JsonDerivedType(typeof(RecipientDeferred), "deferred")]
[JsonDerivedType(typeof(RecipientDelivered), "delivered")]
[JsonDerivedType(typeof(RecipientFailed), "failed")]
[JsonDerivedType(typeof(FailureIgnored), "ignored")]
[JsonDerivedType(typeof(NotificationSent), "dsn")]
[JsonDerivedType(typeof(OperatorActed), "operator")]
[JsonDerivedType(typeof(MessageFrozen), "frozen")]
[JsonDerivedType(typeof(MessageThawed), "thawed")]
[JsonDerivedType(typeof(MessageCancelled), "cancelled")]
[JsonDerivedType(typeof(MessagePostponed), "postponed")]
[JsonDerivedType(typeof(RecipientPostponed), "rcpt-postponed")]
[JsonDerivedType(typeof(QueueRunReached), "queue-run")]
public abstract record JournalEvent;

/// <summary>Something that happened to one recipient of a message.</summary>
/// <param name="Recipient">The index of the recipient; children of a redirection have indexes of their own (<see cref="RecipientRedirected"/>).</param>
public abstract record RecipientEvent([property: JsonPropertyName("r")] int Recipient) : JournalEvent;

/// <summary>An event with its place and time.</summary>
/// <param name="Sequence">From 0, without gaps, in the order in which things happened to the message.</param>
public sealed record JournalEntry(int Sequence, DateTimeOffset At, JournalEvent Event);
