namespace Pipeline.Policy.Expansion;

/// <summary>A string that was parsed into a tree.</summary>
internal sealed class CompiledExpansion(string source, ExpansionNode root, IReadOnlyList<UnavailablePart> unavailable, IReadOnlyList<string> lookups)
    : ExpandableString
{
    /// <summary>Expansions inside expansions (named lists, <c>expand</c>, ACLs called from strings); a list that refers to itself ends here.</summary>
    private const int MaxDepth = 100;

    public override string Source => source;

    public override IReadOnlyList<UnavailablePart> Unavailable => unavailable;

    public override IReadOnlyList<string> Lookups => lookups;

    public override string? Constant => root.Constant;

    public override ValueTask<ExpansionResult> ExpandAsync(EvaluationScope scope, CancellationToken cancellationToken) =>
        root.Constant is { } constant ? new(ExpansionResult.Success(constant)) : ExpandTreeAsync(scope, cancellationToken);

    private async ValueTask<ExpansionResult> ExpandTreeAsync(EvaluationScope scope, CancellationToken cancellationToken)
    {
        if (scope.Transient.Depth >= MaxDepth)
        {
            return ExpansionResult.Failed($"string expansion is nested more than {MaxDepth} deep");
        }

        scope.Transient.Depth++;
        try
        {
            var result = await root.EvaluateAsync(new ExpansionContext(scope, source, cancellationToken));
            if (scope.TraceOf(PolicyTopics.Expand) is { } trace)
            {
                var indent = new string(' ', scope.Transient.Depth - 1);
                trace.Write(PolicyTopics.Expand, $"{indent}expanding: {source}");
                trace.Write(PolicyTopics.Expand, result.IsSuccess ? $"{indent}   result: {result.Value}" : $"{indent}   failed: {result.Message}");
            }

            return result;
        }
        finally
        {
            scope.Transient.Depth--;
        }
    }
}
