using System.ComponentModel;

namespace Pipeline.Faults;

/// <summary>Where a test can have the process die, each with what is durable at that moment. The list is closed.</summary>
/// <remarks>A point's name is its identifier in small letters, word by word: <c>AcceptBodySpilled</c> is <c>accept.body.spilled</c>. The first word is its phase.</remarks>
public enum CrashPoint
{
    [Description("Nothing. The spool file of a large body has its name and no octets.")]
    AcceptBodySpilled,

    [Description("Nothing. BDAT: a chunk that is not the last is stored and not answered.")]
    AcceptChunkReceived,

    [Description("Nothing. The spool file of a large body has all octets and is not flushed.")]
    AcceptBodyWritten,

    [Description("Nothing. The whole message is there; the ACLs about its content have not run.")]
    AcceptDataEnded,

    [Description("Nothing. The ACLs have said yes and the message is composed.")]
    AcceptContentJudged,

    [Description("Nothing. The message's actor hands it to the store.")]
    AcceptCommitAsked,

    [Description("Nothing. The writer has taken the message into a group.")]
    AcceptGroupTaken,

    [Description("Nothing. The rows of the message are written in a transaction that is open (PostgreSQL: of a message with a large body).")]
    AcceptRowsWritten,

    [Description("Nothing. The first chunk of a large body is in the open transaction (PostgreSQL).")]
    AcceptChunkUploaded,

    [Description("Nothing. All chunks of a large body are in the open transaction, which is not committed (PostgreSQL).")]
    AcceptBodyUploaded,

    [Description("The message. Nobody in the process knows that it is.")]
    AcceptCommitted,

    [Description("The message. Its actor knows; the session does not.")]
    AcceptCommitHeard,

    [Description("The message. The session was told and the work on it begins; the 250 may be on its way.")]
    AcceptSessionTold,

    [Description("The message. The 250 is ready and not sent.")]
    AcceptReplyReady,

    [Description("The message. The 250 is sent.")]
    AcceptReplySent,

    [Description("Nothing. The transaction ended without a message; its journal is not written.")]
    AcceptRefused,

    [Description("The journal of a transaction that ended without a message.")]
    AcceptRefusalRecorded,

    [Description("The message, in nobody's hands. A claim has chosen it and claimed nothing yet (PostgreSQL).")]
    RouteMessagesChosen,

    [Description("The message, claimed by this life; who claimed it does not know yet (PostgreSQL: the claim itself need not be durable).")]
    RouteMessagesClaimed,

    [Description("The message, claimed; no actor has it yet.")]
    RouteClaimHandedOver,

    [Description("The message. The first of its recipients is being routed.")]
    RouteBegun,

    [Description("The message. A recipient's way is known and noted nowhere.")]
    RouteDecided,

    [Description("The message. A redirection has made children, which are in memory alone.")]
    RouteChildrenMade,

    [Description("The message. Routing has found that a recipient fails; neither the failure nor a notification is recorded.")]
    RouteFailed,

    [Description("The message. Routing has put a recipient off; the time of its next try is not known yet.")]
    RouteDeferred,

    [Description("The message. The next try of a recipient is known and not recorded.")]
    RouteRetryDecided,

    [Description("The message. Duplicates are set aside and deliveries planned, in memory alone.")]
    RoutePlanned,

    [Description("The message. A node that only routes leaves the deliveries to others and has not recorded so.")]
    RouteLeftToOthers,

    [Description("The message. The release is in its transaction, the row looked at and its owner's lease locked (PostgreSQL).")]
    RouteReleaseLooked,

    [Description("The message as before. The release is written in a transaction that is open (PostgreSQL).")]
    RouteReleaseWritten,

    [Description("The release: where each recipient goes, and when it is due. Nobody in the process knows.")]
    RouteReleased,

    [Description("The release. The actor of the message is about to end.")]
    RouteReleaseHeard,

    [Description("The message. A delivery is handed to the delivery actor.")]
    DeliverJobHandedOn,

    [Description("The message. A transport is about to begin.")]
    DeliverBegun,

    [Description("The message. A transport has asked for its final step; the attempt is not recorded.")]
    DeliverAttemptAsked,

    [Description("Attempts or outcomes of a message that stays claimed. Nobody in the process knows.")]
    DeliverUpdateCommitted,

    [Description("The attempt. The transport has no permission yet.")]
    DeliverAttemptRecorded,

    [Description("The attempt. The transport takes its final step next.")]
    DeliverAttemptPermitted,

    [Description("The message. SMTP: connected to the next hop; nothing said.")]
    DeliverSmtpConnected,

    [Description("The message. SMTP: a new session is open.")]
    DeliverSmtpOpened,

    [Description("The message. SMTP: the next hop has answered MAIL.")]
    DeliverSmtpMailAnswered,

    [Description("The message. SMTP: the next hop has answered a RCPT.")]
    DeliverSmtpRecipientAnswered,

    [Description("The message. SMTP: the next hop has answered DATA.")]
    DeliverSmtpDataAnswered,

    [Description("The message. SMTP: part of a large message is sent.")]
    DeliverSmtpPartSent,

    [Description("The message. SMTP: all is composed but the final dot is withheld.")]
    DeliverSmtpDotWithheld,

    [Description("The attempt. SMTP: the final dot is sent and the reply to it not read: in doubt (RFC 1047).")]
    DeliverSmtpDotSent,

