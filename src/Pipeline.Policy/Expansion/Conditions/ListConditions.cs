using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Expansion.Conditions;

/// <summary><c>match_domain</c>, <c>match_address</c>, <c>match_local_part</c>, <c>match_ip</c>: is a string in a list? The list is not expanded.</summary>
internal static class ListConditions
{
    public static ConditionDefinition[] Definitions { get; } =
    [
        Of("match_domain", ListKind.Domain), Of("match_address", ListKind.Address), Of("match_local_part", ListKind.LocalPart),
        Of("match_ip", ListKind.Host),
    ];

    private static ConditionDefinition Of(string name, ListKind kind) => ConditionDefinition.Of(name, 2, async (context, arguments) =>
    {
        if (kind == ListKind.Host && arguments[0].Length > 0 && !AddressConditions.TryParse(arguments[0], out _))
        {
            return ConditionResult.Failed($"\"{arguments[0]}\" is not an IP address");
        }

        // The second argument was read without its references: what is left of it is the list itself.
        var list = MailList.Compile(kind, StringExpansion.Literal(arguments[1]));
        var result = await list.MatchAsync(context.Scope, arguments[0], context.CancellationToken);
        if (result.IsDeferred)
        {
            return new ConditionResult(ExpansionOutcome.Deferred, false, $"unable to complete match against \"{arguments[1]}\": {result.Message}");
        }

        if (result is { IsMatch: true, Data: not null })
        {
            context.Transient.Value = result.Data;
        }

        return ConditionResult.Of(result.IsMatch);
    }, expandLast: false);
}
