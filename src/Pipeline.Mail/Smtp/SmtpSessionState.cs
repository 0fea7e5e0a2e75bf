namespace Pipeline.Mail.Smtp;

/// <summary>Where a session stands between two commands (see docs/state-machines.md).</summary>
public enum SmtpSessionState
{
    /// <summary>The banner was sent, or TLS has just begun: no EHLO or HELO yet.</summary>
    Connected = 0,

    /// <summary>EHLO or HELO was accepted; no transaction is open.</summary>
    Greeted,

    /// <summary>MAIL was accepted; no RCPT has come.</summary>
    Sender,

    /// <summary>MAIL was accepted; every RCPT so far was refused.</summary>
    NoRecipient,

    /// <summary>At least one recipient was accepted.</summary>
    Recipient,

    /// <summary>BDAT chunks were accepted, the last is still to come.</summary>
    Chunking,

    /// <summary>A BDAT was refused: the chunks that a pipelining client has already sent are read and dropped (RFC 3030 section 2).</summary>
    ChunkRefused,
}
