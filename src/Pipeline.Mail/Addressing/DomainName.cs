using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;
using Pipeline.Mail.Dns;

namespace Pipeline.Mail.Addressing;

/// <summary>The domains of addresses: their syntax, and the two forms of internationalised ones (RFC 5321 section 4.1.2, RFC 5890). Nothing here throws.</summary>
public static class DomainName
{
    /// <summary>Octets of a domain (RFC 5321 section 4.5.3.1.2).</summary>
    public const int MaxLength = 255;

    /// <summary>Whether the text is one or more labels joined by dots.</summary>
    /// <param name="allowNonAscii">Take U-labels in UTF-8 as well.</param>
    public static bool IsValid(ReadOnlySpan<byte> domain, bool allowNonAscii)
    {
        if (!IsValidLength(domain.Length))
        {
            return false;
        }

        return Ascii.IsValid(domain)
            ? HostLabels.AreValid(domain)
            : allowNonAscii && Utf8.IsValid(domain) && TryToAscii(Encoding.UTF8.GetString(domain), out _);
    }

    /// <summary>The form to look up and compare: A-labels, in lower case. False for what is not a domain name.</summary>
    public static bool TryToAscii(string domain, [NotNullWhen(true)] out string? ascii)
    {
        ascii = null;
        if (!IsValidLength(domain.Length) || !DnsName.TryToAscii(domain, out var mapped) || !IsValidLength(mapped.Length)
            || !HostLabels.AreValid(mapped.AsSpan()))
        {
            return false;
        }

        ascii = mapped.AsSpan().ContainsAnyInRange('A', 'Z') ? mapped.ToLowerInvariant() : mapped;
        return true;
    }

    /// <summary>The form to show: U-labels. False for what is not a domain name or holds a broken A-label.</summary>
    public static bool TryToUnicode(string domain, [NotNullWhen(true)] out string? unicode)
    {
        unicode = null;
        return TryToAscii(domain, out var ascii) && DnsName.TryToUnicode(ascii, out unicode);
    }

    /// <summary>Whether two domains, or address literals, are the same.</summary>
    public static bool AreEqual(string left, string right) =>
        string.Equals(left, right, StringComparison.OrdinalIgnoreCase)
        || (!(Ascii.IsValid(left) && Ascii.IsValid(right)) && Key(left) == Key(right));

    /// <summary>What equal domains have in common: the ASCII form, or the text itself in lower case when it is not a domain name.</summary>
    internal static string Key(string domain) => TryToAscii(domain, out var ascii) ? ascii : domain.ToLowerInvariant();

    private static bool IsValidLength(int length) => length is > 0 and <= MaxLength;
}
