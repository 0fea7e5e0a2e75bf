using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Policy.Hints;

/// <summary>Keys of hints. Peers have a hand in what is behind the kind, so that no database takes it as it comes.</summary>
public static class HintKey
{
    /// <summary>Rates of the ACL condition <c>ratelimit</c>.</summary>
    public const string RateLimit = "ratelimit/";

    /// <summary>Texts that a rate with <c>unique=</c> has counted.</summary>
    public const string Unique = "unique/";

    /// <summary>What the ACL condition <c>seen</c> has met.</summary>
    public const string Seen = "seen/";

    private const int LongestText = 300;

    public static string Of(string kind, string text) => text.Length <= LongestText && !text.AsSpan().ContainsAnyInRange('\0', '\x1f') ? kind + text : Digest(kind, text);

    /// <summary>For texts of which only the number matters.</summary>
    public static string Digest(string kind, string text) => $"{kind}sha256/{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";
}
