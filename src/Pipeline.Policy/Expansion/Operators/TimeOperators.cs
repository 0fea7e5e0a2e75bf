using System.Globalization;
using System.Security.Cryptography;
using Pipeline.Policy.Configuration;

namespace Pipeline.Policy.Expansion.Operators;

/// <summary><c>time_eval</c>, <c>time_interval</c>, <c>randint</c>.</summary>
internal static class TimeOperators
{
    public static OperatorDefinition[] Definitions { get; } =
    [
        OperatorDefinition.Of("time_eval", call => TimeText.TryParse(call.Subject, out var time)
            ? ExpansionResult.Success(((long)time.TotalSeconds).ToString(CultureInfo.InvariantCulture))
            : ExpansionResult.Failed($"string \"{call.Subject}\" is not an Exim time interval in \"{call.Name}\" operator")) with { SetsMark = true },
        OperatorDefinition.Of("time_interval", call => TryReadSeconds(call.Subject, out var seconds)
            ? ExpansionResult.Success(TimeText.Format(TimeSpan.FromSeconds(seconds)))
            : ExpansionResult.Failed($"string \"{call.Subject}\" is not a positive number in \"{call.Name}\" operator")) with { SetsMark = true },
        OperatorDefinition.Of("randint", call => !TryReadLimit(call.Subject, out var limit, out var error)
            ? ExpansionResult.Failed(error)
            : ExpansionResult.Success((limit <= 1 ? 0 : RandomNumberGenerator.GetInt32((int)Math.Min(limit, int.MaxValue))).ToString(CultureInfo.InvariantCulture))) with { SetsMark = true },
    ];

    /// <summary>Nothing at all is no time.</summary>
    private static bool TryReadSeconds(string text, out int seconds)
    {
        seconds = 0;
        return text.Length == 0 || int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out seconds);
    }

    private static bool TryReadLimit(string text, out long limit, out string error)
    {
        if (!IntegerText.TryParse(text, out limit, out error))
        {
            return false;
        }

        error = text.Length == 0 ? "integer expected but \"\" found" : limit < 0 ? $"non-negative integer expected but \"{text}\" found" : "";
        return error.Length == 0;
    }
}
