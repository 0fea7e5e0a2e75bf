using System.Collections.Immutable;
using Pipeline.Mail.Addressing;

namespace Pipeline.Mail.Reply;

/// <summary>What an automatic reply shall say (RFC 3834). Texts hold one char for each octet, lines end in LF, and may hold what a peer wrote.</summary>
public sealed record AutomaticReply
{
    /// <summary>The envelope; at least one.</summary>
    public required ImmutableArray<EnvelopeAddress> Recipients { get; init; }

    public required string From { get; init; }

    /// <summary>Empty for no field, as with the others.</summary>
    public string To { get; init; } = "";

    public string Cc { get; init; } = "";

    public string ReplyTo { get; init; } = "";

    public string Subject { get; init; } = "";

    /// <summary>Further header lines.</summary>
    public string Headers { get; init; } = "";

    public string Text { get; init; } = "";

    /// <summary>The message that is replied to stands behind the text.</summary>
    public bool ReturnsMessage { get; init; }
}
