namespace Pipeline.Policy.Expansion.Items;

/// <summary>An item that is a function of its arguments.</summary>
/// <param name="setsMark">The function says itself where its result comes from; otherwise it comes from where the arguments do.</param>
internal sealed class FunctionItem(ExpansionNode[] arguments, Func<ExpansionContext, ExpandedArguments, ValueTask<ExpansionResult>> function, bool setsMark) : ExpansionNode
{
    public override async ValueTask<ExpansionResult> EvaluateAsync(ExpansionContext context)
    {
        var values = new ExpandedText[arguments.Length];
        if (await arguments.EvaluateAsync(context, values) is { } failure)
        {
            return failure;
        }

        var expanded = new ExpandedArguments(values);
        var result = await function(context, expanded);
        return setsMark ? result : result with { Taint = expanded.Taint };
    }
}
