namespace Pipeline.Policy.Expansion.Items;

/// <summary><c>${acl{name}{argument}…}</c>: runs an ACL; its message is the value, whether it accepts or denies.</summary>
internal static class AclItem
{
    private const int MaxArguments = 9;

    public static ItemDefinition[] Definitions { get; } = [ItemDefinition.Of("acl", 1, MaxArguments + 1, CallAsync, setsMark: true)];

    /// <summary>Calls the ACL; null when this program run has no ACLs.</summary>
    public static async ValueTask<AclCallResult?> TryCallAsync(ExpansionContext context, ExpandedArguments arguments) =>
        context.Scope.Environment.Acls is not { } acls ? null
        : context.Refuses(arguments.TaintOf(0), $"attempt to use tainted ACL text \"{arguments[0]}\"") ? new AclCallResult(AclCallOutcome.Error, null)
        : await acls.CallAsync(context.Scope, arguments[0], arguments.Rest, context.CancellationToken);

    public static string Unavailable(string name) => $"ERROR from acl \"{name}\": ACLs cannot be called here";

    private static async ValueTask<ExpansionResult> CallAsync(ExpansionContext context, ExpandedArguments arguments)
    {
        if (await TryCallAsync(context, arguments) is not { } result)
        {
            return ExpansionResult.Failed(Unavailable(arguments[0]));
        }

        return result.Outcome switch
        {
            AclCallOutcome.Accept or AclCallOutcome.Deny => ExpansionResult.Success(result.Message ?? "", Taint.Tainted),
            AclCallOutcome.Defer => ExpansionResult.ForcedFailure($"DEFER from acl \"{arguments[0]}\""),
            _ => ExpansionResult.Failed($"ERROR from acl \"{arguments[0]}\""),
        };
    }
}
