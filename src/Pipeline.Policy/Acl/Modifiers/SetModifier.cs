using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Acl.Modifiers;

/// <summary><c>set acl_c… = value</c>, <c>set acl_m… = value</c>, <c>set dkim_verify_status = value</c>, <c>set dkim_verify_reason = value</c>.</summary>
internal sealed class SetModifier() : AclModifier("set")
{
    private const string ConnectionPrefix = "acl_c";
    private const string MessagePrefix = "acl_m";

    /// <summary>Variables that one connection or message may have.</summary>
    private const int MaxVariables = 10_000;

    public static bool IsVariable(ReadOnlySpan<char> name) => name is "dkim_verify_status" or "dkim_verify_reason"
        || (name.Length > ConnectionPrefix.Length
            && (name.StartsWith(ConnectionPrefix, StringComparison.Ordinal) || name.StartsWith(MessagePrefix, StringComparison.Ordinal))
            && (name[ConnectionPrefix.Length] == '_' || char.IsAsciiDigit(name[ConnectionPrefix.Length])));

    public override ValueTask<AclTest> RunAsync(AclEvaluation evaluation, AclItem item, string argument, CancellationToken cancellationToken)
    {
        var name = item.Variable!;
        if (!name.StartsWith("acl_", StringComparison.Ordinal))
        {
            evaluation.SetVariable(name, argument);
            return new(AclTest.True);
        }

        var variables = name.StartsWith(ConnectionPrefix, StringComparison.Ordinal) ? evaluation.Connection.AclVariables : evaluation.Message.AclVariables;
        var key = name[ConnectionPrefix.Length..];
        if (variables.Count >= MaxVariables && !variables.ContainsKey(key))
        {
            return new(AclTest.Error($"more than {MaxVariables} ACL variables"));
        }

        variables[key] = new ExpandedText(argument, evaluation.ArgumentTaint);
        return new(AclTest.True);
    }
}
