namespace Pipeline.Policy.Expansion.Items;

/// <summary>An item that is a function of its arguments.</summary>
internal sealed class FunctionItem(ExpansionNode[] arguments, Func<ExpansionContext, string[], ValueTask<ExpansionResult>> function) : ExpansionNode
{
    public override async ValueTask<ExpansionResult> EvaluateAsync(ExpansionContext context)
    {
        var values = new string[arguments.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var result = await arguments[i].EvaluateAsync(context);
            if (!result.IsSuccess)
            {
                return result;
            }

            values[i] = result.Value;
        }

        return await function(context, values);
    }
}
