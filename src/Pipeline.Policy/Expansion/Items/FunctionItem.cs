namespace Pipeline.Policy.Expansion.Items;

/// <summary>An item that is a function of its arguments.</summary>
internal sealed class FunctionItem(ExpansionNode[] arguments, Func<ExpansionContext, string[], ValueTask<ExpansionResult>> function) : ExpansionNode
{
    public override async ValueTask<ExpansionResult> EvaluateAsync(ExpansionContext context)
    {
        var values = new string[arguments.Length];
        return await arguments.EvaluateAsync(context, values) ?? await function(context, values);
    }
}
