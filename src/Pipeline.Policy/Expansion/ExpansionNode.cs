namespace Pipeline.Policy.Expansion;

/// <summary>One part of a parsed string: a literal, a variable, an operator or an item.</summary>
internal abstract class ExpansionNode
{
    /// <summary>The value when it is known without evaluating anything, else null.</summary>
    public virtual string? Constant => null;

    /// <summary>Evaluates the part. It completes synchronously unless it has to wait for the outside world.</summary>
    public abstract ValueTask<ExpansionResult> EvaluateAsync(ExpansionContext context);
}
