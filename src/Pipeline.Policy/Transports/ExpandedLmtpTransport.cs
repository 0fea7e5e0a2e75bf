using System.Collections.Immutable;

namespace Pipeline.Policy.Transports;

/// <summary>The lmtp transport, expanded.</summary>
public sealed record ExpandedLmtpTransport(string Name) : ExpandedTransport(Name)
{
    /// <summary>The program's absolute path and its arguments, null for the addresses; empty when a socket is used.</summary>
    public ImmutableArray<string?> Command { get; init; } = [];

    /// <summary>Absolute path, one char for each octet; null when a program is run.</summary>
    public string? Socket { get; init; }

    public string HeloData { get; init; } = "";

    /// <summary>For each step of the conversation.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(5);

    public bool IgnoreQuota { get; init; }
}
