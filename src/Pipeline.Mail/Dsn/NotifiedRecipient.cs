using System.Net;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Smtp;

namespace Pipeline.Mail.Dsn;

/// <summary>What became of one recipient. All texts may come from peers; they are cleaned when they are written.</summary>
public sealed record NotifiedRecipient
{
    public required EnvelopeAddress Address { get; init; }

    /// <summary>The top-level address it came from, where redirection made it.</summary>
    public EnvelopeAddress? GeneratedFrom { get; init; }

    /// <summary>ORCPT as received.</summary>
    public string? OriginalRecipient { get; init; }

    /// <summary>Status when it is known without a reply; its class is made to fit the kind of notification.</summary>
    public EnhancedStatusCode? Status { get; init; }

    /// <summary>The peer's name, when a remote host was used.</summary>
    public string? Host { get; init; }

    public IPAddress? Ip { get; init; }

    public int Port { get; init; }

    /// <summary>First line of the peer's greeting, with its code; left out where the recipient alone was refused.</summary>
    public string? Greeting { get; init; }

    /// <summary>First line of the peer's reply to EHLO or HELO, with its code; likewise.</summary>
    public string? HeloResponse { get; init; }

    /// <summary>The peer's reply that decided.</summary>
    public SmtpReply? Reply { get; init; }

    /// <summary>Why, in words for the sender: public text only. May have several lines, by LF, and may end in the reply.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Successes only.</summary>
    public RelayKind Relay { get; init; }
}

/// <summary>How a success left the reach of notifications.</summary>
public enum RelayKind
{
    /// <summary>To a peer that does not know DSN.</summary>
    NonDsnMailer = 0,

    /// <summary>By a router with dsn_lasthop.</summary>
    LastHop = 1,

    /// <summary>To a file, a pipe, another spool or a redirection.</summary>
    NonSmtp = 2,
}
