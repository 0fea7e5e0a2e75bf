using Pipeline.Policy.Expansion.Items;

namespace Pipeline.Policy.Expansion.Conditions;

/// <summary><c>acl{{name}{argument}…}</c>: true when the ACL accepts, false when it denies; its message becomes <c>$value</c>.</summary>
internal static class AclCondition
{
    private const int MaxArguments = 9;

    public static ConditionDefinition[] Definitions { get; } =
        [new("acl", (parser, name) => BracedArguments.Parse(parser, name, 1, MaxArguments + 1, TestAsync))];

    private static async ValueTask<ConditionResult> TestAsync(ExpansionContext context, ExpandedArguments arguments)
    {
        if (await AclItem.TryCallAsync(context, arguments) is not { } result)
        {
            return ConditionResult.Failed(AclItem.Unavailable(arguments[0]));
        }

        if (result.Message is not null)
        {
            context.Transient.Value = ExpandedText.FromPeer(result.Message);
        }

        return result.Outcome switch
        {
            AclCallOutcome.Accept => ConditionResult.True,
            AclCallOutcome.Deny => ConditionResult.False,
            AclCallOutcome.Defer => new ConditionResult(ExpansionOutcome.ForcedFailure, false, $"DEFER from acl \"{arguments[0]}\""),
            _ => ConditionResult.Failed($"ERROR from acl \"{arguments[0]}\""),
        };
    }
}
