using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Acl.Modifiers;

/// <summary><c>add_header =</c>.</summary>
internal sealed class AddHeaderModifier() : AclModifier("add_header")
{
    public override AclPoints AllowedAt => AclPoints.Message | AclPoints.NotSmtpStart;

    public override ValueTask<AclTest> RunAsync(AclEvaluation evaluation, AclItem item, string argument, CancellationToken cancellationToken)
    {
        HeaderAddition.Add(evaluation.Message, argument);
        return new(AclTest.True);
    }
}

/// <summary><c>remove_header =</c>: a colon-separated list of names.</summary>
internal sealed class RemoveHeaderModifier() : AclModifier("remove_header")
{
    private const int MaxNames = 1000;

    public override AclPoints AllowedAt => AclPoints.Message | AclPoints.NotSmtpStart;

    public override ValueTask<AclTest> RunAsync(AclEvaluation evaluation, AclItem item, string argument, CancellationToken cancellationToken)
    {
        var removed = evaluation.Message.RemovedHeaders;
        foreach (var name in ListSyntax.Split(argument))
        {
            if (name.Length > 0 && removed.Count < MaxNames && !removed.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                removed.Add(name);
            }
        }

        return new(AclTest.True);
    }
}
