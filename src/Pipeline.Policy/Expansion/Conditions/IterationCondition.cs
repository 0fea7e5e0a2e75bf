using Pipeline.Policy.Expansion.Items;
using Pipeline.Policy.Expansion.Parsing;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Expansion.Conditions;

/// <summary><c>forany{list}{condition}</c> and <c>forall{list}{condition}</c>. An empty list is false for both, whatever logic says: Exim does so.</summary>
internal sealed class IterationCondition(string name, ExpansionNode list, ConditionNode condition) : ConditionNode
{
    public static ConditionDefinition[] Definitions { get; } =
    [
        new("forany", Parse), new("forall", Parse), new("forany_json", Parse), new("forall_json", Parse), new("forany_jsons", Parse),
        new("forall_jsons", Parse),
    ];

    public override async ValueTask<ConditionResult> EvaluateAsync(ExpansionContext context)
    {
        var expanded = await list.EvaluateAsync(context);
        if (!expanded.IsSuccess)
        {
            return ConditionResult.From(expanded);
        }

        if (!TryReadItems(expanded.Value, out var items, out var error))
        {
            return ConditionResult.Failed(error);
        }

        var outerItem = context.Transient.Item;
        var result = ConditionResult.False;
        try
        {
            foreach (var item in items)
            {
                if (!context.TryStep(out var failure))
                {
                    return ConditionResult.From(failure);
                }

                context.Transient.Item = new ExpandedText(item, expanded.Taint);
                result = await condition.EvaluateAsync(context);
                if (!result.IsSuccess)
                {
                    return result with { Message = $"{result.Message} inside \"{name}\" condition" };
                }

                if (result.Value == name.StartsWith("forany", StringComparison.Ordinal))
                {
                    break;
                }
            }
        }
        finally
        {
            context.Transient.Item = outerItem;
        }

        return result;
    }

    /// <summary>The items of a list, or the elements of a JSON array; text that is no array is a failure.</summary>
    private bool TryReadItems(string text, out List<string> items, out string error)
    {
        if (name.Contains("_json", StringComparison.Ordinal))
        {
            return JsonText.TryReadElements(text, unquotes: name.EndsWith('s'), out items, out error);
        }

        (items, error) = (ListSyntax.Split(text), "");
        return true;
    }

    private static ConditionNode Parse(ExpansionParser parser, string name)
    {
        parser.SkipBlanks();
        if (parser.Current != '{')
        {
            parser.Fail($"missing {{ after \"{name}\"");
            return new BrokenCondition(parser);
        }

        var list = parser.ParseBraced();
        parser.SkipBlanks();
        if (!parser.Broken && !parser.TryTake('{'))
        {
            parser.Fail($"missing {{ after \"{name}\"");
        }

        if (parser.Broken)
        {
            return new BrokenCondition(parser, list);
        }

        var condition = ConditionParser.Parse(parser);
        parser.Locate($" inside \"{name}\" condition");
        parser.SkipBlanks();
        if (!parser.Broken && !parser.TryTake('}'))
        {
            parser.Fail($"missing }} at end of condition inside \"{name}\"");
        }

        return parser.Broken ? new BrokenCondition(parser, list) : new IterationCondition(name, list, condition);
    }
}
