namespace Pipeline.Policy.Expansion.Variables;

internal sealed class VariableNode(VariableDefinition variable) : ExpansionNode
{
    public VariableDefinition Variable => variable;

    public override ValueTask<ExpansionResult> EvaluateAsync(ExpansionContext context) => variable.ReadAsync(context);
}
