namespace Pipeline.Policy.Retry;

/// <summary>What went wrong with an attempt, as finely as retry rules can tell.</summary>
public enum FailureKind
{
    Other = 0,
    ConnectionRefused = 1,
    ConnectTimeout = 2,

    /// <summary>A time-out after the connection was made.</summary>
    Timeout = 3,
    LostConnection = 4,

    /// <summary>The name service gave no answer.</summary>
    Lookup = 5,
    TlsRequired = 6,
    AuthFailed = 7,

    /// <summary>A 4xx reply to MAIL.</summary>
    Mail4xx = 8,

    /// <summary>A 4xx reply to RCPT.</summary>
    Rcpt4xx = 9,

    /// <summary>A 4xx reply to DATA or to the message.</summary>
    Data4xx = 10,
    Quota = 11,
}

/// <summary>Where the host of an attempt came from.</summary>
public enum HostOrigin
{
    Unknown = 0,
    Mx = 1,

    /// <summary>An address record or a host list.</summary>
    Address = 2,
}

/// <summary>A temporary failure.</summary>
/// <param name="ReplyCode">For 4xx replies, the code; else 0.</param>
/// <param name="SinceLastRead">For a full mailbox, how long ago it was last read; null when that is not known.</param>
public sealed record RetryFailure(FailureKind Kind, HostOrigin Origin = HostOrigin.Unknown, int ReplyCode = 0, TimeSpan? SinceLastRead = null)
{
    /// <summary>The failure that a word of a retry rule stands for, as <c>-brt</c> takes it; null for a word that is none.</summary>
    public static RetryFailure? Parse(string error) => ErrorPattern.Parse(error)?.Example;
}
