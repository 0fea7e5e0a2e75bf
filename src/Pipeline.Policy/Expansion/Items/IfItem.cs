using Pipeline.Policy.Expansion.Conditions;
using Pipeline.Policy.Expansion.Parsing;

namespace Pipeline.Policy.Expansion.Items;

/// <summary><c>${if condition {yes}{no}}</c>. Numeric variables set by <c>match</c> hold inside the strings only.</summary>
internal sealed class IfItem(ConditionNode condition, Branches branches) : ExpansionNode
{
    public static ItemDefinition[] Definitions { get; } = [new("if", Parse)];

    public override async ValueTask<ExpansionResult> EvaluateAsync(ExpansionContext context)
    {
        var transient = context.Transient;
        var (numeric, value) = (transient.Numeric, transient.Value);
        try
        {
            var result = await condition.EvaluateAsync(context);
            if (!result.IsSuccess)
            {
                return result.ToFailure();
            }

            if (result.Value)
            {
                return await branches.SucceedAsync(context, value: null);
            }

            return await branches.FailAsync(context);
        }
        finally
        {
            (transient.Numeric, transient.Value) = (numeric, value);
        }
    }

    private static ExpansionNode Parse(ExpansionParser parser, string name)
    {
        var condition = ConditionParser.Parse(parser);
        if (parser.Broken)
        {
            return new BrokenIf(condition);
        }

        return new IfItem(condition, Branches.Parse(parser, name, plainSuccess: "true"));
    }

    private sealed class BrokenIf(ConditionNode condition) : ExpansionNode
    {
        public override async ValueTask<ExpansionResult> EvaluateAsync(ExpansionContext context) =>
            (await condition.EvaluateAsync(context)).ToFailure();
    }
}
