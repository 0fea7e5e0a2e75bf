namespace Pipeline.Connectors.Ports;

/// <summary>The kinds of failure that retry rules can name. The numbers are stored.</summary>
public enum FailureClass
{
    /// <summary>Not one of the others; counts as temporary.</summary>
    Other = 0,

    /// <summary>The peer's kernel refused the connection.</summary>
    ConnectionRefused = 1,

    /// <summary>No connection within connect_timeout, or no route.</summary>
    ConnectionTimeout = 2,

    /// <summary>The peer fell silent in the middle of a session.</summary>
    Timeout = 3,

    /// <summary>The peer closed the connection without a reply.</summary>
    LostConnection = 4,

    /// <summary>No answer about the host from DNS.</summary>
    Lookup = 5,

    /// <summary>TLS is required and the peer does not offer it.</summary>
    TlsRequired = 6,

    /// <summary>The handshake failed, or the certificate was refused.</summary>
    TlsFailed = 7,

    /// <summary>The peer refused our credentials, or offers no mechanism that we have some for.</summary>
    AuthFailed = 8,

    /// <summary>4xx in answer to MAIL.</summary>
    Mail4xx = 9,

    /// <summary>4xx in answer to RCPT.</summary>
    Rcpt4xx = 10,

    /// <summary>4xx in answer to DATA, BDAT or the message.</summary>
    Data4xx = 11,

    /// <summary>4xx in the greeting or in answer to EHLO and HELO.</summary>
    Host4xx = 12,

    /// <summary>A 5xx reply, or a defect that no later attempt can mend.</summary>
    Permanent = 13,

    /// <summary>The mailbox or the disk is full.</summary>
    Quota = 14,

    /// <summary>Something on this machine: permissions, missing directory, I/O error.</summary>
    Local = 15,

    /// <summary>The message is larger than the transport or the peer takes.</summary>
    TooBig = 16,

    /// <summary>No attempt was made: no host's retry time has come.</summary>
    HostRetryTimeNotReached = 17,

    /// <summary>The attempt was stopped from this side before the final step.</summary>
    Interrupted = 18,

    /// <summary>The final step was taken and its result is not known (RFC 1047).</summary>
    InDoubt = 19,

    /// <summary>The peer lacks an extension the message cannot do without (SMTPUTF8, 8BITMIME, REQUIRETLS).</summary>
    MissingExtension = 20,
}
