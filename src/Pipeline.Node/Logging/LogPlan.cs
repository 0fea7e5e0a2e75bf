using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;

namespace Pipeline.Node.Logging;

/// <summary>What the logs tell and where they go, by one policy and the settings of the node.</summary>
/// <param name="Selection">log_selector.</param>
/// <param name="WithZone">log_timezone: times carry their zone.</param>
internal sealed record LogPlan(LogSelection Selection, bool WithZone)
{
    public ILogSink? Main { get; init; }

    public ILogSink? Reject { get; init; }

    public ILogSink? Panic { get; init; }

    /// <summary>Whether anything is written at all.</summary>
    public bool WritesAnything => Main is not null || Reject is not null || Panic is not null;

    public ILogSink? SinkOf(PolicyLogTarget log) => log switch { PolicyLogTarget.Reject => Reject, PolicyLogTarget.Panic => Panic, _ => Main };
}
