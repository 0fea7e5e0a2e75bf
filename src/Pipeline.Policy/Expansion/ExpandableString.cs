namespace Pipeline.Policy.Expansion;

/// <summary>A string of the configuration, parsed once; expanding it needs no parsing, and a constant costs nothing.</summary>
public abstract class ExpandableString
{
    /// <summary>The text as written, for messages.</summary>
    public abstract string Source { get; }

    /// <summary>The value when it does not depend on anything, else null.</summary>
    public abstract string? Constant { get; }

    /// <summary>Expands against the values of one message. Errors in the text surface here, as in Exim, not when it is compiled.</summary>
    public abstract ValueTask<ExpansionResult> ExpandAsync(EvaluationScope scope, CancellationToken cancellationToken);

    /// <summary>What it uses that is not available.</summary>
    public virtual IReadOnlyList<UnavailablePart> Unavailable => [];

    /// <summary>Names of the lookup types that it uses, perhaps more than once.</summary>
    public virtual IReadOnlyList<string> Lookups => [];

    public override string ToString() => Source;
}
