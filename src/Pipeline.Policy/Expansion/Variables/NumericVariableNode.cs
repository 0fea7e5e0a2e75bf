namespace Pipeline.Policy.Expansion.Variables;

/// <summary>$0, $1 …: parts of the last match; unset ones are empty.</summary>
internal sealed class NumericVariableNode(int number) : ExpansionNode
{
    public override ValueTask<ExpansionResult> EvaluateAsync(ExpansionContext context) => new(ExpansionResult.Success(context.Transient.Numeric[number]));
}
