using Pipeline.Mail.Addressing;

namespace Pipeline.Messages.Journal;

/// <summary>The client as far as it was known when the transaction began.</summary>
/// <param name="Protocol">smtp, esmtp, esmtps, local-smtp …, as in $received_protocol.</param>
/// <param name="TlsVerified">The client showed a certificate that verified; null without TLS, and in journals older than this member.</param>
/// <param name="Authenticator">The authenticator that was used; null without one.</param>
/// <param name="TlsPeer">The distinguished name of the client's certificate; null without one.</param>
/// <param name="TlsServerName">The server name that the client asked for; null when it asked for none.</param>
/// <param name="Proxy">The address of the proxy that it came through; null without.</param>
/// <param name="Ident">Of a local program, the login of its user; null when it is not known, and in journals older than this member.</param>
/// <param name="Reference">The id of a message that this one tells of, as a local program says; null for none.</param>
/// <param name="ConnectionId">Which connection it came over; null in journals older than this member.</param>
public sealed record ClientFacts(
    string? Address,
    int Port,
    string? Name,
    string Helo,
    string Protocol,
    string? LocalAddress,
    int LocalPort,
    string? TlsCipher,
    string? AuthenticatedId,
    bool? TlsVerified = null,
    string? Authenticator = null,
    string? TlsPeer = null,
    string? TlsServerName = null,
    string? Proxy = null,
    string? Ident = null,
    string? Reference = null,
    string? ConnectionId = null);

/// <summary>MAIL FROM was accepted for processing: the message exists from here on.</summary>
/// <param name="Policy">The number of the policy under which the message will live to its end.</param>
public sealed record TransactionStarted(ClientFacts Client, string Sender, long? DeclaredSize, int Policy) : JournalEvent;

/// <summary>The place in the configuration that decided.</summary>
public sealed record PolicySource(string File, int Line);

/// <summary>An ACL came to an end.</summary>
/// <param name="Acl">Which ACL, in Exim's words: connect, helo, mail, rcpt, predata, data …</param>
/// <param name="Verdict">accept, deny, defer, drop or discard.</param>
/// <param name="Verb">The verb of the statement that decided; null for the implicit deny at the end and for an ACL that is not set.</param>
/// <param name="Recipient">The address under test in a recipient ACL.</param>
/// <param name="Signer">The signer under test in the DKIM ACL.</param>
public sealed record AclDecided(
    string Acl, string Verdict, string? Verb, PolicySource? Source, string? Recipient, string? Message, string? LogMessage, string? Signer = null) : JournalEvent;

/// <summary>RCPT was accepted.</summary>
public sealed record RecipientAccepted(
    int Recipient, string Address, DsnNotify Notify = DsnNotify.None, string? OriginalRecipient = null) : RecipientEvent(Recipient);

/// <summary>RCPT was refused; the address never became a recipient.</summary>
public sealed record RecipientRefused(string Address, string Reply) : JournalEvent;

/// <summary>The ACL that is asked about each recipient after the data (PRDR) took this one out before the message was accepted.</summary>
/// <param name="Address">Of the recipient, for searches.</param>
/// <param name="Reply">What the client was told of it; positive when the recipient was discarded.</param>
public sealed record RecipientWithdrawn(int Recipient, string Address, string Reply) : RecipientEvent(Recipient);

/// <summary>A rule of the configuration has rewritten an address of the message: the sender, one in the header, or a path of MAIL or RCPT.</summary>
/// <param name="Place">Where it stood, in Exim's words: env-from, from:, to:, cc:, bcc:, reply-to:, sender:, smtp sender, smtp recipient.</param>
/// <param name="Rule">The number of the rule in its section, from 1; <see cref="NoRule"/> for the sender that <c>control = submission</c> makes.</param>
public sealed record AddressRewritten(string Place, string From, string To, int Rule, PolicySource? Source) : JournalEvent
{
    public const string Sender = "env-from";
    public const int NoRule = 0;
}

/// <summary>A rule of the configuration has rewritten the address of a recipient: from here on it is the new one.</summary>
public sealed record RecipientRewritten(int Recipient, string From, string To, int Rule, PolicySource? Source) : RecipientEvent(Recipient);

/// <summary>A check has ended.</summary>
/// <param name="Check">spf, dkim …</param>
/// <param name="Result">The result word of the check's RFC.</param>
/// <param name="Detail">Why, in words.</param>
/// <param name="Milliseconds">How long it took, waiting included.</param>
/// <param name="Domain">Of a signature check that passed, the domain that signed; else null.</param>
public sealed record CheckCompleted(string Check, string Result, string Detail, double Milliseconds, string? Domain = null) : JournalEvent;

/// <summary>The message was refused after MAIL; it is not in the queue.</summary>
/// <param name="Stage">The command or phase: MAIL, DATA, end of data …</param>
public sealed record MessageRefused(string Stage, string Reply, string Reason) : JournalEvent;

/// <summary>The transaction ended without a message: RSET, QUIT, a lost connection, a limit.</summary>
public sealed record TransactionAborted(string Reason) : JournalEvent;

/// <summary>The commit: from here on the message is ours. 250 follows.</summary>
/// <param name="Size">Octets of header block and body together.</param>
/// <param name="AuthenticatedSender">AUTH= of MAIL, where it was believed; null otherwise.</param>
/// <param name="Prdr">The client got a reply for each recipient; null otherwise.</param>
/// <param name="Pretence">What it was told in place of 250, by <c>control = fakereject</c> or <c>fakedefer</c>; null otherwise.</param>
/// <param name="RequireTls">The message is under REQUIRETLS (RFC 8689); null otherwise.</param>
/// <param name="BodyBits">BODY of MAIL: 8, 7, or 0 when it was not said; null for a message that did not come by SMTP, and in journals older than this member.</param>
/// <param name="Pipelined">The client sent commands without waiting for replies; null where PIPELINING was not offered, and in older journals.</param>
/// <param name="BeganEarly">The session began with commands before the banner, or went on behind EHLO without its reply; null where that was not offered, and in older journals.</param>
public sealed record MessageAccepted(
    long Size,
    int RecipientCount,
    string? AuthenticatedSender = null,
    bool? Prdr = null,
    string? Pretence = null,
    bool? RequireTls = null,
    int? BodyBits = null,
    bool? Pipelined = null,
    bool? BeganEarly = null) : JournalEvent;

/// <summary>Every recipient has ended; the body is released.</summary>
public sealed record MessageCompleted : JournalEvent;

/// <summary>A child address that a redirection made.</summary>
/// <param name="Inherited">What routing must know of its descent when it is routed, now or after a restart; only the router of recipients reads it.</param>
public sealed record ChildRecipient(int Index, string Address, string? Inherited = null);
