namespace Pipeline.Policy.Expansion.Variables;

/// <summary>A reference to a header field of the message; a missing field is empty.</summary>
internal sealed class HeaderNode(string name, HeaderForm form) : ExpansionNode
{
    public override ValueTask<ExpansionResult> EvaluateAsync(ExpansionContext context) =>
        new(ExpansionResult.Success(HeaderText.Read(context.Scope, name, form) ?? "", Taint.Tainted));
}
