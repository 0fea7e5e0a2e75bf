using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Pipeline.Policy.Expansion.Conditions;
using Pipeline.Policy.Expansion.Operators;

namespace Pipeline.Policy.Expansion.Items;

/// <summary>
/// Exim's native sender rewriting: <c>${srs_encode{secret}{return path}{domain}}</c> and the condition <c>inbound_srs{local part}{secret}</c>.
/// Only SRS0, with four hexadecimal digits of HMAC-MD5 and a day stamp of two base 32 characters.
/// </summary>
[SuppressMessage("Security", "CA5351", Justification = "The format has MD5 in it.")]
internal static class SenderRewriting
{
    private const string Tag = "SRS0=";
    private const string StampDigits = "abcdefghijklmnopqrstuvwxyz234567";
    private const int HashLength = 4;
    private const int StampMask = 0x3ff;
    private const int MaxAgeDays = 10;

    private static readonly SearchValues<char> NeedingQuotes = SearchValues.Create(" \t\"\\@()<>,;:");

    public static ItemDefinition[] Definitions { get; } =
        [ItemDefinition.Of("srs_encode", 3, 3, (context, a) => ExpansionResult.Success(Encode(Today(context), a[0], a[1], a[2])))];

    public static ConditionDefinition[] ConditionDefinitions { get; } = [ConditionDefinition.Of("inbound_srs", 2, Verify)];

    private static long Today(ExpansionContext context) => context.Scope.Environment.Time.GetUtcNow().ToUnixTimeSeconds() / 86400;

    private static string Hash(string secret, string address) =>
        Convert.ToHexStringLower(HMACMD5.HashData(OctetString.ToBytes(secret), OctetString.ToBytes(CaseOperators.Lower(address))))[..HashLength];

    private static string Encode(long today, string secret, string returnPath, string domain)
    {
        if (returnPath.Length == 0)
        {
            return "";
        }

        var at = returnPath.LastIndexOf('@');
        var local = at < 0 ? returnPath : returnPath[..at];
        var quoted = local is ['"', .., '"'];
        local = quoted ? local[1..^1].Replace("\\", "", StringComparison.Ordinal) : local;
        var stamp = (int)(today & StampMask);
        var rewritten = $"{Tag}{Hash(secret, returnPath)}={StampDigits[stamp >> 5]}{StampDigits[stamp & 31]}={(at < 0 ? "" : returnPath[(at + 1)..])}={local}";
        return quoted ? $"\"{rewritten}\"@{domain}" : $"{rewritten}@{domain}";
    }

    private static ConditionResult Verify(ExpansionContext context, ExpandedArguments arguments)
    {
        var local = arguments[0] is ['"', .., '"'] quoted ? quoted[1..^1] : arguments[0];
        if (!local.StartsWith(Tag, StringComparison.OrdinalIgnoreCase))
        {
            return ConditionResult.False;
        }

        var parts = local[Tag.Length..].Split('=', 4);
        if (parts.Length < 4 || parts[0].Length == 0 || parts[3].Length == 0 || parts[1].Length != 2 || !IsStamp(parts[1]))
        {
            return ConditionResult.False;
        }

        var original = CaseOperators.Lower(parts[3]);
        var needsQuotes = original.AsSpan().ContainsAny(NeedingQuotes);
        var recipient = (needsQuotes ? $"\"{original}\"" : original) + (parts[2].Length == 0 ? "" : $"@{CaseOperators.Lower(parts[2])}");
        context.Scope.Message.ConditionVariables["srs_recipient"] = recipient;
        if (arguments[1].Length == 0)
        {
            return ConditionResult.True;
        }

        var high = StampDigits.IndexOf(parts[1][0], StringComparison.Ordinal);
        var low = StampDigits.IndexOf(parts[1][1], StringComparison.Ordinal);
        if (high < 0 || low < 0 || ((Today(context) - ((high << 5) | low)) & StampMask) > MaxAgeDays)
        {
            return ConditionResult.False;
        }

        return ConditionResult.Of(parts[0].Length == HashLength && CryptographicOperations.FixedTimeEquals(
            OctetString.ToBytes(parts[0]), OctetString.ToBytes(Hash(arguments[1], recipient))));
    }

    private static bool IsStamp(string text) => text.All(c => StampDigits.Contains(char.ToLowerInvariant(c), StringComparison.Ordinal));
}
