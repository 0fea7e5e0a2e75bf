using System.Net;
using Pipeline.Mail.Dns;

namespace Pipeline.Node.CommandLine.Verify;

/// <summary>One message, or one envelope without a message, to verify.</summary>
internal sealed record VerifyCase
{
    /// <summary>The message as it is in the file; null to check SPF alone.</summary>
    public byte[]? Message { get; init; }

    /// <summary>Address of the client; null for no SPF.</summary>
    public IPAddress? Client { get; init; }

    public string Helo { get; init; } = "";

    /// <summary>The reverse-path; empty for the null sender.</summary>
    public string MailFrom { get; init; } = "";

    /// <summary>The time at which the message counts as received.</summary>
    public required DateTimeOffset At { get; init; }

    public required IDnsResolver Dns { get; init; }
}
