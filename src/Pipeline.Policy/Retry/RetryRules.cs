using System.Collections.Immutable;
using Pipeline.Mail.Addressing;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Retry;

/// <summary>The retry section of a configuration (Exim specification, chapter "Retry configuration"). Immutable.</summary>
public sealed class RetryRules
{
    private readonly ImmutableArray<RetryRule> _rules;

    private RetryRules(ImmutableArray<RetryRule> rules) => _rules = rules;

    /// <summary>Without rules every temporary failure is final.</summary>
    public static RetryRules None { get; } = new([]);

    public bool IsEmpty => _rules.IsEmpty;

    /// <summary>Longest time between two attempts (main option retry_interval_max).</summary>
    public TimeSpan IntervalMax { get; private init; } = TimeSpan.FromHours(24);

    /// <param name="intervalMax">Main option retry_interval_max; null for 24 hours.</param>
    public static RetryRules Parse(IReadOnlyList<LogicalLine> section, ICollection<ConfigurationProblem> problems, TimeSpan? intervalMax = null) =>
        new([.. section.Select(line => RetryRule.Parse(line, problems)).OfType<RetryRule>()]) { IntervalMax = intervalMax ?? TimeSpan.FromHours(24) };

    /// <summary>Decides about an attempt that failed for now.</summary>
    /// <param name="sinceFirstFailure">From the first failure of this host or address to this one; zero for the first.</param>
    /// <param name="lastWait">The wait that was decided last time; zero for the first.</param>
    /// <param name="random">For randomized intervals.</param>
    public async ValueTask<RetryDecision> DecideAsync(
        EvaluationScope scope, RetrySubject subject, RetryFailure failure, TimeSpan sinceFirstFailure, TimeSpan lastWait, Random random,
        CancellationToken cancellationToken)
    {
        var rule = await FindAsync(scope, subject, failure, scope.Message.Sender, cancellationToken);
        if (rule is null || rule.Steps.IsEmpty)
        {
            return new RetryDecision.NoRule();
        }

        foreach (var step in rule.Steps)
        {
            if (sinceFirstFailure < step.CutOff)
            {
                return new RetryDecision.Again(Wait(step));
            }
        }

        return new RetryDecision.Expired(Wait(rule.Steps[^1]));

        TimeSpan Wait(RetryStep step)
        {
            var wait = step.Next(lastWait, IntervalMax, random);
            return wait < IntervalMax ? wait : IntervalMax;
        }
    }

    /// <summary>What <c>-brt</c> prints for an address, domain or host and an error; without one, only rules for all errors count.</summary>
    public async ValueTask<string> DescribeAsync(EvaluationScope scope, RetrySubject subject, RetryFailure? failure, CancellationToken cancellationToken)
    {
        var rule = await FindAsync(scope, subject, failure, EnvelopeAddress.Null, cancellationToken);
        return rule?.ToString() ?? "No retry information found";
    }

    private async ValueTask<RetryRule?> FindAsync(
        EvaluationScope scope, RetrySubject subject, RetryFailure? failure, EnvelopeAddress sender, CancellationToken cancellationToken)
    {
        foreach (var rule in _rules)
        {
            if (failure is null ? !rule.Error.IsAny : !rule.Error.Matches(failure))
            {
                continue;
            }

            if (rule.Senders is { } senders && !(await senders.MatchAsync(scope, sender.ToString(), cancellationToken)).IsMatch)
            {
                continue;
            }

            if (await MatchesAsync(rule, scope, subject, cancellationToken))
            {
                return rule;
            }
        }

        return null;
    }

    private static async ValueTask<bool> MatchesAsync(RetryRule rule, EvaluationScope scope, RetrySubject subject, CancellationToken cancellationToken)
    {
        if (subject.Host is { } host && rule.IsDomain && (await rule.Pattern.MatchAsync(scope, host, cancellationToken)).IsMatch)
        {
            return true;
        }

        // A rule for addresses is for one that failed by itself; for a host or a domain only the domain half counts.
        var text = rule.IsDomain ? subject.Domain : $"{subject.LocalPart ?? "*"}@{subject.Domain}";
        return (await rule.Pattern.MatchAsync(scope, text, cancellationToken)).IsMatch;
    }
}
