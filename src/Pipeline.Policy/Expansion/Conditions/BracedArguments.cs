using Pipeline.Policy.Expansion.Parsing;

namespace Pipeline.Policy.Expansion.Conditions;

/// <summary>Reads the arguments of conditions that have all of them in braces of their own: <c>acl{{name}{argument}}</c>.</summary>
internal static class BracedArguments
{
    public static ConditionNode Parse(ExpansionParser parser, string name, int least, int most, ConditionTestAsync test)
    {
        parser.SkipBlanks();
        if (!parser.TryTake('{'))
        {
            parser.Fail($"missing {{ after \"{name}\"");
            return new BrokenCondition(parser);
        }

        parser.SkipBlanks();
        if (parser.Current != '{')
        {
            parser.FailBraces($"too few arguments or bracketing error for {name}");
            return new BrokenCondition(parser);
        }

        var arguments = new List<ExpansionNode>();
        return parser.TryReadArguments(name, least, most, arguments, closes: true)
            ? new FunctionCondition([.. arguments], test)
            : new BrokenCondition(parser, arguments);
    }
}
