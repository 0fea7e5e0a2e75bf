namespace Pipeline.Policy.Expansion.Items;

/// <summary><c>${authresults{id}}</c>: a whole Authentication-Results field.</summary>
internal static class AuthenticationResultsItem
{
    public static ItemDefinition[] Definitions { get; } = [ItemDefinition.Of("authresults", 1, 1, WriteAsync, setsMark: true)];

    private static async ValueTask<ExpansionResult> WriteAsync(ExpansionContext context, ExpandedArguments arguments) =>
        ExpansionResult.Success(context.Scope.Environment.AuthenticationResults is { } writer
            ? await writer.WriteAsync(context.Scope, arguments[0], context.CancellationToken)
            : $"Authentication-Results: {arguments[0]}", Taint.Tainted);
}
