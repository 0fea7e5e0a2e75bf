using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Expansion.Conditions;

/// <summary><c>bool</c> and <c>bool_lax</c>: strings that mean yes or no.</summary>
internal static class BooleanConditions
{
    public static ConditionDefinition[] Definitions { get; } =
    [
        ConditionDefinition.Of("bool", 1, (_, a) => Strict(a[0])),
        ConditionDefinition.Of("bool_lax", 1, (_, a) => ConditionResult.Of(IsTrueLax(a[0]))),
    ];

    /// <summary>The rule of a router's <c>condition</c>: false for nothing, <c>no</c>, <c>false</c> and exactly <c>0</c>; everything else is true.</summary>
    public static bool IsTrueLax(string text)
    {
        var value = Trim(text);
        return !(value.IsEmpty || value is "0" || value.Equals("no", StringComparison.OrdinalIgnoreCase)
            || value.Equals("false", StringComparison.OrdinalIgnoreCase));
    }

    private static ConditionResult Strict(string text)
    {
        var value = Trim(text);
        if (value.IsEmpty || value.Equals("no", StringComparison.OrdinalIgnoreCase) || value.Equals("false", StringComparison.OrdinalIgnoreCase))
        {
            return ConditionResult.False;
        }

        if (value.Equals("yes", StringComparison.OrdinalIgnoreCase) || value.Equals("true", StringComparison.OrdinalIgnoreCase))
        {
            return ConditionResult.True;
        }

        var digits = value[0] == '-' ? value[1..] : value;
        return !digits.IsEmpty && !digits.ContainsAnyExceptInRange('0', '9')
            ? ConditionResult.Of(digits.ContainsAnyExcept('0'))
            : ConditionResult.Failed($"unrecognised boolean value \"{value}\"");
    }

    private static ReadOnlySpan<char> Trim(string text)
    {
        var start = 0;
        var end = text.Length;
        while (start < end && ListSyntax.IsBlank(text[start]))
        {
            start++;
        }

        while (end > start && ListSyntax.IsBlank(text[end - 1]))
        {
            end--;
        }

        return text.AsSpan(start, end - start);
    }
}
