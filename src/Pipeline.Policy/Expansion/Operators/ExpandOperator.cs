namespace Pipeline.Policy.Expansion.Operators;

/// <summary><c>expand</c>: expands what the first expansion has yielded.</summary>
internal static class ExpandOperator
{
    public static OperatorDefinition[] Definitions { get; } = [new("expand", ExpandAsync)];

    private static async ValueTask<ExpansionResult> ExpandAsync(ExpansionContext context, OperatorCall call)
    {
        var result = await StringExpansion.Compile(call.Subject).ExpandAsync(context.Scope, context.CancellationToken);
        return result.IsSuccess
            ? result
            : result with { Message = $"internal expansion of \"{call.Subject}\" failed: {result.Message}" };
    }
}
