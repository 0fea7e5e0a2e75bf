using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Pipeline.Policy.Expansion.Operators;

namespace Pipeline.Policy.Expansion.Items;

/// <summary><c>hash</c>, <c>nhash</c> with arguments in braces, and <c>hmac</c>.</summary>
[SuppressMessage("Security", "CA5350", Justification = "The configuration names the algorithm.")]
[SuppressMessage("Security", "CA5351", Justification = "The configuration names the algorithm.")]
internal static class HashItems
{
    public static ItemDefinition[] Definitions { get; } =
    [
        ItemDefinition.Of("hash", 2, 3, (_, a) => HashOperators.Hash(a[0], a.Length == 3 ? a[1] : null, a[^1])),
        ItemDefinition.Of("nhash", 2, 3, (_, a) => HashOperators.NumericHash(a[0], a.Length == 3 ? a[1] : null, a[^1]), setsMark: true),
        ItemDefinition.Of("hmac", 3, 3, (_, a) => Hmac(a[0], a[1], a[2]), setsMark: true),
    ];

    private static ExpansionResult Hmac(string algorithm, string secret, string text)
    {
        var (key, data) = (OctetString.ToBytes(secret), OctetString.ToBytes(text));
        return algorithm switch
        {
            "md5" => ExpansionResult.Success(Convert.ToHexStringLower(HMACMD5.HashData(key, data))),
            "sha1" => ExpansionResult.Success(Convert.ToHexStringLower(HMACSHA1.HashData(key, data))),
            _ => ExpansionResult.Failed($"hmac algorithm \"{algorithm}\" is not recognised"),
        };
    }
}
