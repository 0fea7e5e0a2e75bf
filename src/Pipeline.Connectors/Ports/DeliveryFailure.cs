using System.Net;
using Pipeline.Mail.Smtp;

namespace Pipeline.Connectors.Ports;

/// <summary>Why a recipient was not delivered to.</summary>
public sealed record DeliveryFailure
{
    public required FailureClass Class { get; init; }

    /// <summary>In words for the sender: goes to the delivery status notification, so it holds nothing internal.</summary>
    public required string Reason { get; init; }

    /// <summary>More for the operator's log and journal only.</summary>
    public string? Internal { get; init; }

    /// <summary>The reply of the peer that caused it, if a reply did.</summary>
    public SmtpReply? Reply { get; init; }

    /// <summary>What the peer answered so: a command, or <c>initial connection</c>; null where no reply is the cause.</summary>
    public string? After { get; init; }

    public string? Host { get; init; }

    public IPAddress? Ip { get; init; }

    public int Port { get; init; }

    /// <summary>First line of the peer's greeting, with its code.</summary>
    public string? Greeting { get; init; }

    /// <summary>First line of the peer's last reply to EHLO, LHLO or HELO, with its code.</summary>
    public string? HeloResponse { get; init; }

    /// <summary>The status for a notification where no reply of the peer gives one; null to derive it from <see cref="Class"/>.</summary>
    public EnhancedStatusCode? Status { get; init; }

    /// <summary>The host is at fault, not this address: other messages to the host will meet the same.</summary>
    public bool HostWide { get; init; }

    /// <summary>The peer said that it is for now, or fell silent.</summary>
    public bool IsPassing { get; init; }

    /// <summary>Waiting alone does not mend it: the message is frozen, until somebody has looked at it.</summary>
    public bool Freezes { get; init; }
}
