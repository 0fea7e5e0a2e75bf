using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Pipeline.Policy.Expansion.Parsing;

namespace Pipeline.Policy.Expansion.Items;

/// <summary>
/// Bounce address tag validation (draft-levine-smtp-batv): <c>${prvs{address}{secret}{key digit}}</c> makes a tagged address,
/// <c>${prvscheck{address}{secret}{value}}</c> checks one.
/// </summary>
[SuppressMessage("Security", "CA5350", Justification = "The format has SHA-1 in it.")]
internal static partial class BounceTagItems
{
    private const int LifetimeDays = 7;

    public static ItemDefinition[] Definitions { get; } = [ItemDefinition.Of("prvs", 2, 3, Sign), new("prvscheck", ParseCheck)];

    private static long Day(ExpansionContext context, int offset) =>
        ((context.Scope.Environment.Time.GetUtcNow().ToUnixTimeSeconds() / 86400) + offset) % 1000;

    private static ExpansionResult Sign(ExpansionContext context, ExpandedArguments arguments)
    {
        var at = arguments[0].LastIndexOf('@');
        if (at <= 0)
        {
            return ExpansionResult.Failed("prvs first argument must be a qualified email address");
        }

        var key = arguments.Length < 3 || arguments[2].Length == 0 ? "0" : arguments[2];
        if (key.Length != 1 || !char.IsAsciiDigit(key[0]))
        {
            return ExpansionResult.Failed("prvs third argument must be a single digit");
        }

        var day = Day(context, LifetimeDays).ToString("D3", CultureInfo.InvariantCulture);
        var (local, domain) = (arguments[0][..at], arguments[0][(at + 1)..]);
        return ExpansionResult.Success($"prvs={key}{day}{Hash(arguments[1], key, day, arguments[0])}={local}@{domain}");
    }

    private static string Hash(string secret, string key, string day, string address) =>
        Convert.ToHexStringLower(HMACSHA1.HashData(OctetString.ToBytes(secret), OctetString.ToBytes(key + day + address)))[..6];

    private static ExpansionNode ParseCheck(ExpansionParser parser, string name)
    {
        var arguments = new List<ExpansionNode>();
        return parser.TryReadArguments(name, 1, 1, arguments, closes: false) && parser.TryReadArguments(name, 1, 2, arguments, closes: true)
            ? new CheckNode(arguments[0], arguments[1], arguments.ElementAtOrDefault(2) ?? LiteralNode.Empty)
            : parser.Unwind(arguments);
    }

    [GeneratedRegex("^prvs=([0-9])([0-9]{3})([A-F0-9]{6})=(.+)@(.+)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Tagged();

    private sealed class CheckNode(ExpansionNode address, ExpansionNode secret, ExpansionNode value) : ExpansionNode
    {
        public override async ValueTask<ExpansionResult> EvaluateAsync(ExpansionContext context)
        {
            var tagged = await address.EvaluateAsync(context);
            if (!tagged.IsSuccess)
            {
                return tagged;
            }

            var match = Tagged().Match(tagged.Value);
            if (!match.Success)
            {
                return ExpansionResult.Success("");
            }

            // The secret may depend on the key number, the value on the result.
            var variables = context.Scope.Message.ConditionVariables;
            var plain = $"{match.Groups[4].Value}@{match.Groups[5].Value}";
            variables["prvscheck_address"] = plain;
            variables["prvscheck_keynum"] = match.Groups[1].Value;
            variables["prvscheck_result"] = "";
            try
            {
                var key = await secret.EvaluateAsync(context);
                if (!key.IsSuccess)
                {
                    return key;
                }

                var genuine = match.Groups[3].Value.Equals(
                    Hash(key.Value, match.Groups[1].Value, match.Groups[2].Value, plain), StringComparison.OrdinalIgnoreCase);
                variables["prvscheck_result"] = genuine && IsInTime(context, match.Groups[2].Value) ? "1" : "";
                var result = await value.EvaluateAsync(context);
                return result is { IsSuccess: true, Value.Length: 0 } ? ExpansionResult.Success(plain) : result;
            }
            finally
            {
                variables.Remove("prvscheck_address");
                variables.Remove("prvscheck_keynum");
                variables.Remove("prvscheck_result");
            }
        }

        /// <summary>Days count to 1000; a stamp just behind the wrap is in time for the days just before it.</summary>
        private static bool IsInTime(ExpansionContext context, string stamp)
        {
            var today = Day(context, 0);
            var expires = long.Parse(stamp, CultureInfo.InvariantCulture);
            return (expires <= LifetimeDays && today >= 1000 - LifetimeDays ? expires + 1000 : expires) >= today;
        }
    }
}
