using System.Net;
using System.Net.Sockets;
using Pipeline.Mail.Dmarc;
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

    public DmarcOptions Dmarc { get; init; } = new();

    /// <summary>Reads an address as peers and logs write it. Short, octal and hexadecimal forms, which the parser of .NET takes, are refused.</summary>
    public static bool TryParseClient(string text, out IPAddress? client) =>
        IPAddress.TryParse(text, out client) && (client.AddressFamily == AddressFamily.InterNetworkV6 || client.ToString() == text);

    /// <summary>A reverse-path without its angle brackets, which may be given or not.</summary>
    public static string ParsePath(string text) => text is ['<', .. var path, '>'] ? path : text;
}
