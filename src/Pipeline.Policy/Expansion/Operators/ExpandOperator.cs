namespace Pipeline.Policy.Expansion.Operators;

/// <summary><c>expand</c>: expands what the first expansion has yielded.</summary>
internal static class ExpandOperator
{
    public static OperatorDefinition[] Definitions { get; } = [new("expand", ExpandAsync) { SetsMark = true }];

    private static async ValueTask<ExpansionResult> ExpandAsync(ExpansionContext context, OperatorCall call)
    {
        var complaint = $"attempt to expand tainted string '{call.Subject}'";
        if (context.Refuses(call.Taint, complaint))
        {
            return ExpansionResult.Failed($"internal expansion of \"{call.Subject}\" failed: {complaint}");
        }

        var result = await StringExpansion.Compile(call.Subject).ExpandAsync(context.Scope, context.CancellationToken);
        return result.IsSuccess
            ? result with { Taint = result.Taint.With(call.Taint.Unquoted()) }
            : result with { Message = $"internal expansion of \"{call.Subject}\" failed: {result.Message}" };
    }
}
