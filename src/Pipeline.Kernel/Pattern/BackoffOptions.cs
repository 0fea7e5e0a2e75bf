using Pipeline.Kernel.Actor;

namespace Pipeline.Kernel.Pattern;

/// <summary>How a back-off supervisor works; each method returns changed options. Made by <see cref="Backoff"/>.</summary>
public sealed record BackoffOptions
{
    internal BackoffOptions(bool onStop, Props childProps, string childName, TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor)
    {
        OnStop = onStop;
        ChildProps = childProps;
        ChildName = childName;
        MinBackoff = minBackoff;
        MaxBackoff = maxBackoff;
        RandomFactor = randomFactor;
        AutoReset = minBackoff;
    }

    internal bool OnStop { get; }

    internal Props ChildProps { get; }

    internal string ChildName { get; }

    internal TimeSpan MinBackoff { get; }

    internal TimeSpan MaxBackoff { get; }

    internal double RandomFactor { get; }

    internal int MaxNrOfRetries { get; init; } = -1;

    internal OneForOneStrategy Strategy { get; init; } = new(SupervisorStrategy.DefaultDecider);

    /// <summary>Quiet time after which the count is forgotten; null when only <see cref="BackoffSupervisor.Reset"/> does it.</summary>
    internal TimeSpan? AutoReset { get; init; }

    internal object? ReplyWhileStopped { get; init; }

    internal Func<object, bool>? FinalStopMessage { get; init; }

    /// <summary>Forget earlier failures when a child has lived this long. This is the default, with the minimal back-off as time.</summary>
    public BackoffOptions WithAutoReset(TimeSpan resetBackoff)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(resetBackoff, TimeSpan.Zero);
        return this with { AutoReset = resetBackoff };
    }

    /// <summary>Forget earlier failures only when told <see cref="BackoffSupervisor.Reset"/>.</summary>
    public BackoffOptions WithManualReset() => this with { AutoReset = null };

    /// <summary>How failures of the child are decided.</summary>
    public BackoffOptions WithSupervisorStrategy(OneForOneStrategy supervisorStrategy)
    {
        ArgumentNullException.ThrowIfNull(supervisorStrategy);
        return this with { Strategy = supervisorStrategy };
    }

    /// <summary>New creations before giving up; -1 for no limit.</summary>
    public BackoffOptions WithMaxNrOfRetries(int maxNrOfRetries) => this with { MaxNrOfRetries = maxNrOfRetries };

    /// <summary>Answers messages that come while there is no child; without it they are dead letters.</summary>
    public BackoffOptions WithReplyWhileStopped(object replyWhileStopped)
    {
        ArgumentNullException.ThrowIfNull(replyWhileStopped);
        return this with { ReplyWhileStopped = replyWhileStopped };
    }

    /// <summary>Once such a message has gone to the child, its end is the supervisor's end.</summary>
    public BackoffOptions WithFinalStopMessage(Func<object, bool> isFinalStopMessage)
    {
        ArgumentNullException.ThrowIfNull(isFinalStopMessage);
        return this with { FinalStopMessage = isFinalStopMessage };
    }
}
