using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Pipeline.Mail.Addressing;

/// <summary>Address literals in place of a domain: <c>[192.0.2.1]</c>, <c>[IPv6:2001:db8::1]</c> (RFC 5321 section 4.1.3).</summary>
/// <remarks>Other tags are refused: none is registered, and nothing could be delivered there.</remarks>
public static class AddressLiteral
{
    private const int LongestIPv6 = 45;

    private static readonly SearchValues<byte> IPv6Octets = SearchValues.Create(".0123456789:ABCDEFabcdef"u8);

    /// <summary>Reads a literal with its brackets.</summary>
    public static bool TryParse(ReadOnlySpan<byte> literal, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        if (literal.Length < 2 || literal[0] != '[' || literal[^1] != ']')
        {
            return false;
        }

        var inner = literal[1..^1];
        return inner.Length > 5 && Ascii.EqualsIgnoreCase(inner[..5], "IPv6:"u8)
            ? TryParseIPv6(inner[5..], out address)
            : TryParseIPv4(inner, out address);
    }

    /// <summary>Reads the domain of an address as a literal.</summary>
    public static bool TryParse(string domain, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        return domain.StartsWith('[') && Ascii.IsValid(domain) && TryParse(Encoding.ASCII.GetBytes(domain), out address);
    }

    // Not IPAddress.Parse: that takes octal, hexadecimal and fewer than four numbers.
    private static bool TryParseIPv4(ReadOnlySpan<byte> text, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        Span<byte> octets = stackalloc byte[4];
        for (var i = 0; i < 4; i++)
        {
            var value = 0;
            var digits = 0;
            while (digits < 3 && digits < text.Length && char.IsAsciiDigit((char)text[digits]))
            {
                value = (value * 10) + (text[digits++] - '0');
            }

            if (digits == 0 || value > byte.MaxValue)
            {
                return false;
            }

            octets[i] = (byte)value;
            text = text[digits..];
            if (i < 3)
            {
                if (text.IsEmpty || text[0] != '.')
                {
                    return false;
                }

                text = text[1..];
            }
        }

        address = text.IsEmpty ? new IPAddress(octets) : null;
        return address is not null;
    }

    // Scope identifiers and brackets, which IPAddress takes, are outside the set.
    private static bool TryParseIPv6(ReadOnlySpan<byte> text, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        if (text.Length > LongestIPv6 || text.ContainsAnyExcept(IPv6Octets))
        {
            return false;
        }

        Span<char> chars = stackalloc char[LongestIPv6];
        var length = Encoding.ASCII.GetChars(text, chars);
        return IPAddress.TryParse(chars[..length], out address) && address.AddressFamily == AddressFamily.InterNetworkV6;
    }
}
