namespace Pipeline.Policy.Acl.Modifiers;

/// <summary><c>message =</c>: remembered, and expanded when the statement decides.</summary>
internal sealed class MessageModifier() : AclModifier("message")
{
    public override bool ExpandsValue => false;

    public override ValueTask<AclTest> RunAsync(AclEvaluation evaluation, AclItem item, string argument, CancellationToken cancellationToken)
    {
        evaluation.Statement.UserMessage = item.Value;
        return new(AclTest.True);
    }
}

/// <summary><c>log_message =</c>: likewise.</summary>
internal sealed class LogMessageModifier() : AclModifier("log_message")
{
    public override bool ExpandsValue => false;

    public override ValueTask<AclTest> RunAsync(AclEvaluation evaluation, AclItem item, string argument, CancellationToken cancellationToken)
    {
        evaluation.Statement.LogMessage = item.Value;
        return new(AclTest.True);
    }
}

/// <summary><c>endpass</c>: from here on a failing condition of accept or discard refuses.</summary>
internal sealed class EndpassModifier() : AclModifier("endpass")
{
    public override bool ExpandsValue => false;

    public override bool TakesValue => false;

    public override ValueTask<AclTest> RunAsync(AclEvaluation evaluation, AclItem item, string argument, CancellationToken cancellationToken)
    {
        evaluation.Statement.EndpassSeen = true;
        return new(AclTest.True);
    }
}
