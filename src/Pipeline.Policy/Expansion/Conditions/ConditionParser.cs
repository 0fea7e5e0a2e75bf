using Pipeline.Policy.Expansion.Parsing;

namespace Pipeline.Policy.Expansion.Conditions;

/// <summary>Reads a condition with the exclamation marks in front of it.</summary>
internal static class ConditionParser
{
    private const int MaxShownLength = 16;

    public static ConditionNode Parse(ExpansionParser parser)
    {
        var negated = false;
        parser.SkipBlanks();
        while (parser.TryTake('!'))
        {
            negated = !negated;
            parser.SkipBlanks();
        }

        var name = ReadName(parser);
        if (name.Length == 0)
        {
            var rest = parser.Rest;
            parser.Fail($"condition name expected, but found \"{rest[..Math.Min(rest.Length, MaxShownLength)]}\"");
            return new BrokenCondition(parser);
        }

        if (!ConditionRegistry.TryFind(name, out var definition))
        {
            parser.Fail($"unknown condition \"{name}\"");
            return new BrokenCondition(parser);
        }

        if (!definition.IsAvailable)
        {
            parser.Unavailable.Add(UnavailablePart.Failing($"expansion condition \"{name}\""));
        }

        var condition = definition.Parse(parser, name);
        return negated ? new NegatedCondition(condition) : condition;
    }

    private static string ReadName(ExpansionParser parser)
    {
        var first = parser.Current;
        if (first is not ('=' or '<' or '>'))
        {
            return parser.ReadName();
        }

        parser.Position++;
        return parser.TryTake('=') ? $"{first}=" : first.ToString();
    }
}
