using Pipeline.Policy.Expansion.Operators;

namespace Pipeline.Policy.Expansion.Items;

/// <summary>Items on plain text: <c>tr</c>, <c>substr</c>, <c>length</c>, <c>listquote</c>.</summary>
internal static class TextItems
{
    public static ItemDefinition[] Definitions { get; } =
    [
        ItemDefinition.Of("tr", 3, 3, (_, a) => ExpansionResult.Success(Translate(a[0], a[1], a[2]), a.TaintOf(0).Unquoted()), setsMark: true),
        ItemDefinition.Of("substr", 2, 3, (_, a) => SubstringOperators.Substring(a[0], a.Length == 3 ? a[1] : null, a[^1])),
        ItemDefinition.Of("length", 2, 2, (_, a) => SubstringOperators.Length(a[0], a[1])),
        ItemDefinition.Of("listquote", 2, 2, (_, a) => ExpansionResult.Success(ListQuote(a[0], a[1]))),
    ];

    /// <summary>Doubles the separator in an item; an empty item is a blank, which a list does not drop at its end.</summary>
    private static string ListQuote(string separator, string item) => item.Length == 0 ? " "
        : separator.Length == 0 ? item
        : item.Replace(separator[..1], new string(separator[0], 2), StringComparison.Ordinal);

    private static string Translate(string text, string from, string to)
    {
        if (to.Length == 0)
        {
            return text;
        }

        return string.Create(text.Length, (text, from, to), static (result, map) =>
        {
            for (var i = 0; i < result.Length; i++)
            {
                var at = map.from.LastIndexOf(map.text[i]);
                result[i] = at < 0 ? map.text[i] : map.to[Math.Min(at, map.to.Length - 1)];
            }
        });
    }
}
