using System.Diagnostics.CodeAnalysis;

namespace Pipeline.Policy.Expansion.Operators;

/// <summary>The numbers behind an operator's name: <c>substr_3_4</c>.</summary>
internal static class NumberSuffix
{
    public static string Missing(OperatorCall call) => call.Suffix is null
        ? $"missing values after {call.Name}"
        : $"non-digit after underscore in \"{call.Name}\"";

    /// <param name="most">How many numbers there may be; there is at least one.</param>
    public static bool TryParse(OperatorCall call, int most, bool allowNegativeFirst, [NotNullWhen(true)] out string[]? numbers)
    {
        numbers = null;
        var parts = call.Suffix?.Split('_');
        if (parts is null || parts.Length > most)
        {
            return false;
        }

        for (var i = 0; i < parts.Length; i++)
        {
            var digits = i == 0 && allowNegativeFirst ? parts[i].AsSpan().TrimStart('-') : parts[i];
            if (digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9') || parts[i].Length - digits.Length > 1)
            {
                return false;
            }
        }

        numbers = parts;
        return true;
    }
}
