namespace Pipeline.Policy.Expansion;

/// <summary>Argument lists.</summary>
internal static class ExpansionNodes
{
    /// <summary>Evaluates arguments in order, up to the first that has no value.</summary>
    /// <param name="values">One place for each argument; filled as far as there are values.</param>
    /// <returns>Why an argument has no value, or null when all have one.</returns>
    public static async ValueTask<ExpansionResult?> EvaluateAsync(this ExpansionNode[] arguments, ExpansionContext context, ExpandedText[] values)
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            var result = await arguments[i].EvaluateAsync(context);
            if (!result.IsSuccess)
            {
                return result;
            }

            values[i] = result.Text;
        }

        return null;
    }
}
