namespace Pipeline.Policy.Expansion;

/// <summary>One expansion in progress: what it sees, and how much work it may still do.</summary>
/// <param name="source">The string being expanded, as written.</param>
internal sealed class ExpansionContext(EvaluationScope scope, string source, CancellationToken cancellationToken)
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

    /// <summary>Whether text with such a mark must not be used where only the operator should choose; it is complained of, if so or not.</summary>
    /// <param name="complaint">In Exim's words.</param>
    public bool Refuses(Taint taint, string complaint) => Scope.Environment.Tainting.Refuses(Scope, taint, source, complaint);

    /// <summary>As <see cref="Refuses"/>, where nothing allows it.</summary>
    public bool Forbids(Taint taint, string complaint) => Scope.Environment.Tainting.Forbids(Scope, taint, complaint);

    /// <summary>Complains of a query with text from peers that is not quoted for its kind of database.</summary>
    public void WatchQuery(ExpandedText query, Taint quoted) => Scope.Environment.Tainting.WatchQuery(Scope, query, quoted, source);

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
