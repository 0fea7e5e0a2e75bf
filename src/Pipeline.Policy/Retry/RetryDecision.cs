namespace Pipeline.Policy.Retry;

/// <summary>When to try again.</summary>
public abstract record RetryDecision
{
    private RetryDecision()
    {
    }

    /// <param name="Wait">From the attempt that failed to the next.</param>
    public sealed record Again(TimeSpan Wait) : RetryDecision;

    /// <summary>It has been tried for long enough: <c>retry timeout exceeded</c>.</summary>
    /// <param name="Wait">Until the next attempt for something else to the same host.</param>
    public sealed record Expired(TimeSpan Wait) : RetryDecision;

    /// <summary>No rule is for this failure: it is final.</summary>
    public sealed record NoRule : RetryDecision;
}

/// <summary>What a retry rule is asked about.</summary>
/// <param name="Domain">Of the address, or the name of the host that failed.</param>
/// <param name="LocalPart">Null when a host failed, or the domain could not be routed.</param>
/// <param name="Host">Another name under which rules are looked for, first; null when there is none.</param>
public sealed record RetrySubject(string Domain, string? LocalPart = null, string? Host = null);
