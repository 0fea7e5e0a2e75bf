using Pipeline.Policy.Acl.RateLimiting;

namespace Pipeline.Policy.Acl;

/// <summary>What ACLs need from outside besides the evaluation scope.</summary>
public sealed record AclServices
{
    public required IRateLimitStore RateLimits { get; init; }

    /// <summary>A test session does not wait.</summary>
    public bool SkipDelays { get; init; }

    /// <summary>Longest wait that is obeyed, so that no policy can hold a connection for hours.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Waits as long as a policy asks for, within these bounds.</summary>
    public Task DelayAsync(TimeSpan delay, TimeProvider time, CancellationToken cancellationToken) =>
        SkipDelays || delay <= TimeSpan.Zero ? Task.CompletedTask : Task.Delay(delay < MaxDelay ? delay : MaxDelay, time, cancellationToken);
}
