using System.Globalization;

namespace Pipeline.Policy.Expansion.Operators;

/// <summary><c>length_N</c>, <c>substr_O_N</c> and their short names, on octets; <c>strlen</c>.</summary>
internal static class SubstringOperators
{
    public static OperatorDefinition[] Definitions { get; } =
    [
        OperatorDefinition.Of("length", Length), OperatorDefinition.Of("l", Length),
        OperatorDefinition.Of("substr", SubstringOf), OperatorDefinition.Of("s", SubstringOf),
        OperatorDefinition.Of("strlen", text => text.Length.ToString(CultureInfo.InvariantCulture)) with { SetsMark = true },
    ];

    /// <summary>The first octets of a text.</summary>
    public static ExpansionResult Length(string lengthText, string text) =>
        !TryReadNumber(lengthText, out var length) || length < 0
            ? ExpansionResult.Failed($"\"{lengthText}\" is not a positive number (in \"length\" expansion)")
            : ExpansionResult.Success(text[..(int)Math.Min(length, text.Length)]);

    /// <summary>A part of a text; a negative offset counts from the end, and without a length it then yields everything to the left.</summary>
    public static ExpansionResult Substring(string offsetText, string? lengthText, string text)
    {
        if (!TryReadNumber(offsetText, out var offset))
        {
            return ExpansionResult.Failed($"\"{offsetText}\" is not a number (in \"substr\" expansion)");
        }

        long? length = null;
        if (lengthText is not null)
        {
            if (!TryReadNumber(lengthText, out var number) || number < 0)
            {
                return ExpansionResult.Failed($"\"{lengthText}\" is not a positive number (in \"substr\" expansion)");
            }

            length = number;
        }

        long start;
        long end;
        if (offset < 0)
        {
            // The end is that far from the right; a start left of the text eats into the length.
            start = text.Length + offset;
            end = length is null ? start : start + length.Value;
            start = length is null ? 0 : Math.Max(0, start);
        }
        else
        {
            start = Math.Min(offset, text.Length);
            end = length is null ? text.Length : start + length.Value;
        }

        end = Math.Clamp(end, 0, text.Length);
        return ExpansionResult.Success(start >= end ? "" : text[(int)start..(int)end]);
    }

    /// <summary>Blanks may stand in front of a number, and nothing at all is zero.</summary>
    private static bool TryReadNumber(string text, out int value)
    {
        value = 0;
        return text.Length == 0
            || int.TryParse(text, NumberStyles.AllowLeadingWhite | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
    }

    private static ExpansionResult Length(OperatorCall call) =>
        call.Suffix is null || !NumberSuffix.TryParse(call, 1, allowNegativeFirst: false, out var numbers)
            ? ExpansionResult.Failed(NumberSuffix.Missing(call))
            : Length(numbers[0], call.Subject);

    private static ExpansionResult SubstringOf(OperatorCall call) =>
        call.Suffix is null || !NumberSuffix.TryParse(call, 2, allowNegativeFirst: true, out var numbers)
            ? ExpansionResult.Failed(NumberSuffix.Missing(call))
            : Substring(numbers[0], numbers.Length > 1 ? numbers[1] : null, call.Subject);
}
