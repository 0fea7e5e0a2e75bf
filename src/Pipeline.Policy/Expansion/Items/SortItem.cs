using System.Text;
using Pipeline.Policy.Expansion.Conditions;
using Pipeline.Policy.Expansion.Parsing;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Expansion.Items;

/// <summary><c>${sort{list}{comparator}{extractor}}</c>: the comparator names a condition of two strings, the extractor makes a key of <c>$item</c>.</summary>
internal static class SortItem
{
    private static readonly HashSet<string> Comparators =
        ["<", "<=", ">", ">=", "lt", "lti", "le", "lei", "gt", "gti", "ge", "gei"];

    public static ItemDefinition[] Definitions { get; } = [new("sort", Parse)];

    private static ExpansionNode Parse(ExpansionParser parser, string name)
    {
        var arguments = new List<ExpansionNode>();
        return parser.TryReadArguments(name, 3, 3, arguments, closes: true)
            ? new SortNode(arguments[0], arguments[1], arguments[2])
            : parser.Unwind(arguments);
    }

    private sealed class SortNode(ExpansionNode list, ExpansionNode comparator, ExpansionNode extractor) : ExpansionNode
    {
        public override async ValueTask<ExpansionResult> EvaluateAsync(ExpansionContext context)
        {
            var source = await list.EvaluateAsync(context);
            var comparison = source.IsSuccess ? await comparator.EvaluateAsync(context) : source;
            if (!comparison.IsSuccess)
            {
                return comparison;
            }

            if (!Comparators.Contains(comparison.Value) || !ConditionRegistry.TryFind(comparison.Value, out _))
            {
                return ExpansionResult.Failed($"comparator unhandled for sort: '{comparison.Value}'");
            }

            var (keys, separator, failure) = await KeysAsync(context, source.Value);
            if (keys is null)
            {
                return failure;
            }

            // Equal keys keep their order, which is why a comparator with an equals sign is turned round rather than asked.
            var ordered = Order(keys, comparison.Value);
            if (ordered is null)
            {
                return ExpansionResult.Failed($"sort comparator \"{comparison.Value}\" needs numbers as keys");
            }

            var text = new StringBuilder();
            for (var i = 0; i < ordered.Count; i++)
            {
                ListSyntax.Append(text, ordered[i], separator, i == 0);
            }

            return ExpansionResult.Success(text.ToString());
        }

        private async ValueTask<(List<(string Item, string Key)>? Keys, char Separator, ExpansionResult Failure)> KeysAsync(ExpansionContext context, string source)
        {
            var keys = new List<(string, string)>();
            var outer = context.Transient.Item;
            try
            {
                foreach (var item in ListSyntax.Split(source, ':', out var separator))
                {
                    if (!context.TryStep(out var failure))
                    {
                        return (null, separator, failure);
                    }

                    context.Transient.Item = item;
                    var key = await extractor.EvaluateAsync(context);
                    if (!key.IsSuccess)
                    {
                        return (null, separator, key);
                    }

                    if (key.Value.Length == 0)
                    {
                        return (null, separator, ExpansionResult.Failed("missing field for sort: extractor gave an empty key"));
                    }

                    keys.Add((item, key.Value));
                }

                return (keys, new ListReader(source).Separator, default);
            }
            finally
            {
                context.Transient.Item = outer;
            }
        }

        private static List<string>? Order(List<(string Item, string Key)> keys, string comparator)
        {
            var descending = comparator.StartsWith('>') || comparator.StartsWith('g');
            if (comparator[0] is '<' or '>')
            {
                var numbers = new List<(string Item, long Key)>(keys.Count);
                foreach (var (item, key) in keys)
                {
                    if (!IntegerText.TryParse(key, out var number, out _))
                    {
                        return null;
                    }

                    numbers.Add((item, number));
                }

                return [.. (descending ? numbers.OrderByDescending(n => n.Key) : numbers.OrderBy(n => n.Key)).Select(n => n.Item)];
            }

            IComparer<string> order = comparator.EndsWith('i')
                ? Comparer<string>.Create(StringConditions.CompareCaseless)
                : StringComparer.Ordinal;
            return [.. (descending ? keys.OrderByDescending(k => k.Key, order) : keys.OrderBy(k => k.Key, order)).Select(k => k.Item)];
        }
    }
}
