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
            : ExpansionResult.Failed($"string \"{call.Subject}\" is not an Exim time interval in \"{call.Name}\" operator")),
        OperatorDefinition.Of("time_interval", call => int.TryParse(call.Subject, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? ExpansionResult.Success(TimeText.Format(TimeSpan.FromSeconds(seconds)))
            : ExpansionResult.Failed($"string \"{call.Subject}\" is not a positive number in \"{call.Name}\" operator")),
        OperatorDefinition.Of("randint", call => !IntegerText.TryParse(call.Subject, out var limit, out var error)
            ? ExpansionResult.Failed(error)
            : ExpansionResult.Success((limit <= 1 ? 0 : RandomNumberGenerator.GetInt32((int)Math.Min(limit, int.MaxValue))).ToString(CultureInfo.InvariantCulture))),
    ];
}
