using Pipeline.Policy.Expansion.Parsing;

namespace Pipeline.Policy.Expansion.Conditions;

/// <summary><c>match{subject}{pattern}</c>: an unanchored regular expression; its parts become $0, $1 …</summary>
internal static class MatchCondition
{
    public static ConditionDefinition[] Definitions { get; } = [ConditionDefinition.Of("match", 2, Test)];

    private static ConditionResult Test(ExpansionContext context, ExpandedArguments arguments)
    {
        if (!PatternCache.TryGet(arguments[1], caseless: false, out var pattern, out var error))
        {
            return ConditionResult.Failed(error);
        }

        if (!pattern.TryMatch(arguments[0], out var match, out error))
        {
            return ConditionResult.Failed(error);
        }

        if (match is null)
        {
            return ConditionResult.False;
        }

        context.Transient.Numeric = new NumericValues(match, arguments.TaintOf(0).Unquoted());
        return ConditionResult.True;
    }
}
