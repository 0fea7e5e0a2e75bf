using Pipeline.Policy.Expansion.Parsing;

namespace Pipeline.Policy.Expansion.Conditions;

/// <summary><c>and{{…}{…}}</c> and <c>or{{…}{…}}</c>: evaluated from the left until the answer is known; without members true and false.</summary>
internal sealed class GroupCondition(string name, ConditionNode[] members) : ConditionNode
{
    public static ConditionDefinition[] Definitions { get; } = [new("and", Parse), new("or", Parse)];

    public override async ValueTask<ConditionResult> EvaluateAsync(ExpansionContext context)
    {
        var all = name == "and";
        foreach (var member in members)
        {
            var result = await member.EvaluateAsync(context);
            if (!result.IsSuccess)
            {
                return result with { Message = $"{result.Message} inside \"{name}{{...}}\" condition" };
            }

            if (result.Value != all)
            {
                return result;
            }
        }

        return ConditionResult.Of(all);
    }

    private static ConditionNode Parse(ExpansionParser parser, string name)
    {
        var members = new List<ConditionNode>();
        parser.SkipBlanks();
        if (!parser.TryTake('{'))
        {
            return Broken($"missing {{ after \"{name}\"");
        }

        while (true)
        {
            parser.SkipBlanks();
            if (parser.TryTake('}'))
            {
                return new GroupCondition(name, [.. members]);
            }

            if (!parser.TryTake('{'))
            {
                return Broken($"each subcondition inside an \"{name}{{...}}\" condition must be in its own {{}}");
            }

            members.Add(ConditionParser.Parse(parser));
            if (parser.Broken)
            {
                parser.Locate($" inside \"{name}{{...}}\" condition");
                return new GroupCondition(name, [.. members]);
            }

            parser.SkipBlanks();
            if (!parser.TryTake('}'))
            {
                return Broken($"missing }} at end of condition inside \"{name}\" group");
            }
        }

        BrokenCondition Broken(string message)
        {
            parser.Fail(message);
            return new BrokenCondition(parser);
        }
    }
}
