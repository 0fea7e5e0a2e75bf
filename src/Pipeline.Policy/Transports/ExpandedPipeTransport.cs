using System.Collections.Immutable;

namespace Pipeline.Policy.Transports;

/// <summary>The pipe transport, expanded. Texts hold one char for each octet.</summary>
public sealed record ExpandedPipeTransport(string Name) : ExpandedTransport(Name)
{
    /// <summary>The program's absolute path and its arguments; null stands for the addresses, one argument each.</summary>
    public required ImmutableArray<string?> Command { get; init; }

    public required MessageFrame Frame { get; init; }

    /// <summary>The whole environment of the program for one recipient.</summary>
    public required ImmutableDictionary<string, string> Environment { get; init; }

    /// <summary>Absolute.</summary>
    public string Directory { get; init; } = "/";

    public int Umask { get; init; } = 0b000_010_010;

    /// <summary>Zero for none.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromHours(1);

    public bool TimeoutDefer { get; init; }

    public int MaxOutput { get; init; } = 20 * 1024;

    /// <summary>Statuses that mean that a later attempt may succeed.</summary>
    public ImmutableArray<int> TemporaryErrors { get; init; } = [75, 73];

    public bool EveryErrorIsTemporary { get; init; }

    public bool IgnoreStatus { get; init; }

    public bool FreezeExecFail { get; init; }

    public bool FreezeSignal { get; init; }

    public bool ReturnOutput { get; init; }

    public bool ReturnFailOutput { get; init; }

    public bool LogOutput { get; init; }

    public bool LogFailOutput { get; init; }

    public bool LogDeferOutput { get; init; }
}

/// <summary>How a message is written to a file or a program.</summary>
/// <param name="Prefix">Before the message, LF line ends; null for the From_ line made of return path and date.</param>
/// <param name="CheckString">A line that begins with it gets <paramref name="EscapeString"/> in its place; empty for none.</param>
/// <param name="Bsmtp">The envelope goes before it and a dot behind it, as in SMTP; check and escape string do not count.</param>
public sealed record MessageFrame(string? Prefix, string Suffix, string CheckString, string EscapeString, bool UseCrlf, bool Bsmtp);
