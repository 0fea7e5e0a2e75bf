using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Pipeline.Mail.Dns;

namespace Pipeline.Mail.Spf;

/// <summary>The values of the macros of one evaluation (RFC 7208 section 7.2) and their expansion (section 7.3).</summary>
/// <param name="Client">Never an IPv4-mapped address.</param>
/// <param name="LocalPart">postmaster where the sender has none.</param>
/// <param name="SenderDomain">With A-labels.</param>
internal sealed record SpfMacroContext(
    IPAddress Client, string LocalPart, string SenderDomain, string Helo, string Receiver, DateTimeOffset Now)
{
    /// <summary>Expands text.</summary>
    /// <param name="domain">%{d}: the domain whose record is evaluated.</param>
    /// <param name="validatedName">%{p}.</param>
    /// <param name="maxLength">Expansion stops once the text is longer than this.</param>
    public string Expand(SpfMacroString macro, string domain, string validatedName, int maxLength)
    {
        var text = new StringBuilder();
        foreach (var part in macro.Parts)
        {
            if (text.Length > maxLength)
            {
                break;
            }

            text.Append(part.Literal ?? ExpandMacro(part, domain, validatedName));
        }

        return text.ToString();
    }

    /// <summary>Expands a domain-spec; a name that is too long loses labels from its left until it fits.</summary>
    public string ExpandDomain(SpfMacroString macro, string domain, string validatedName)
    {
        // Nothing a mail system meets expands to so much; what does is no name.
        const int MaxExpansion = 64 * 1024;
        var text = Expand(macro, domain, validatedName, MaxExpansion);
        if (text.Length > MaxExpansion)
        {
            return "";
        }

        var name = DnsName.TrimFinalDot(text);
        while (name.Length > DnsName.MaxLength)
        {
            var dot = name.IndexOf('.');
            if (dot < 0)
            {
                break;
            }

            name = name[(dot + 1)..];
        }

        return name.ToString();
    }

    /// <summary>The address as labels: the four numbers of IPv4, the 32 nibbles of IPv6.</summary>
    /// <remarks>Nibbles are upper case as in the published test suite; DNS does not care and the RFC does not say.</remarks>
    public static string DottedAddress(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return address.ToString();
        }

        Span<byte> octets = stackalloc byte[16];
        address.TryWriteBytes(octets, out _);
        var bits = BinaryPrimitives.ReadUInt128BigEndian(octets);
        return string.Create(63, bits, static (text, value) =>
        {
            text.Fill('.');
            for (var i = 31; i >= 0; i--)
            {
                text[i * 2] = "0123456789ABCDEF"[(int)(value & 15)];
                value >>= 4;
            }
        });
    }

    private string ExpandMacro(SpfMacroPart part, string domain, string validatedName)
    {
        var value = part.Letter switch
        {
            's' => $"{LocalPart}@{SenderDomain}",
            'l' => LocalPart,
            'o' => SenderDomain,
            'd' => domain,
            'i' => DottedAddress(Client),
            'p' => validatedName,
            'v' => Client.AddressFamily == AddressFamily.InterNetwork ? "in-addr" : "ip6",
            'h' => Helo,
            'c' => Client.ToString(),
            'r' => Receiver.Length == 0 ? "unknown" : Receiver,
            _ => Now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        };
        if (part.Reverse || part.Take > 0 || part.Delimiters != ".")
        {
            value = Transform(value, part);
        }

        return part.IsEscaped ? UrlEscape(value) : value;
    }

    /// <summary>Splits at the delimiters, reverses, keeps the rightmost labels, and joins with dots, in this order.</summary>
    private static string Transform(string value, SpfMacroPart part)
    {
        var labels = new List<string>();
        var rest = value.AsSpan();
        for (int end; (end = rest.IndexOfAny(part.Delimiters)) >= 0; rest = rest[(end + 1)..])
        {
            labels.Add(rest[..end].ToString());
        }

        labels.Add(rest.ToString());
        if (part.Reverse)
        {
            labels.Reverse();
        }

        return string.Join('.', labels.Skip(part.Take == 0 ? 0 : Math.Max(0, labels.Count - part.Take)));
    }

    /// <summary>All but the unreserved characters of RFC 3986 section 2.3.</summary>
    private static string UrlEscape(string value)
    {
        var text = new StringBuilder(value.Length);
        foreach (var octet in Encoding.UTF8.GetBytes(value))
        {
            if (char.IsAsciiLetterOrDigit((char)octet) || octet is (byte)'-' or (byte)'.' or (byte)'_' or (byte)'~')
            {
                text.Append((char)octet);
            }
            else
            {
                text.Append(CultureInfo.InvariantCulture, $"%{octet:X2}");
            }
        }

        return text.ToString();
    }
}
