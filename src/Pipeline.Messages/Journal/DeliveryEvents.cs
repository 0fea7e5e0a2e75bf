namespace Pipeline.Messages.Journal;

/// <summary>A delivery attempt begins. Durable before the step that cannot be taken back.</summary>
/// <param name="Attempt">From 1, for this recipient.</param>
/// <param name="ReturnPath">When it is not the sender of the message; else null.</param>
public sealed record AttemptStarted(int Recipient, int Attempt, string Transport, string? Destination, string? ReturnPath = null) : RecipientEvent(Recipient);

/// <summary>An attempt was found without an end after a restart or take-over: the peer may have the message (RFC 1047).</summary>
public sealed record AttemptInDoubt(int Recipient, int Attempt, string Reason) : RecipientEvent(Recipient);

/// <summary>What a program wrote that a message was handed to, where the transport wants it logged.</summary>
/// <param name="Line">The first line.</param>
public sealed record ProgramOutput(int Recipient, string Transport, string Line) : RecipientEvent(Recipient);

/// <summary>Routing or an attempt has failed for now.</summary>
/// <param name="Class">The class of the failure, as retry rules see it.</param>
/// <param name="Address">The IP address of the host, if one was tried.</param>
public sealed record RecipientDeferred(
    int Recipient, string Class, string Reason, string? Reply, string? Host, DateTimeOffset NextTry, string? Address = null) : RecipientEvent(Recipient);

/// <param name="Additional">True for each but the first recipient of one delivery; null for the first.</param>
/// <param name="Port">Of the peer; null for local transports, and in journals older than this member.</param>
/// <param name="Shadow">The shadow transport that had the message as well, with what went wrong there in parentheses; null without one.</param>
/// <param name="Pretended">True when no transport was run, as the node was started to pretend deliveries; else null.</param>
public sealed record RecipientDelivered(
    int Recipient, string Transport, string? Host, string? Address, string? Reply, string Detail, bool? Additional = null, int? Port = null, string? Shadow = null,
    bool? Pretended = null)
    : RecipientEvent(Recipient);

/// <summary>The recipient has failed for good. The fields that a notification needs are kept with it.</summary>
/// <param name="Kept">True when it stays in the queue all the same: nobody can be told, and the message is frozen for an operator to see. Null otherwise.</param>
public sealed record RecipientFailed(
    int Recipient, string Reason, string? Reply, string? Host, string? Address, int Port, string? Greeting, string? HeloResponse, bool? Kept = null)
    : RecipientEvent(Recipient);

/// <summary>Nobody is told of a failure: the message has no sender, and its time under <c>ignore_bounce_errors_after</c> is over.</summary>
public sealed record FailureIgnored(int Recipient) : RecipientEvent(Recipient);

/// <summary>A delivery status notification, or an automatic reply, was accepted into the queue.</summary>
/// <param name="Kind">failure, delay or success; reply.</param>
/// <param name="MessageId">The notification's own message id.</param>
/// <param name="Warnings">Of a warning of delay: how many the sender should have had by now; null for others.</param>
public sealed record NotificationSent(string Kind, string MessageId, string To, int? Warnings = null) : JournalEvent
{
    /// <summary>The <see cref="Kind"/> of an automatic reply.</summary>
    public const string Reply = "reply";

    /// <summary>The <see cref="Kind"/> of a note to the operator that a message is frozen.</summary>
    public const string Frozen = "frozen";
}
