using System.Collections.Immutable;
using Pipeline.Policy.Transports;

namespace Pipeline.Connectors.Ports;

/// <summary>The pipe transport: writes the message to a program. Defaults are those of the configuration language; texts hold one char per octet.</summary>
public sealed record PipeTransportSettings(string Name) : TransportSettings(Name)
{
    /// <summary>The program's absolute path and its arguments; null stands for the addresses, one argument each.</summary>
    public required ImmutableArray<string?> Command { get; init; }

    public MessageFrame Frame { get; init; } = new(Prefix: null, Suffix: "\n", CheckString: "", EscapeString: "", UseCrlf: false, Bsmtp: false);

    /// <summary>All that the program sees of the environment. What names one recipient is left out when there are several.</summary>
    public required ImmutableDictionary<string, string> Environment { get; init; }

    /// <summary>Where the program runs.</summary>
    public string Directory { get; init; } = "/";

    public int Umask { get; init; } = 0b000_010_010;

    /// <summary>After it the program is killed, with all of its process group; zero for never.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>A program that was killed for its time is tried again.</summary>
    public bool TimeoutDefer { get; init; }

    /// <summary>Octets of output after which the program is killed.</summary>
    public int MaxOutput { get; init; } = 20 * 1024;

    /// <summary>Statuses after which delivery is tried again.</summary>
    public ImmutableArray<int> TemporaryErrors { get; init; } = [75, 73];

    public bool EveryErrorIsTemporary { get; init; }

    /// <summary>Whatever status or signal ends the program, the message counts as delivered.</summary>
    public bool IgnoreStatus { get; init; }

    /// <summary>A program that cannot be started is tried again, whatever <see cref="IgnoreStatus"/> says.</summary>
    public bool DeferWhenNotStarted { get; init; }

    /// <summary>A program that a signal ends is tried again.</summary>
    public bool DeferOnSignal { get; init; }

    /// <summary>Any output is a failure, and is told to the sender.</summary>
    public bool ReturnOutput { get; init; }

    /// <summary>The output of a failure is told to the sender.</summary>
    public bool ReturnFailOutput { get; init; }

    public bool LogOutput { get; init; }

    public bool LogFailOutput { get; init; }

    public bool LogDeferOutput { get; init; }
}
