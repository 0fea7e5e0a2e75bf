using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Expansion.Conditions;

/// <summary>Comparison of strings, octet by octet, and plain membership of a list.</summary>
internal static class StringConditions
{
    public static ConditionDefinition[] Definitions { get; } =
    [
        Compare("eq", c => c == 0, caseless: false), Compare("eqi", c => c == 0, caseless: true),
        Compare("lt", c => c < 0, caseless: false), Compare("lti", c => c < 0, caseless: true),
        Compare("le", c => c <= 0, caseless: false), Compare("lei", c => c <= 0, caseless: true),
        Compare("gt", c => c > 0, caseless: false), Compare("gti", c => c > 0, caseless: true),
        Compare("ge", c => c >= 0, caseless: false), Compare("gei", c => c >= 0, caseless: true),
        Member("inlist", caseless: false), Member("inlisti", caseless: true),
    ];

    /// <summary>Octet by octet without letter case. Of two texts of which one begins with the other, each comes after the other: Exim has it so.</summary>
    public static int CompareCaseless(string left, string right)
    {
        var common = Math.Min(left.Length, right.Length);
        for (var i = 0; i < common; i++)
        {
            var difference = Lower(left[i]) - Lower(right[i]);
            if (difference != 0)
            {
                return difference;
            }
        }

        return left.Length == right.Length ? 0 : 1;
    }

    private static char Lower(char c) => c is >= 'A' and <= 'Z' ? (char)(c | 0x20) : c;

    private static ConditionDefinition Compare(string name, Func<int, bool> test, bool caseless) => ConditionDefinition.Of(name, 2, (_, a) =>
        ConditionResult.Of(test(caseless ? CompareCaseless(a[0], a[1]) : string.CompareOrdinal(a[0], a[1]))));

    private static ConditionDefinition Member(string name, bool caseless) => ConditionDefinition.Of(name, 2, (context, a) =>
    {
        var reader = new ListReader(a[1]);
        while (reader.TryRead(out var item))
        {
            if (caseless ? CompareCaseless(item, a[0]) == 0 : item == a[0])
            {
                context.Transient.Value = new ExpandedText(item, a.TaintOf(1));
                return ConditionResult.True;
            }
        }

        return ConditionResult.False;
    });
}
