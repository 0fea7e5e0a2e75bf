using System.Net;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Dkim;

namespace Pipeline.Mail.Dmarc.Reports;

/// <summary>What became of a message that is reported (RFC 6591 section 3.2.2).</summary>
public enum ReportedDelivery
{
    Delivered = 0,
    Reject = 1,

    /// <summary>Neither delivered nor refused.</summary>
    Other = 2,
}

/// <summary>One message that failed DMARC, as its author's domain is told of it (RFC 9991).</summary>
public sealed record FailureReport
{
    /// <summary>The name of the system that reports.</summary>
    public required string ReportingMta { get; init; }

    /// <summary>The From field of the report.</summary>
    public required string From { get; init; }

    /// <summary>For a Reply-To field; null for none.</summary>
    public string? ReplyTo { get; init; }

    public required DmarcResult Result { get; init; }

    /// <summary>One for each signature, from the top.</summary>
    public required IReadOnlyList<DkimResult> Signatures { get; init; }

    /// <summary>What the policy makes of it, in Exim's words.</summary>
    public required string Status { get; init; }

    public required EnvelopeAddress MailFrom { get; init; }

    public required IPAddress Client { get; init; }

    public required DateTimeOffset ArrivedAt { get; init; }

    public required ReportedDelivery Delivery { get; init; }

    /// <summary>The value of an Authentication-Results field about the message; empty for none.</summary>
    public required string AuthenticationResults { get; init; }

    /// <summary>The header of the message as it came. Its body is not shown to anybody.</summary>
    public required ReadOnlyMemory<byte> HeaderBlock { get; init; }
}
