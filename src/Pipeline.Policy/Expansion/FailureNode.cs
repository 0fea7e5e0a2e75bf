namespace Pipeline.Policy.Expansion;

/// <summary>A mistake in the text. It was found when the string was parsed and is reported when it is reached, as Exim does.</summary>
internal sealed class FailureNode(string message) : ExpansionNode
{
    public string Message => message;

    public override ValueTask<ExpansionResult> EvaluateAsync(ExpansionContext context) => new(ExpansionResult.Failed(message));
}
