using Pipeline.Policy.Expansion.Parsing;

namespace Pipeline.Policy.Expansion.Conditions;

/// <summary>Decides a condition whose arguments have been expanded.</summary>
internal delegate ConditionResult ConditionTest(ExpansionContext context, ExpandedArguments arguments);

internal delegate ValueTask<ConditionResult> ConditionTestAsync(ExpansionContext context, ExpandedArguments arguments);

/// <summary>A condition: its name, once, and how the text behind it is read.</summary>
internal sealed record ConditionDefinition(string Name, Func<ExpansionParser, string, ConditionNode> Parse)
{
    /// <summary>Reaching it gives a result, and not the error that it is not there.</summary>
    public bool IsAvailable { get; init; } = true;

    /// <summary>A condition with arguments in braces and an immediate answer.</summary>
    public static ConditionDefinition Of(string name, int arguments, ConditionTest test) =>
        Of(name, arguments, (context, values) => new ValueTask<ConditionResult>(test(context, values)));

    /// <summary>A condition with arguments in braces whose answer may have to wait.</summary>
    /// <param name="expandLast">False where the last argument is not expanded, only its escapes are interpreted.</param>
    public static ConditionDefinition Of(string name, int arguments, ConditionTestAsync test, bool expandLast = true) =>
        new(name, (parser, word) => FunctionCondition.Parse(parser, word, arguments, test, expandLast));
}
