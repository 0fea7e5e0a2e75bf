using System.Globalization;
using System.Text;

namespace Pipeline.Policy.Expansion.Operators;

/// <summary><c>headerwrap_MIN_MAX</c>: folds the lines of a header field at blanks.</summary>
internal static class HeaderWrapOperator
{
    private const int DefaultWidth = 80;
    private const int DefaultMax = 998;

    public static OperatorDefinition[] Definitions { get; } = [OperatorDefinition.Of("headerwrap", Wrap)];

    private static ExpansionResult Wrap(OperatorCall call)
    {
        var (width, most) = (DefaultWidth, DefaultMax);
        if (call.Suffix is not null)
        {
            if (!NumberSuffix.TryParse(call, 2, allowNegativeFirst: false, out var numbers))
            {
                return ExpansionResult.Failed(NumberSuffix.Missing(call));
            }

            width = Number(numbers[0]);
            most = numbers.Length > 1 ? Number(numbers[1]) : DefaultMax;
        }

        if (width < 8 || most < width)
        {
            return ExpansionResult.Failed($"bad values for \"{call.Name}\"");
        }

        var folded = new StringBuilder(call.Subject.Length + 16);
        var rest = call.Subject.AsSpan();
        while (rest.Length > width)
        {
            var at = rest[..width].LastIndexOfAny(' ', '\t');
            at = at > 0 ? at : rest.IndexOfAny(' ', '\t');
            if (at <= 0 || at > most)
            {
                at = Math.Min(rest.Length, most);
            }

            folded.Append(rest[..at]).Append(at < rest.Length ? "\n\t" : "");
            rest = rest[at..].TrimStart();
        }

        return ExpansionResult.Success(folded.Append(rest).ToString());
    }

    /// <summary>No line is longer than what a number can say.</summary>
    private static int Number(string digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : int.MaxValue;
}
