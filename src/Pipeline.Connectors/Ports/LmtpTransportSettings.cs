using System.Collections.Immutable;

namespace Pipeline.Connectors.Ports;

/// <summary>The lmtp transport: LMTP with a program's standard input and output, or over a Unix socket.</summary>
public sealed record LmtpTransportSettings(string Name) : TransportSettings(Name)
{
    /// <summary>The program's absolute path and its arguments, null for the addresses; empty when <see cref="Socket"/> is set.</summary>
    public ImmutableArray<string?> Command { get; init; } = [];

    /// <summary>Absolute path of the socket; null when a program is run.</summary>
    public string? Socket { get; init; }

    /// <summary>The name given in LHLO.</summary>
    public required string HeloData { get; init; }

    /// <summary>For each step of the conversation.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Send IGNOREQUOTA with RCPT where it is offered.</summary>
    public bool IgnoreQuota { get; init; }
}
