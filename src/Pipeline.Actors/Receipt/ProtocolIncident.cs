using Pipeline.Mail.Smtp;

namespace Pipeline.Actors.Receipt;

/// <summary>Something the protocol layer refused by itself: a limit, bad syntax, smuggling.</summary>
/// <param name="Command">The verb; empty between commands.</param>
/// <param name="Reply">What the client is told.</param>
/// <param name="Reason">What the client need not know, for journal and log.</param>
public sealed record ProtocolIncident(string Command, SmtpReply Reply, string Reason)
{
    /// <summary>The command as it came, one char for each octet, as far as it may be shown; empty when there is none.</summary>
    public string Line { get; init; } = "";

    /// <summary>What had come behind the command already, in the same form; empty where it does not matter.</summary>
    public string NextInput { get; init; } = "";

    /// <summary>The address of MAIL or RCPT has no domain, and this client may not leave it out; <see cref="Reason"/> says so for the log.</summary>
    public bool IsUnqualified { get; init; }

    /// <summary>Why the session ends with it.</summary>
    public SessionBreak Ends { get; init; }
}

/// <summary>Why the protocol layer ends a session.</summary>
public enum SessionBreak
{
    /// <summary>It goes on.</summary>
    None = 0,
    CommandTimeout,
    DataTimeout,
    Shutdown,
    TlsFailed,

    /// <summary>The client has sent more than it may before a reply.</summary>
    OutOfStep,
    TooManyUnknownCommands,

    /// <summary>Too many errors of syntax, and commands out of sequence.</summary>
    TooManyErrors,

    /// <summary>Too many commands that carry no mail.</summary>
    TooManyNonMailCommands,

    /// <summary>There are connections enough: the session was never begun.</summary>
    Refused,

    /// <summary>As many messages have come as one connection may send.</summary>
    TooManyMessages,

    /// <summary>Some other bound was passed.</summary>
    Limit,
}
