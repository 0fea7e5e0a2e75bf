using System.Text;
using Pipeline.Policy.Expansion.Conditions;
using Pipeline.Policy.Expansion.Parsing;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Expansion.Items;

/// <summary>Items that walk over a list: <c>map</c>, <c>filter</c> and <c>reduce</c>, with <c>$item</c> (and <c>$value</c> in <c>reduce</c>).</summary>
internal static class ListItems
{
    public static ItemDefinition[] Definitions { get; } = [new("map", ParseMap), new("filter", ParseFilter), new("reduce", ParseReduce)];

    private static ExpansionNode ParseMap(ExpansionParser parser, string name)
    {
        var arguments = new List<ExpansionNode>();
        return parser.TryReadArgument($"first arg of {name}", arguments) && TryReadBody(parser, name, arguments)
            ? new MapNode(arguments[0], arguments[1])
            : parser.Unwind(arguments.Take(1));
    }

    private static ExpansionNode ParseReduce(ExpansionParser parser, string name)
    {
        var arguments = new List<ExpansionNode>();
        return parser.TryReadArgument($"first arg of {name}", arguments) && parser.TryReadArgument($"second arg of {name}", arguments)
            && TryReadBody(parser, name, arguments)
            ? new ReduceNode(arguments[0], arguments[1], arguments[2])
            : parser.Unwind(arguments.Take(2));
    }

    /// <summary>Reads what is expanded for each element, and the closing brace of the item.</summary>
    private static bool TryReadBody(ExpansionParser parser, string name, List<ExpansionNode> arguments)
    {
        parser.SkipBlanks();
        if (parser.Current != '{')
        {
            parser.FailBraces($"missing '{{' for last arg of {name}");
            return false;
        }

        arguments.Add(parser.ParseBraced());
        parser.Locate($" inside \"{name}\" item");
        return !parser.Broken && TryClose(parser, name);
    }

    private static bool TryClose(ExpansionParser parser, string name)
    {
        parser.SkipBlanks();
        if (!parser.TryTake('}'))
        {
            parser.FailBraces($"missing }} at end of \"{name}\"");
            return false;
        }

        return true;
    }

    private static ExpansionNode ParseFilter(ExpansionParser parser, string name)
    {
        var arguments = new List<ExpansionNode>();
        if (!parser.TryReadArgument($"first arg of {name}", arguments))
        {
            return parser.Unwind(arguments);
        }

        parser.SkipBlanks();
        if (!parser.TryTake('{'))
        {
            parser.FailBraces($"missing '{{' for last arg of {name}");
            return parser.Unwind(arguments);
        }

        var condition = ConditionParser.Parse(parser);
        parser.Locate($" inside \"{name}\" item");
        parser.SkipBlanks();
        if (!parser.Broken && !parser.TryTake('}'))
        {
            parser.FailBraces($"missing }} at end of condition or expression inside \"{name}\"; could be an unquoted }} in the content");
        }

        return !parser.Broken && TryClose(parser, name) ? new FilterNode(arguments[0], condition) : parser.Unwind(arguments);
    }

    private sealed class MapNode(ExpansionNode list, ExpansionNode body) : ListNode(list)
    {
        protected override async ValueTask<ExpansionResult> WalkAsync(ExpansionContext context, List<string> items, Taint taint, char separator)
        {
            var text = new StringBuilder();
            var mark = Taint.None;
            for (var i = 0; i < items.Count; i++)
            {
                if (!TryStep(context, text, out var failure))
                {
                    return failure;
                }

                context.Transient.Item = new ExpandedText(items[i], taint);
                var mapped = await body.EvaluateAsync(context);
                if (!mapped.IsSuccess)
                {
                    return mapped with { Message = $"{mapped.Message} inside \"map\" item" };
                }

                mark = mark.With(mapped.Text.Taint);
                ListSyntax.Append(text, mapped.Value, separator, first: i == 0);
            }

            return ExpansionResult.Success(text.ToString(), mark);
        }
    }

    private sealed class FilterNode(ExpansionNode list, ConditionNode condition) : ListNode(list)
    {
        protected override async ValueTask<ExpansionResult> WalkAsync(ExpansionContext context, List<string> items, Taint taint, char separator)
        {
            var text = new StringBuilder();
            var first = true;
            foreach (var item in items)
            {
                if (!TryStep(context, text, out var failure))
                {
                    return failure;
                }

                context.Transient.Item = new ExpandedText(item, taint);
                var kept = await condition.EvaluateAsync(context);
                if (!kept.IsSuccess)
                {
                    return kept.ToFailure() with { Message = $"{kept.Message} inside \"filter\" condition" };
                }

                if (kept.Value)
                {
                    ListSyntax.Append(text, item, separator, first);
                    first = false;
                }
            }

            return ExpansionResult.Success(text.ToString(), taint);
        }
    }

    private sealed class ReduceNode(ExpansionNode list, ExpansionNode start, ExpansionNode body) : ListNode(list)
    {
        protected override async ValueTask<ExpansionResult> WalkAsync(ExpansionContext context, List<string> items, Taint taint, char separator)
        {
            var result = await start.EvaluateAsync(context);
            if (!result.IsSuccess)
            {
                return result;
            }

            foreach (var item in items)
            {
                if (!context.TryStep(out var failure))
                {
                    return failure;
                }

                context.Transient.Item = new ExpandedText(item, taint);
                context.Transient.Value = result.Text;
                result = await body.EvaluateAsync(context);
                if (!result.IsSuccess)
                {
                    return result with { Message = $"{result.Message} inside \"reduce\" item" };
                }
            }

            return result;
        }
    }

    private abstract class ListNode(ExpansionNode list) : ExpansionNode
    {
        public override async ValueTask<ExpansionResult> EvaluateAsync(ExpansionContext context)
        {
            var expanded = await list.EvaluateAsync(context);
            if (!expanded.IsSuccess)
            {
                return expanded;
            }

            var transient = context.Transient;
            var (item, value, numeric) = (transient.Item, transient.Value, transient.Numeric);
            try
            {
                return await WalkAsync(context, ListSyntax.Split(expanded.Value, ':', out var separator), expanded.Taint.Unquoted(), separator);
            }
            finally
            {
                (transient.Item, transient.Value, transient.Numeric) = (item, value, numeric);
            }
        }

        protected static bool TryStep(ExpansionContext context, StringBuilder text, out ExpansionResult failure)
        {
            if (text.Length > ExpansionContext.MaxResultLength)
            {
                failure = ExpansionContext.TooLong();
                return false;
            }

            return context.TryStep(out failure);
        }

        protected abstract ValueTask<ExpansionResult> WalkAsync(ExpansionContext context, List<string> items, Taint taint, char separator);
    }
}
