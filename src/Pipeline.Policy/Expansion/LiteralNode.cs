namespace Pipeline.Policy.Expansion;

/// <summary>Text that stands for itself.</summary>
internal sealed class LiteralNode(string text) : ExpansionNode
{
    public static LiteralNode Empty { get; } = new("");

    private readonly ExpansionResult _result = ExpansionResult.Success(text);

    public override string? Constant => text;

    public override ValueTask<ExpansionResult> EvaluateAsync(ExpansionContext context) => new(_result);
}
