using Pipeline.Policy.Hints;

namespace Pipeline.Policy.Acl;

/// <summary>What ACLs need from outside besides the evaluation scope.</summary>
public sealed record AclServices
{
    /// <summary>What <c>ratelimit</c> and <c>seen</c> remember.</summary>
    public required IHints Hints { get; init; }

    /// <summary>A test session does not wait for <c>delay</c>.</summary>
    public bool SkipDelays { get; init; }

    /// <summary>Longest <c>delay</c> that is obeyed, so that no policy can hold a connection for hours.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>log_selector acl_warn_skipped.</summary>
    public bool LogSkippedWarnings { get; init; } = true;

    /// <summary>log_selector sender_verify_fail.</summary>
    public bool LogSenderVerifyFailures { get; init; } = true;
}
