using System.Collections.Immutable;
using Pipeline.Mail.Reply;

namespace Pipeline.Policy.Transports;

/// <summary>The autoreply transport, expanded. Texts hold one char for each octet.</summary>
public sealed record ExpandedAutoreplyTransport(string Name) : ExpandedTransport(Name)
{
    /// <summary>Null when nobody is left to reply to.</summary>
    public AutomaticReply? Reply { get; init; }

    /// <summary>File that records whom replies were sent to; null for none. Absolute, as is the log.</summary>
    public string? Once { get; init; }

    /// <summary>The addresses that are recorded there.</summary>
    public ImmutableArray<string> OnceAddresses { get; init; } = [];

    /// <summary>How long a record keeps another reply from being sent; zero for ever.</summary>
    public TimeSpan OnceRepeat { get; init; }

    /// <summary>Octets the record may have, beyond which the oldest entries are dropped; zero for no limit.</summary>
    public int OnceFileSize { get; init; }

    /// <summary>File that every reply is noted in; null for none.</summary>
    public string? Log { get; init; }

    /// <summary>Permission bits of both files.</summary>
    public int Mode { get; init; } = 0b110_000_000;
}
