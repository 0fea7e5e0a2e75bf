using Pipeline.Policy.Expansion.Parsing;
using Pipeline.Policy.Lookups;

namespace Pipeline.Policy.Expansion.Conditions;

/// <summary><c>ldapauth{user=… pass=… ldap:///}</c>: does the LDAP server take this name and password?</summary>
internal static class LdapAuthCondition
{
    private const string Name = "ldapauth";

    public static ConditionDefinition[] Definitions { get; } = [new(Name, Parse)];

    private static ConditionNode Parse(ExpansionParser parser, string word)
    {
        // As a lookup type, so that a policy is not loaded where the library is missing.
        parser.Lookups.Add(Name);
        return FunctionCondition.Parse(parser, word, 1, TestAsync, expandLast: true);
    }

    private static async ValueTask<ConditionResult> TestAsync(ExpansionContext context, ExpandedArguments arguments)
    {
        if (!context.Scope.Environment.LookupBackends.TryGetValue(Name, out var backend))
        {
            return ConditionResult.Failed("support for \"lookup type ldap\" not compiled");
        }

        var question = new LookupQuestion(context.Scope, "", arguments[0], LookupSpecification.NoOptions);
        var result = await backend.FindAsync(question, context.CancellationToken);
        return result.Outcome switch
        {
            LookupOutcome.Found => ConditionResult.True,
            LookupOutcome.NotFound => ConditionResult.False,
            _ => ConditionResult.Failed(result.Message),
        };
    }
}
