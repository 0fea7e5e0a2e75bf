using System.Collections.Immutable;
using Pipeline.Policy.Configuration;

namespace Pipeline.Policy.Routers;

/// <summary>What became of one address, and why.</summary>
/// <param name="Outcomes">At least one. The last is the address's own; those before it are copies made by routers with <c>unseen</c>.</param>
/// <param name="Trials">Every router that was looked at, in order.</param>
public sealed record RoutingResult(RoutingAddress Address, ImmutableArray<RoutingOutcome> Outcomes, ImmutableArray<RouterTrial> Trials)
{
    public RoutingOutcome Final => Outcomes[^1];
}

public enum TrialOutcome
{
    /// <summary>A precondition was not met.</summary>
    Skipped = 0,
    Accepted = 1,
    Redirected = 2,
    Declined = 3,
    Passed = 4,
    Failed = 5,
    Deferred = 6,
    Discarded = 7,
}

/// <summary>One router that was looked at.</summary>
/// <param name="Reason">In words for an operator: the precondition that was not met, or what the driver found.</param>
public sealed record RouterTrial(string Router, TrialOutcome Outcome, string Reason, SourceLocation Location);
