using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Pipeline.Policy.Expansion.Conditions;

/// <summary><c>crypteq{plain}{encrypted}</c>: is this the password? The prefix <c>{md5}</c>, <c>{sha1}</c> or <c>{crypt}</c> names the mechanism, crypt(3) without one.</summary>
[SuppressMessage("Security", "CA5350", Justification = "The stored form has it.")]
[SuppressMessage("Security", "CA5351", Justification = "The stored form has it.")]
internal static class PasswordCondition
{
    // crypt(3) has one result buffer for the process.
    private static readonly Lock CryptTurn = new();

    public static ConditionDefinition[] Definitions { get; } = [ConditionDefinition.Of("crypteq", 2, Test)];

    private static ConditionResult Test(ExpansionContext context, ExpandedArguments arguments)
    {
        var (plain, encrypted) = (OctetString.ToBytes(arguments[0]), arguments[1]);
        if (TryCut(ref encrypted, "{md5}"))
        {
            return ConditionResult.Of(MatchesDigest(MD5.HashData(plain), encrypted));
        }

        if (TryCut(ref encrypted, "{sha1}"))
        {
            return ConditionResult.Of(MatchesDigest(SHA1.HashData(plain), encrypted));
        }

        if (!TryCut(ref encrypted, "{crypt}") && encrypted.StartsWith('{'))
        {
            return ConditionResult.Failed($"unknown encryption mechanism in \"{encrypted}\"");
        }

        if (encrypted.Length < 2)
        {
            return ConditionResult.False;
        }

        return TryCrypt(plain, encrypted, out var result)
            ? ConditionResult.Of(CryptographicOperations.FixedTimeEquals(OctetString.ToBytes(result), OctetString.ToBytes(encrypted)))
            : ConditionResult.Failed("crypt error: this system has no crypt(3)");
    }

    private static bool TryCut(ref string text, string prefix)
    {
        if (!text.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        text = text[prefix.Length..];
        return true;
    }

    /// <summary>The digest may be written in base 64 or in hexadecimal.</summary>
    private static bool MatchesDigest(byte[] digest, string written)
    {
        if (written.Length == digest.Length * 2)
        {
            return written.Equals(Convert.ToHexString(digest), StringComparison.OrdinalIgnoreCase);
        }

        return written == Convert.ToBase64String(digest);
    }

    private static bool TryCrypt(byte[] plain, string salt, out string result)
    {
        result = "";
        try
        {
            lock (CryptTurn)
            {
                var text = Crypt([.. plain, 0], [.. OctetString.ToBytes(salt), 0]);
                result = text == 0 ? "*" : Marshal.PtrToStringAnsi(text) ?? "*";
                return true;
            }
        }
        catch (Exception problem) when (problem is DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
    }

    [SuppressMessage("Interoperability", "SYSLIB1054", Justification = "The generated marshalling would need unsafe code; these types are blittable.")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [DllImport("libcrypt.so.1", EntryPoint = "crypt")]
    private static extern nint Crypt(byte[] key, byte[] salt);
}
