using Pipeline.Mail.Smtp;

namespace Pipeline.Node.Listeners.Session;

/// <summary>What the protocol layer says by itself.</summary>
internal static class SessionReplies
{
    public static readonly SmtpReply Ok = new(250, new EnhancedStatusCode(2, 0, 0), "OK");
    public static readonly SmtpReply ResetOk = new(250, new EnhancedStatusCode(2, 0, 0), "Reset OK");

    public static readonly SmtpReply EtrnProhibited = new(458, new EnhancedStatusCode(4, 7, 1), "Administrative prohibition");

    /// <param name="startTls">TLS can be begun in this session.</param>
    public static SmtpReply Help(bool startTls, bool verifies, bool expands) => new(
        214,
        new EnhancedStatusCode(2, 0, 0),
        "Commands supported:",
        $"AUTH {(startTls ? "STARTTLS " : "")}HELO EHLO MAIL RCPT DATA BDAT NOOP QUIT RSET HELP{(expands ? " EXPN" : "")}{(verifies ? " VRFY" : "")}");

    public static readonly SmtpReply AuthNotAdvertised = BadSequence("AUTH command used when not advertised");
    public static readonly SmtpReply AlreadyAuthenticated = BadSequence("already authenticated");
    public static readonly SmtpReply AuthCancelled = new(501, new EnhancedStatusCode(5, 7, 0), "Authentication cancelled");
    public static readonly SmtpReply StartTlsNotAdvertised = BadSequence("STARTTLS command used when not advertised");
    public static readonly SmtpReply StartTlsActive = BadSequence("TLS is active already");
    public static readonly SmtpReply TlsUnavailable = new(454, new EnhancedStatusCode(4, 7, 0), "TLS currently unavailable");
    public static readonly SmtpReply StartTlsPipelined = BadSequence("commands were sent behind STARTTLS");
    public static readonly SmtpReply ChunkingNotAdvertised = BadSequence("BDAT command used when CHUNKING not advertised");
    public static readonly SmtpReply BinaryNeedsChunking = BadSequence("BODY=BINARYMIME requires BDAT");
    public static readonly SmtpReply TooManyRecipients = new(452, new EnhancedStatusCode(4, 5, 3), "too many recipients");
    public static readonly SmtpReply TooManyRecipientsForGood = new(552, new EnhancedStatusCode(5, 5, 3), "too many recipients");
    public static readonly SmtpReply TooManyRecipientsForMessage = new(554, new EnhancedStatusCode(5, 5, 3), "Too many recipients");
    public static readonly SmtpReply OutOfStep = new(554, new EnhancedStatusCode(5, 5, 0), "SMTP synchronization error");

    public static readonly SmtpReply TooManyMessages = new(421, new EnhancedStatusCode(4, 7, 0), "too many messages in this connection");
    public static readonly SmtpReply TooManyUnknownCommands = new(500, new EnhancedStatusCode(5, 5, 1), "Too many unrecognized commands");
    public static readonly SmtpReply TooManyNonMailCommands = new(554, new EnhancedStatusCode(5, 5, 1), "Too many nonmail commands");

    /// <summary>The refusal of the last error, with the word that it was one too many.</summary>
    public static SmtpReply TooManyErrors(SmtpReply last) => new(last.Code, last.Enhanced, [.. last.Lines, "Too many syntax or protocol errors"]);

    /// <summary>No recipient was taken: tells once more why the last one was not, as a client that pipelines may have no place for that reply.</summary>
    public static SmtpReply AllRejected(SmtpReply last, string command) => new(
        503, new EnhancedStatusCode(5, 5, 1), ["All RCPT commands were rejected with this error:", .. last.Lines, $"Valid RCPT command must precede {command}"]);

    public static SmtpReply ChunkReceived(long octets) => new(250, new EnhancedStatusCode(2, 0, 0), $"{octets} byte chunk received");

    /// <summary>421: the connection ends.</summary>
    public static SmtpReply Closing(ushort subject, ushort detail, string hostName, string text) =>
        new(421, new EnhancedStatusCode(4, subject, detail), $"{hostName} {text}");

    private static SmtpReply BadSequence(string text) => new(503, new EnhancedStatusCode(5, 5, 1), text);
}
