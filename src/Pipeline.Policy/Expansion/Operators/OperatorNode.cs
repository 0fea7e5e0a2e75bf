using Pipeline.Policy.Expansion.Variables;

namespace Pipeline.Policy.Expansion.Operators;

internal sealed class OperatorNode(OperatorDefinition definition, string name, string? suffix, ExpansionNode argument) : ExpansionNode
{
    public override async ValueTask<ExpansionResult> EvaluateAsync(ExpansionContext context)
    {
        if (definition.Fingerprint is { } fingerprint && argument is VariableNode { Variable.Certificate: { } read } && read(context.Scope) is { } certificate)
        {
            return ExpansionResult.Success(fingerprint(certificate));
        }

        var subject = await argument.EvaluateAsync(context);
        if (!subject.IsSuccess)
        {
            return subject;
        }

        var result = await definition.Apply(context, new OperatorCall(name, suffix, subject.Value, subject.Text.Taint));
        return definition.SetsMark ? result : result with { Taint = subject.Text.Taint.Unquoted() };
    }
}
