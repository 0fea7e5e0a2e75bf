using System.Globalization;
using System.Text;

namespace Pipeline.Mail.Dns;

/// <summary>Names as DNS is asked for them (RFC 1035 section 2.3.4, RFC 5890); <see cref="Addressing.DomainName"/> is the domain of an address.</summary>
public static class DnsName
{
    /// <summary>Characters of a name without its final dot.</summary>
    public const int MaxLength = 253;

    public const int MaxLabelLength = 63;

    // Without the "STD3" rule, since _domainkey and _dmarc are names we ask for.
    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = false, AllowUnassigned = false };

    /// <summary>Whether a query can be made for this name: ASCII without controls, no empty label, no label or name too long. One final dot is allowed.</summary>
    public static bool IsQueryable(ReadOnlySpan<char> name)
    {
        name = TrimFinalDot(name);
        if (name.Length is 0 or > MaxLength)
        {
            return false;
        }

        var labelLength = 0;
        foreach (var c in name)
        {
            if (c == '.')
            {
                if (labelLength == 0)
                {
                    return false;
                }

                labelLength = 0;
            }
            else if (c is < ' ' or > '~' || ++labelLength > MaxLabelLength)
            {
                return false;
            }
        }

        return labelLength > 0;
    }

    /// <summary>The A-label form of a name: U-labels are converted (UTS 46, non-transitional), ASCII is returned as it is.</summary>
    /// <returns>False when a label cannot be converted.</returns>
    public static bool TryToAscii(string name, out string ascii)
    {
        ascii = name;
        if (Ascii.IsValid(name))
        {
            return true;
        }

        // An A-label is longer than its U-label, so a longer name cannot fit; the conversion is not linear in its length.
        if (name.Length > MaxLength)
        {
            return false;
        }

        try
        {
            ascii = Idn.GetAscii(name);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Letters, digits, hyphen and underscore in labels that neither begin nor end with a hyphen; no final dot.</summary>
    public static bool IsHostLike(ReadOnlySpan<char> name) => name.Length is > 0 and <= MaxLength && HostLabels.AreValid(name);

    /// <summary>The U-label form of a name in A-labels; a name without any is returned as it is.</summary>
    /// <returns>False when an A-label is broken.</returns>
    public static bool TryToUnicode(string ascii, out string unicode)
    {
        unicode = ascii;
        if (!ascii.Contains("xn--", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        try
        {
            unicode = Idn.GetUnicode(ascii);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Whether <paramref name="name"/> equals <paramref name="domain"/> or lies below it; whole labels, ASCII case folded.</summary>
    public static bool IsAtOrBelow(ReadOnlySpan<char> name, ReadOnlySpan<char> domain)
    {
        if (name.Length == domain.Length)
        {
            return Ascii.EqualsIgnoreCase(name, domain);
        }

        return name.Length > domain.Length && name[^(domain.Length + 1)] == '.' && Ascii.EqualsIgnoreCase(name[^domain.Length..], domain);
    }

    public static ReadOnlySpan<char> TrimFinalDot(ReadOnlySpan<char> name) => name is [.. var rest, '.'] ? rest : name;
}
