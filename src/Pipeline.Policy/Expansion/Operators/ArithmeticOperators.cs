using System.Globalization;

namespace Pipeline.Policy.Expansion.Operators;

/// <summary><c>eval</c> and <c>eval10</c>: 64-bit arithmetic.</summary>
internal static class ArithmeticOperators
{
    public static OperatorDefinition[] Definitions { get; } =
    [
        OperatorDefinition.Of("eval", call => Evaluate(call.Subject, decimalOnly: false)) with { SetsMark = true },
        OperatorDefinition.Of("eval10", call => Evaluate(call.Subject, decimalOnly: true)) with { SetsMark = true },
    ];

    private static ExpansionResult Evaluate(string text, bool decimalOnly)
    {
        var expression = new ArithmeticExpression(text, decimalOnly);
        return expression.TryEvaluate(out var value, out var error, out var processed)
            ? ExpansionResult.Success(value.ToString(CultureInfo.InvariantCulture))
            : ExpansionResult.Failed($"error in expression evaluation: {error} (after processing \"{text[..processed]}\")");
    }
}
