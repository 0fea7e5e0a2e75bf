using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Mail.Srs;

/// <summary>The Sender Rewriting Scheme as libsrs_alt and Mail::SRS write it: SRS0 and SRS1, with a hash of HMAC-SHA1 in Base64 and a day stamp in base 32.</summary>
/// <remarks>
/// Addresses are octets, one char each, without angle brackets. Case is kept, and does not count for the hash, since hosts on the way change it. A stamp of the
/// future is refused, as by Mail::SRS. Exim's later <c>${srs_encode}</c> writes another form, which neither reads.
/// </remarks>
[SuppressMessage("Security", "CA5350", Justification = "The format has SHA-1 in it.")]
public sealed class SenderRewritingScheme(SrsOptions options)
{
    private const string First = "SRS0";
    private const string Further = "SRS1";
    private const string Separators = "=+-";
    private const char Separator = '=';
    private const string StampDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private const int StampDays = 1024;
    private const int MaxAddress = 256;
    private const int KeyLength = 16;

    /// <summary>Base64 characters of a hash without the padding.</summary>
    private const int WholeHash = 27;

    /// <summary>The key under which an address is put by.</summary>
    public string KeyOf(string address) => Hmac(options.Secrets[0], address)[..KeyLength];

    /// <param name="sender">An address with a domain.</param>
    /// <param name="alias">The domain that answers for it from here on.</param>
    /// <returns>Null when it cannot be rewritten.</returns>
    public string? Forward(string sender, string alias, DateTimeOffset now) =>
        Split(sender) is (var local, var domain) && IsDomain(alias)
            ? $"{ForwardLocalPart(local, domain, now)}@{alias}"
            : null;

    /// <summary>The same with a key for what has been put by, where the sender is not yet an address of the scheme.</summary>
    public string? Forward(string sender, string key, string alias, DateTimeOffset now) =>
        Split(sender) is not (var local, _) || !IsDomain(alias) ? null
        : IsRewritten(local) ? Forward(sender, alias, now)
        : $"{First}{Separator}{Prefix(key, now)}{key}@{alias}";

    /// <summary>Whether the address has the form of the scheme, so that it is rewritten and nothing is put by.</summary>
    public static bool IsRewritten(string address) => HasTag(address, First) || HasTag(address, Further);

    /// <param name="stores">Whether addresses of the first hop hold keys.</param>
    public SrsReversal Reverse(string address, bool stores, DateTimeOffset now)
    {
        if (Split(address) is not (var local, _))
        {
            return new SrsReversal.Foreign();
        }

        return HasTag(local, First) ? ReverseFirst(local[(First.Length + 1)..], stores, now)
            : HasTag(local, Further) ? ReverseFurther(local[(Further.Length + 1)..])
            : new SrsReversal.Foreign();
    }

    private string ForwardLocalPart(string local, string domain, DateTimeOffset now)
    {
        if (HasTag(local, First))
        {
            return Again(domain, local[First.Length..]);
        }

        if (HasTag(local, Further) && local[(Further.Length + 1)..].Split(Separator, 3) is [_, { Length: > 0 } host, { Length: > 0 } rest])
        {
            return Again(host, rest);
        }

        var content = $"{domain}{Separator}{local}";
        return $"{First}{Separator}{Prefix(domain + local, now)}{content}";

        // The separator of the first address stays with what is behind it, so that two stand side by side.
        string Again(string host, string rest) => $"{Further}{Separator}{Hash(host + rest)}{Separator}{host}{Separator}{rest}";
    }

    private string Prefix(string signed, DateTimeOffset now)
    {
        var stamp = options.UsesTimestamp ? StampOf(now) : "";
        return (options.UsesHash ? $"{Hash(stamp + signed)}{Separator}" : "") + (options.UsesTimestamp ? $"{stamp}{Separator}" : "");
    }

