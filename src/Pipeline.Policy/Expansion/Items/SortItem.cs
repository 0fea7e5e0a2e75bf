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
        if (!parser.TryReadArgument("list arg of sort", arguments) || !parser.TryReadArgument("comparator arg of sort", arguments))
        {
            return parser.Unwind(arguments);
        }

        parser.SkipBlanks();
        var start = parser.Position;
        if (!parser.TryReadArgument("extractor arg of sort", arguments))
        {
            return parser.Unwind(arguments.Take(2));
        }

        var source = parser.Between(start + 1, parser.Position - 1);
        if (!parser.TryTake('}'))
        {
            parser.FailBraces("missing } at end of \"sort\"");
            return parser.Unwind(arguments.Take(2));
        }

        return new SortNode(arguments[0], arguments[1], arguments[2], source);
    }

    /// <summary>Sorts without disturbing what compares equal. Comparators of Exim contradict themselves on some keys, which must not upset it.</summary>
    private static List<T> MergeSort<T>(List<T> items, Func<T, T, bool> precedes)
    {
        if (items.Count < 2)
        {
            return items;
        }

        var left = MergeSort(items[..(items.Count / 2)], precedes);
        var right = MergeSort(items[(items.Count / 2)..], precedes);
        var merged = new List<T>(items.Count);
        var (i, j) = (0, 0);
        while (i < left.Count && j < right.Count)
        {
            merged.Add(precedes(right[j], left[i]) ? right[j++] : left[i++]);
        }

        merged.AddRange(left[i..]);
        merged.AddRange(right[j..]);
        return merged;
    }

    private sealed class SortNode(ExpansionNode list, ExpansionNode comparator, ExpansionNode extractor, string extractorSource) : ExpansionNode
    {
        public override async ValueTask<ExpansionResult> EvaluateAsync(ExpansionContext context)
        {
            var source = await list.EvaluateAsync(context);
            var comparison = source.IsSuccess ? await comparator.EvaluateAsync(context) : source;
            if (!comparison.IsSuccess)
            {
                return comparison;
            }

            if (!Comparators.Contains(comparison.Value))
            {
                return ExpansionResult.Failed(Refusal(comparison.Value));
            }

            var (keys, separator, failure) = await KeysAsync(context, source.Text);
            if (keys is null)
            {
                return failure;
            }

            var ordered = Order(keys, comparison.Value);
            var text = new StringBuilder();
            for (var i = 0; i < ordered.Count; i++)
            {
                ListSyntax.Append(text, ordered[i], separator, i == 0);
            }

            return ExpansionResult.Success(text.ToString(), source.Taint.Unquoted());
        }

        private async ValueTask<(List<(string Item, string Key)>? Keys, char Separator, ExpansionResult Failure)> KeysAsync(ExpansionContext context, ExpandedText source)
        {
            var keys = new List<(string, string)>();
            var outer = context.Transient.Item;
            try
            {
                foreach (var item in ListSyntax.Split(source.Text, ':', out var separator))
                {
                    if (!context.TryStep(out var failure))
                    {
                        return (null, separator, failure);
                    }

                    context.Transient.Item = new ExpandedText(item, source.Taint.Unquoted());
                    var key = await extractor.EvaluateAsync(context);
                    if (!key.IsSuccess)
                    {
                        return (null, separator, key);
                    }

                    if (key.Value.Length == 0)
                    {
                        return (null, separator, ExpansionResult.Failed($"field-extract in sort: \"{extractorSource}\""));
                    }

                    keys.Add((item, key.Value));
                }

                return (keys, new ListReader(source.Text).Separator, default);
            }
            finally
            {
                context.Transient.Item = outer;
            }
        }

        private static string Refusal(string comparator)
        {
            var name = comparator.AsSpan().TrimStart("=<>_").IsEmpty ? comparator : new string([.. comparator.TakeWhile(c => char.IsAsciiLetterOrDigit(c) || c == '_')]);
            return name.Length == 0 ? $"condition name expected, but found \"{comparator}\""
                : ConditionRegistry.TryFind(name, out _) ? "comparator not handled for sort"
                : $"unknown condition \"{name}\"";
        }

        /// <summary>Equal keys keep their order, which is why an equals sign in the comparator makes no difference; so do keys that should be numbers and are not.</summary>
        private static List<string> Order(List<(string Item, string Key)> keys, string comparator)
        {
            var descending = comparator.StartsWith('>') || comparator.StartsWith('g');
            if (comparator[0] is '<' or '>')
            {
                var numbers = keys.ConvertAll(k => (k.Item, Key: IntegerText.TryParse(k.Key, out var number, out _) ? number : (long?)null));
                return MergeSort(numbers, (a, b) => descending ? a.Key > b.Key : a.Key < b.Key).ConvertAll(n => n.Item);
            }

            Comparison<string> order = comparator.EndsWith('i') ? StringConditions.CompareCaseless : string.CompareOrdinal;
            return MergeSort(keys, (a, b) => descending ? order(a.Key, b.Key) > 0 : order(a.Key, b.Key) < 0).ConvertAll(k => k.Item);
        }
    }
}
