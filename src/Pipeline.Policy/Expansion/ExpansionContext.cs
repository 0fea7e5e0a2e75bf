namespace Pipeline.Policy.Expansion;

/// <summary>One expansion in progress: what it sees, and how much work it may still do.</summary>
internal sealed class ExpansionContext(EvaluationScope scope, CancellationToken cancellationToken)
{
    /// <summary>Octets of a result. Far above any header or reply, far below what would hurt a node.</summary>
    public const int MaxResultLength = 16 * 1024 * 1024;

    /// <summary>Turns of all loops of one expansion (list items, substitutions).</summary>
    public const int MaxSteps = 1_000_000;

    private static readonly TimeSpan MaxDuration = TimeSpan.FromMinutes(5);

    private readonly long _started = scope.Environment.Time.GetTimestamp();
    private int _steps;

    public EvaluationScope Scope { get; } = scope;

    public CancellationToken CancellationToken { get; } = cancellationToken;

    public TransientValues Transient => Scope.Transient;

    /// <summary>Counts one turn of a loop; false when the expansion has used up what it may use.</summary>
    public bool TryStep(out ExpansionResult failure)
    {
        CancellationToken.ThrowIfCancellationRequested();
        if (++_steps > MaxSteps)
        {
            failure = ExpansionResult.Failed($"string expansion stopped after {MaxSteps} steps");
            return false;
        }

        if ((_steps & 0xff) == 0 && Scope.Environment.Time.GetElapsedTime(_started) > MaxDuration)
        {
            failure = ExpansionResult.Failed($"string expansion stopped after {MaxDuration.TotalSeconds:0} seconds");
            return false;
        }

        failure = default;
        return true;
    }

    public static ExpansionResult TooLong() => ExpansionResult.Failed($"string expansion result is longer than {MaxResultLength} octets");
}
