namespace Pipeline.Policy.Expansion.Conditions;

/// <summary>Comparison of numbers. An empty string counts as zero.</summary>
internal static class NumericConditions
{
    public static ConditionDefinition[] Definitions { get; } =
    [
        Compare("=", c => c == 0), Compare("==", c => c == 0), Compare("<", c => c < 0),
        Compare("<=", c => c <= 0), Compare(">", c => c > 0), Compare(">=", c => c >= 0),
    ];

    private static ConditionDefinition Compare(string name, Func<int, bool> test) => ConditionDefinition.Of(name, 2, (_, a) =>
    {
        if (!IntegerText.TryParse(a[0], out var left, out var error) || !IntegerText.TryParse(a[1], out var right, out error))
        {
            return ConditionResult.Failed(error);
        }

        return ConditionResult.Of(test(left.CompareTo(right)));
    });
}