    [Description("The attempt. SMTP: the next hop has the message, its reply is read and not recorded.")]
    DeliverSmtpReplyRead,

    [Description("The message. Maildir: the file is whole under tmp and not flushed.")]
    DeliverMaildirWritten,

    [Description("The message. Maildir: the file under tmp is flushed.")]
    DeliverMaildirSynced,

    [Description("The attempt. Maildir: the file has its name under new; the directory is not flushed.")]
    DeliverMaildirLinked,

    [Description("The attempt and the copy. Maildir: the directory is flushed, the name under tmp not removed.")]
    DeliverMaildirPublished,

    [Description("The message. Queuefile: the data file is flushed under its temporary name.")]
    DeliverQueuefileDataWritten,

    [Description("The message. Queuefile: both files are flushed under temporary names.")]
    DeliverQueuefileHeaderWritten,

    [Description("The attempt. Queuefile: the data file has its name; the directory is not flushed.")]
    DeliverQueuefileDataNamed,

    [Description("The attempt. Queuefile: the data file has its name durably, the header file has not.")]
    DeliverQueuefileDataSynced,

    [Description("The attempt. Queuefile: both files have their names; the directory is not flushed.")]
    DeliverQueuefileHeaderNamed,

    [Description("The attempt and the copy. Queuefile: the directory is flushed, the temporary names not removed.")]
    DeliverQueuefilePublished,

    [Description("The message. Mbox: the mailbox is open and locked.")]
    DeliverMboxLocked,

    [Description("The attempt. Mbox: the mailbox ends with the first part of the message.")]
    DeliverMboxPartWritten,

    [Description("The attempt. Mbox: the mailbox has the whole message and is not flushed.")]
    DeliverMboxWritten,

    [Description("The attempt and the copy. Mbox: the mailbox is flushed and still locked.")]
    DeliverMboxSynced,

    [Description("The attempt, or less. A transport has reported; its outcome is noted nowhere.")]
    DeliverReported,

    [Description("The attempt, or less. The outcome is in the ledger and not recorded.")]
    DeliverOutcomeNoted,

    [Description("The outcome. The actor of the message knows.")]
    DeliverOutcomeRecorded,

    [Description("The message. Recipients have failed; their notification is not composed.")]
    DeliverNotificationNeeded,

    [Description("The message. The notification is composed, and neither it nor the failure recorded.")]
    DeliverNotificationComposed,

    [Description("The message as before. Failure, notification and end are in a transaction that is open (PostgreSQL).")]
    DeliverNotificationWritten,

    [Description("Failure and notification. Nobody in the process knows.")]
    DeliverNotificationCommitted,

    [Description("Failure and notification. The notification's own actor has it.")]
    DeliverNotificationHandedOn,

    [Description("Outcomes so far. The last commit of the message is about to be written.")]
    DeliverCompletionTaken,

    [Description("The end of the message: it has left the queue. Nobody in the process knows.")]
    DeliverCompleted,

    [Description("The end of the message. Its actor knows, and the body in memory or in a file is not released.")]
    DeliverCompletionHeard,

    [Description("The end of a message. The file of its large body is deleted on this machine.")]
    DeliverBodyDeleted,

    [Description("Nothing new. The lock of another node's life was missing for long enough.")]
    TakeoverDeathSeen,

    [Description("Nothing new. The transaction that ends the life is open and has its lock.")]
    TakeoverBegun,

    [Description("Nothing new, but the database sessions of that life are ended.")]
    TakeoverSessionsEnded,

    [Description("Nothing new. The lease is locked against the commits of that life.")]
    TakeoverLeaseLocked,

    [Description("Nothing new. The lease is ended in the open transaction.")]
    TakeoverLeaseEnded,

    [Description("Nothing new. The messages are released in the open transaction.")]
    TakeoverWorkReleased,

    [Description("Nothing new. The events of the cluster are written in the open transaction.")]
    TakeoverNoted,

    [Description("The end of that life and the release of its messages. Nobody was told.")]
    TakeoverCommitted,

    [Description("The messages as the dead node left them. Their attempts are in doubt in memory alone.")]
    TakeoverDoubtsNoted,

    [Description("The copy that the dead node made. Maildir: it is found and not recorded.")]
    TakeoverMaildirFound,

    [Description("The copy that the dead node made. Queuefile: it is found and not recorded.")]
    TakeoverQueuefileFound,

    [Description("What the dead node has written. Mbox: all of the message or part of it is found, and nothing changed yet.")]
    TakeoverMboxFound,

    [Description("Nothing new. A joining node has the lock of its name; its earlier life is not ended.")]
    TakeoverJoinNamed,

    [Description("The end of the earlier life, if there was one. The new epoch is raised in a transaction that is open.")]
    TakeoverJoinEpochRaised,

    [Description("The new life. Nobody in the process knows.")]
    TakeoverJoinRegistered,

    [Description("The new life, and what earlier ones held is released.")]
    TakeoverJoinRecovered,

    [Description("The new life, shown as up.")]
    TakeoverJoinUp,

    [Description("The node is shown as draining. It finishes what it has.")]
    TakeoverLeaveDraining,

    [Description("As before. The node has stopped its work and holds what it could not finish.")]
    TakeoverLeaveStopped,

    [Description("The node has left: what it still held is released.")]
    TakeoverLeaveLeft,
}
