using System.Globalization;
using Pipeline.Mail.Dkim;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Configuration;

/// <summary>Which signatures count: <c>dkim_verify_hashes</c>, <c>dkim_verify_keytypes</c>, <c>dkim_verify_min_keysizes</c>.</summary>
/// <remarks>They can only narrow what RFC 8301 and RFC 8463 allow: SHA-1 is never accepted, nor is an RSA key of less than 1024 bits. No algorithm has SHA-512.</remarks>
internal static class DkimAcceptance
{
    private const string Hashes = "dkim_verify_hashes";
    private const string KeyTypes = "dkim_verify_keytypes";
    private const string KeySizes = "dkim_verify_min_keysizes";
    private const string Rsa = "rsa";
    private const string Ed25519 = "ed25519";
    private const int Ed25519Bits = 256;

    /// <param name="setting">The value of an option; null when it is not set.</param>
    /// <param name="problem">What is wrong, with the name of its option; empty when nothing is.</param>
    public static DkimLimits Read(Func<string, string?> setting, out (string Option, string Text) problem)
    {
        problem = ("", "");
        var takesSha256 = false;
        foreach (var hash in ListSyntax.Split(setting(Hashes) ?? "sha256"))
        {
            takesSha256 |= hash == "sha256";
            problem = hash is "sha1" or "sha256" or "sha512" ? problem : (Hashes, $"\"{hash}\" is no hash: sha1, sha256 or sha512 is expected");
        }

        string[] types = [.. ListSyntax.Split(setting(KeyTypes) ?? $"{Ed25519}:{Rsa}")];
        problem = Array.Find(types, static type => type is not (Rsa or Ed25519)) is { } unknown ? (KeyTypes, $"\"{unknown}\" is no type of key: rsa or ed25519 is expected") : problem;
        var (rsaBits, ed25519Bits) = (DkimLimits.Default.MinRsaBits, 0);
        foreach (var item in (setting(KeySizes) ?? "").Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = item.IndexOf('=', StringComparison.Ordinal);
            var isNumber = int.TryParse(item.AsSpan(equals + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var bits);
            switch (equals < 0 ? "" : item[..equals])
            {
                case Rsa when isNumber:
                    rsaBits = Math.Max(rsaBits, bits);
                    break;
                case Ed25519 when isNumber:
                    ed25519Bits = bits;
                    break;
                default:
                    problem = (KeySizes, $"\"{item}\" is no size of a key: rsa=BITS or ed25519=BITS is expected");
                    break;
            }
        }

        return DkimLimits.Default with
        {
            MinRsaBits = rsaBits,
            AcceptsRsa = takesSha256 && types.Contains(Rsa),
            AcceptsEd25519 = takesSha256 && types.Contains(Ed25519) && ed25519Bits <= Ed25519Bits,
        };
    }
}
