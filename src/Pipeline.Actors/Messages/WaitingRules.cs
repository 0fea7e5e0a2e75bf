using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Messages;

/// <summary>What the policy of a message says about its waiting in the queue.</summary>
public interface IWaitingRules
{
    /// <param name="waiting">The recipients that wait.</param>
    ValueTask<WaitingRulesOfPolicy> OfAsync(MessageFacts message, ImmutableArray<RecipientState> waiting, CancellationToken cancellationToken);
}

/// <summary>Nothing thaws, nothing warns.</summary>
internal sealed class NoWaitingRules : IWaitingRules
{
    public ValueTask<WaitingRulesOfPolicy> OfAsync(MessageFacts message, ImmutableArray<RecipientState> waiting, CancellationToken cancellationToken) =>
        ValueTask.FromResult(WaitingRulesOfPolicy.None);
}

/// <summary>The values of <c>auto_thaw</c>, <c>timeout_frozen_after</c>, <c>ignore_bounce_errors_after</c> and <c>delay_warning</c> for one message.</summary>
public sealed record WaitingRulesOfPolicy
{
    /// <summary>When a message is looked at that nothing but an operator thaws. Stored.</summary>
    public static readonly DateTimeOffset Never = new(9000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Nothing thaws, nothing warns.</summary>
    public static WaitingRulesOfPolicy None { get; } = new();

    /// <summary>The rules are not to be had now: nothing is dropped for that.</summary>
    public static WaitingRulesOfPolicy Unknown { get; } = new() { IgnoreBounceErrorsAfter = TimeSpan.FromDays(70) };

    /// <summary>Zero for never.</summary>
    public TimeSpan AutoThaw { get; init; }

    /// <summary>Zero for never.</summary>
    public TimeSpan TimeoutFrozenAfter { get; init; }

    /// <summary>The age at which a message without a sender that fails is dropped; until then it is frozen. Zero for at once.</summary>
    public TimeSpan IgnoreBounceErrorsAfter { get; init; }

    /// <summary>After these times the sender is told; the difference of the last two goes on. Ascending.</summary>
    public IReadOnlyList<TimeSpan> DelayWarning { get; init; } = [];

    /// <summary>The condition for warnings holds for the message.</summary>
    public bool MayWarn { get; init; }

    /// <param name="frozenAt">When it was frozen.</param>
    public DateTimeOffset LookAgainAt(MessageFacts message, DateTimeOffset frozenAt)
    {
        var thaw = AutoThaw > TimeSpan.Zero && !message.Envelope.Sender.IsNull ? frozenAt + AutoThaw : Never;
        var timeout = TimeoutFrozenAfter > TimeSpan.Zero ? message.ReceivedAt + TimeoutFrozenAfter : Never;
        var again = TriesBounceAgainAt(message, frozenAt) ?? Never;
        return new[] { thaw, timeout, again }.Min();
    }

    /// <summary>When a frozen message without a sender is tried once more, before it is dropped; null when that has been, or never is.</summary>
    public DateTimeOffset? TriesBounceAgainAt(MessageFacts message, DateTimeOffset frozenAt) =>
        message.Envelope.Sender.IsNull && IgnoreBounceErrorsAfter > TimeSpan.Zero && message.ReceivedAt + IgnoreBounceErrorsAfter is var at && at > frozenAt ? at : null;

    /// <summary>How many warnings a sender should have had at that age of the message.</summary>
    public int WarningsDue(TimeSpan age)
    {
        var count = DelayWarning.Count(time => time > TimeSpan.Zero && age >= time);
        if (count < DelayWarning.Count || count == 0)
        {
            return count;
        }

        var step = Step;
        return step > TimeSpan.Zero ? count + (int)Math.Min((age - DelayWarning[^1]) / step, int.MaxValue / 2) : count;
    }

    /// <summary>The age at which that warning was due.</summary>
    public TimeSpan IntervalOf(int count) => count <= DelayWarning.Count ? DelayWarning[count - 1] : DelayWarning[^1] + (Step * (count - DelayWarning.Count));

    private TimeSpan Step => DelayWarning.Count == 1 ? DelayWarning[0] : DelayWarning[^1] - DelayWarning[^2];
}
