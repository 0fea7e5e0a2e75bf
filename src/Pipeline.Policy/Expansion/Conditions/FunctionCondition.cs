using Pipeline.Policy.Expansion.Parsing;

namespace Pipeline.Policy.Expansion.Conditions;

/// <summary>A condition with a fixed number of arguments, each in braces: <c>eq{a}{b}</c>.</summary>
internal sealed class FunctionCondition(ExpansionNode[] arguments, ConditionTestAsync test) : ConditionNode
{
    public static ConditionNode Parse(ExpansionParser parser, string name, int count, ConditionTestAsync test, bool expandLast)
    {
        var arguments = new List<ExpansionNode>(count);
        while (arguments.Count < count)
        {
            parser.SkipBlanks();
            if (parser.Current != '{')
            {
                parser.Fail(arguments.Count == 0 ? $"missing {{ after \"{name}\"" : $"missing 2nd string in {{}} after \"{name}\"");
                return new BrokenCondition(parser, arguments);
            }

            arguments.Add(parser.ParseBraced(dollars: expandLast || arguments.Count + 1 < count));
            if (parser.Broken)
            {
                return new BrokenCondition(parser, arguments);
            }
        }

        return new FunctionCondition([.. arguments], test);
    }

    public override async ValueTask<ConditionResult> EvaluateAsync(ExpansionContext context)
    {
        var values = new ExpandedText[arguments.Length];
        return await arguments.EvaluateAsync(context, values) is { } failure
            ? ConditionResult.From(failure)
            : await test(context, new ExpandedArguments(values));
    }
}
