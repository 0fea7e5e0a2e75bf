namespace Pipeline.Policy.Expansion.Operators;

internal sealed class OperatorNode(OperatorDefinition definition, string name, string? suffix, ExpansionNode argument) : ExpansionNode
{
    public override async ValueTask<ExpansionResult> EvaluateAsync(ExpansionContext context)
    {
        var subject = await argument.EvaluateAsync(context);
        if (!subject.IsSuccess)
        {
            return subject;
        }

        var result = await definition.Apply(context, new OperatorCall(name, suffix, subject.Value, subject.Text.Taint));
        return definition.SetsMark ? result : result with { Taint = subject.Text.Taint.Unquoted() };
    }
}
