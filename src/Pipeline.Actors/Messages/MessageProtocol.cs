using Pipeline.Actors.Verification;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Message;
using Pipeline.Mail.Smtp;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Messages;

/// <summary>What is said to and by the actors of the queue inside one node. Nothing here crosses nodes.</summary>
public static class MessageProtocol
{
    /// <summary>To the supervisor: a transaction begins. Answered by <see cref="TransactionOpened"/>.</summary>
    public sealed record OpenTransaction(MessageId Id);

    public sealed record TransactionOpened(IActorRef Message);

    /// <summary>To a message that is being received: an event for its journal.</summary>
    public sealed record Happened(DateTimeOffset At, JournalEvent What);

    /// <summary>To a message that is being received: run a check beside reception.</summary>
    public sealed record BeginCheck(CheckPlan Plan);

    /// <summary>To a message that is being received: answer with the <see cref="CheckResult"/> of a check, as soon as it is known.</summary>
    public sealed record AwaitCheck(string Check);

    /// <summary>To a message that is being received: nobody will ask about a check, which ends without a result and without a word in the journal.</summary>
    public sealed record GiveUpCheck(string Check);

    /// <summary>To a message that is being received: the policy has accepted it. Answered by <see cref="Committed"/>, <see cref="NotCommitted"/> or <see cref="CommitUnknown"/>.</summary>
    /// <param name="Message">Complete but for the journal, which the message actor holds.</param>
    /// <param name="Prdr">Each recipient gets a reply of its own.</param>
    /// <param name="Pretence">What the client is told in place of the truth; null when it is told the truth.</param>
    public sealed record Commit(NewMessage Message, bool Prdr = false, SmtpReply? Pretence = null)
    {
        /// <summary>See <see cref="MessageAccepted.BodyBits"/>.</summary>
        public int? BodyBits { get; init; }

        /// <summary>See <see cref="MessageAccepted.Pipelined"/>.</summary>
        public bool? Pipelined { get; init; }

        /// <summary>See <see cref="MessageAccepted.BeganEarly"/>.</summary>
        public bool? BeganEarly { get; init; }
    }

    public sealed record Committed
    {
        public static Committed Instance { get; } = new();
    }

    public sealed record NotCommitted(string Reason);

    /// <summary>The message stopped before it heard of its commit, which may happen all the same: the body is not the session's to dispose.</summary>
    public sealed record CommitUnknown
    {
        public static CommitUnknown Instance { get; } = new();
    }

    /// <summary>To a message that is being received: it ends here. The journal is kept, nothing is queued.</summary>
    public sealed record Abandon(DateTimeOffset At, JournalEvent What);

    /// <summary>To the delivery actor.</summary>
    /// <param name="Number">The sender's number for the job.</param>
    /// <param name="Destination">Jobs with the same text share a limit and, where the transport can, a connection.</param>
    public sealed record Deliver(long Number, string Destination, DeliveryJob Job)
    {
        /// <summary>Bounds beside those of the destination and of all.</summary>
        public ImmutableArray<Delivery.DeliveryLimit> Limits { get; init; } = [];
    }

    /// <summary>From the delivery actor: the end of a job.</summary>
    public sealed record JobEnded(long Number, DeliveryReport Report);

    /// <summary>To a message, from inside a delivery: the step that cannot be taken back is next. Answered by <see cref="AttemptPermitted"/>.</summary>
    public sealed record BeginAttempt(long Number);

    /// <param name="Granted">The attempt is recorded; false when the message is not ours any more.</param>
    public sealed record AttemptPermitted(bool Granted);

    /// <summary>From a message to the supervisor, before it stops in good order.</summary>
    /// <param name="NextDue">When it wants to be claimed again; null when it has left the queue.</param>
    public sealed record MessageEnded(MessageId Id, DateTimeOffset? NextDue);

    /// <summary>From a message to the supervisor: a notification that was stored with the message's outcome, in this node's hands.</summary>
    public sealed record Deliverable(NewMessage Message);

    /// <summary>To the supervisor, from an operator: try every waiting recipient now. Answered by <see cref="OperatorAnswer"/>.</summary>
    public sealed record RetryMessage(MessageId Id, string By);

    /// <summary>To the supervisor, from an operator: take the message out of the queue. Answered by <see cref="OperatorAnswer"/>.</summary>
    public sealed record RemoveMessage(MessageId Id, string By);

    /// <summary>To the supervisor, from an operator: try nothing more until it is thawed. Answered by <see cref="OperatorAnswer"/>.</summary>
    public sealed record FreezeMessage(MessageId Id, string By);

    /// <summary>To the supervisor, from an operator: a frozen message is to be tried again. Answered by <see cref="OperatorAnswer"/>.</summary>
    public sealed record ThawMessage(MessageId Id, string By);

    /// <summary>To the supervisor: a queue run. What waits for one in a queue is due, and everything that is due is looked for. Answered by <see cref="OperatorAnswer"/>.</summary>
    /// <param name="Queue">The named queue; empty for the default one.</param>
    public sealed record RunQueue(string Queue);

    /// <summary>To the supervisor, from an operator: every waiting recipient fails, and the sender is told. Answered by <see cref="OperatorAnswer"/>.</summary>
    public sealed record GiveUpMessage(MessageId Id, string By);

    /// <summary>To the supervisor, from an operator: the message is for these too. Answered by <see cref="OperatorAnswer"/>.</summary>
    public sealed record AddRecipients(MessageId Id, ImmutableArray<EnvelopeAddress> Addresses, string By);

    /// <summary>To the supervisor, from an operator: nothing more is tried for these recipients of the envelope. Answered by <see cref="OperatorAnswer"/>.</summary>
    /// <param name="Addresses">Empty for all of them.</param>
    public sealed record MarkDelivered(MessageId Id, ImmutableArray<EnvelopeAddress> Addresses, string By);

    /// <summary>To the supervisor, from an operator: the message has this envelope sender from now on. Answered by <see cref="OperatorAnswer"/>.</summary>
    public sealed record ChangeSender(MessageId Id, EnvelopeAddress Sender, string By);

    /// <summary>From a message to the supervisor: an operator's order has reached it, and will be answered. One that has not when the message stops is given again.</summary>
    public sealed record OrderHeard(MessageId Id, object Order);

    /// <param name="Unknown">There is no such message in the queue, or it is in other hands.</param>
    public sealed record OperatorAnswer(bool Done, string Text, bool Unknown = false);

    /// <summary>To the supervisor: claim nothing more; answer <see cref="Drained"/> when no message is under way.</summary>
    public sealed record Drain
    {
        public static Drain Instance { get; } = new();
    }

    public sealed record Drained
    {
        public static Drained Instance { get; } = new();
    }

    /// <summary>To the supervisor: look for due work now.</summary>
    public sealed record Wake
    {
        public static Wake Instance { get; } = new();
    }
}
