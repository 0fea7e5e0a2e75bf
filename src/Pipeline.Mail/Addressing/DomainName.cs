using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Pipeline.Mail.Addressing;

/// <summary>Domain names: their syntax, and the two forms of internationalised ones (RFC 5321 section 4.1.2, RFC 5890). Nothing here throws.</summary>
public static class DomainName
{
    /// <summary>Octets of a domain (RFC 5321 section 4.5.3.1.2).</summary>
    public const int MaxLength = 255;

    /// <summary>Octets of a label (RFC 1035 section 2.3.4).</summary>
    public const int MaxLabelLength = 63;

    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = false, AllowUnassigned = false };

    /// <summary>Whether the text is one or more labels joined by dots.</summary>
    /// <remarks>The underscore is taken within labels although host names have none: Windows hosts such as <c>mail_01.example</c> send it.</remarks>
    /// <param name="allowNonAscii">Take U-labels in UTF-8 as well.</param>
    public static bool IsValid(ReadOnlySpan<byte> domain, bool allowNonAscii)
    {
        if (domain.IsEmpty || domain.Length > MaxLength)
        {
            return false;
        }

        return Ascii.IsValid(domain)
            ? HasValidLabels(domain)
            : allowNonAscii && Utf8.IsValid(domain) && TryToAscii(Encoding.UTF8.GetString(domain), out _);
    }

    /// <summary>The form to look up and compare: A-labels, in lower case. False for what is not a domain name.</summary>
    public static bool TryToAscii(string domain, [NotNullWhen(true)] out string? ascii)
    {
        ascii = null;
        if (domain.Length is 0 or > MaxLength)
        {
            return false;
        }

        var mapped = domain;
        if (!Ascii.IsValid(domain))
        {
            try
            {
                mapped = Idn.GetAscii(domain);
            }
            catch (ArgumentException)
            {
                return false;
            }
        }

        Span<byte> octets = stackalloc byte[MaxLength];
        if (mapped.Length > MaxLength || Ascii.FromUtf16(mapped, octets, out var length) != System.Buffers.OperationStatus.Done
            || !HasValidLabels(octets[..length]))
        {
            return false;
        }

        ascii = Lower(mapped);
        return true;
    }

    /// <summary>The form to show: U-labels. False for what is not a domain name or holds a broken A-label.</summary>
    public static bool TryToUnicode(string domain, [NotNullWhen(true)] out string? unicode)
    {
        unicode = null;
        if (!TryToAscii(domain, out var ascii))
        {
            return false;
        }

        try
        {
            unicode = ascii.Contains("xn--", StringComparison.Ordinal) ? Idn.GetUnicode(ascii) : ascii;
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Whether two domains, or address literals, are the same.</summary>
    public static bool AreEqual(string left, string right) =>
        string.Equals(left, right, StringComparison.OrdinalIgnoreCase)
        || (!(Ascii.IsValid(left) && Ascii.IsValid(right)) && Key(left) == Key(right));

    /// <summary>What equal domains have in common: the ASCII form, or the text itself in lower case when it is not a domain name.</summary>
    internal static string Key(string domain) => TryToAscii(domain, out var ascii) ? ascii : domain.ToLowerInvariant();

    private static string Lower(string ascii) => ascii.AsSpan().ContainsAnyInRange('A', 'Z') ? ascii.ToLowerInvariant() : ascii;

    private static bool HasValidLabels(ReadOnlySpan<byte> domain)
    {
        foreach (var range in domain.Split((byte)'.'))
        {
            var label = domain[range];
            if (label.Length is 0 or > MaxLabelLength || label[0] == '-' || label[^1] == '-')
            {
                return false;
            }

            foreach (var octet in label)
            {
                if (!char.IsAsciiLetterOrDigit((char)octet) && octet is not ((byte)'-' or (byte)'_'))
                {
                    return false;
                }
            }
        }

        return true;
    }
}