    private SrsReversal ReverseFirst(string rest, bool stores, DateTimeOffset now)
    {
        var hash = "";
        var stamp = "";
        if ((options.UsesHash && !TryTake(ref rest, out hash)) || (options.UsesTimestamp && !TryTake(ref rest, out stamp)) || rest.Length == 0)
        {
            return new SrsReversal.Foreign();
        }

        var domain = "";
        if (!stores && (!TryTake(ref rest, out domain) || domain.Length == 0 || rest.Length == 0))
        {
            return new SrsReversal.Foreign();
        }

        if (options.UsesHash && !IsHash(hash, stamp + domain + rest))
        {
            return new SrsReversal.Invalid("the hash is wrong");
        }

        return options.UsesTimestamp && !IsAlive(stamp, now) ? new SrsReversal.Invalid("it has expired")
            : stores ? new SrsReversal.Stored(rest)
            : new SrsReversal.Reversed($"{rest}@{domain}");
    }

    private SrsReversal ReverseFurther(string rest)
    {
        if (!TryTake(ref rest, out var hash) || !TryTake(ref rest, out var host) || host.Length == 0 || rest.Length < 2 || !Separators.Contains(rest[0], StringComparison.Ordinal))
        {
            return new SrsReversal.Foreign();
        }

        return IsHash(hash, host + rest) ? new SrsReversal.Reversed($"{First}{rest}@{host}") : new SrsReversal.Invalid("the hash is wrong");
    }

    private static bool TryTake(ref string rest, out string item)
    {
        var end = rest.IndexOf(Separator, StringComparison.Ordinal);
        item = end < 0 ? "" : rest[..end];
        rest = rest[(end + 1)..];
        return end >= 0;
    }

    private static bool HasTag(string local, string tag) =>
        local.Length > tag.Length && local.StartsWith(tag, StringComparison.OrdinalIgnoreCase) && Separators.Contains(local[tag.Length], StringComparison.Ordinal);

    private string Hash(string content) => Hmac(options.Secrets[0], Lower(content))[..options.HashLength];

    private bool IsHash(string hash, string content)
    {
        if (hash.Length < options.HashMinimum || hash.Length > WholeHash || hash.Length == 0)
        {
            return false;
        }

        var supplied = Encoding.Latin1.GetBytes(Lower(hash));
        var isOurs = false;
        foreach (var secret in options.Secrets)
        {
            isOurs |= CryptographicOperations.FixedTimeEquals(supplied, Encoding.Latin1.GetBytes(Lower(Hmac(secret, Lower(content))[..hash.Length])));
        }

        return isOurs;
    }

    private static string Hmac(string secret, string content) => Convert.ToBase64String(
        HMACSHA1.HashData(Encoding.Latin1.GetBytes(secret[..Math.Min(secret.Length, SrsOptions.MaxSecret)]), Encoding.Latin1.GetBytes(content)));

    private static int DayOf(DateTimeOffset now) => (int)(now.ToUnixTimeSeconds() / 86400 % StampDays);

    private static string StampOf(DateTimeOffset now) => string.Create(CultureInfo.InvariantCulture, $"{StampDigits[DayOf(now) >> 5]}{StampDigits[DayOf(now) & 31]}");

    private bool IsAlive(string stamp, DateTimeOffset now)
    {
        if (stamp.Length != 2)
        {
            return false;
        }

        var high = StampDigits.IndexOf(char.ToUpperInvariant(stamp[0]), StringComparison.Ordinal);
        var low = StampDigits.IndexOf(char.ToUpperInvariant(stamp[1]), StringComparison.Ordinal);
        return high >= 0 && low >= 0 && (DayOf(now) - ((high << 5) | low) + StampDays) % StampDays <= options.MaximumAge;
    }

    /// <summary>At the first @ that no backslash stands before.</summary>
    private static (string Local, string Domain)? Split(string address)
    {
        if (address.Length > MaxAddress)
        {
            return null;
        }

        for (var i = 0; i < address.Length; i++)
        {
            if (address[i] == '\\')
            {
                i++;
            }
            else if (address[i] == '@')
            {
                return i > 0 && IsDomain(address[(i + 1)..]) ? (address[..i], address[(i + 1)..]) : null;
            }
        }

        return null;
    }

    private static bool IsDomain(string text) => text.Length > 0 && !text.Contains('@', StringComparison.Ordinal);

    /// <summary>ASCII letters alone.</summary>
    private static string Lower(string text) => string.Create(text.Length, text, static (span, source) =>
    {
        for (var i = 0; i < span.Length; i++)
        {
            span[i] = char.IsAsciiLetterUpper(source[i]) ? (char)(source[i] | 0x20) : source[i];
        }
    });
}
