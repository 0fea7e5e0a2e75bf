using Pipeline.Policy.Expansion.Parsing;

namespace Pipeline.Policy.Expansion.Conditions;

/// <summary>A condition of <c>if</c>, <c>filter</c>, <c>forany</c> and so on.</summary>
internal abstract class ConditionNode
{
    public abstract ValueTask<ConditionResult> EvaluateAsync(ExpansionContext context);
}

/// <summary>A condition with exclamation marks in front of it.</summary>
internal sealed class NegatedCondition(ConditionNode inner) : ConditionNode
{
    public override async ValueTask<ConditionResult> EvaluateAsync(ExpansionContext context)
    {
        var result = await inner.EvaluateAsync(context);
        return result.IsSuccess ? ConditionResult.Of(!result.Value) : result;
    }
}

/// <summary>A condition in which a mistake was found; its arguments are still evaluated, in case one of them fails before.</summary>
internal sealed class BrokenCondition(ExpansionParser parser, params IEnumerable<ExpansionNode> arguments) : ConditionNode
{
    private readonly ExpansionNode _parts = parser.Unwind(arguments);

    public override async ValueTask<ConditionResult> EvaluateAsync(ExpansionContext context) =>
        ConditionResult.From(await _parts.EvaluateAsync(context));
}
