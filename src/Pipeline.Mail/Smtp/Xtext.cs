using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Pipeline.Mail.Smtp;

/// <summary>The xtext encoding of RFC 3461 section 4: printable ASCII with <c>+XX</c> for everything else.</summary>
public static class Xtext
{
    private static readonly SearchValues<byte> UpperHex = SearchValues.Create("0123456789ABCDEF"u8);

    /// <summary>Decodes xtext to text without control characters; false when it is no xtext, or no such text.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> xtext, out string text)
    {
        text = "";
        byte[] decoded = ArrayPool<byte>.Shared.Rent(xtext.Length);
        try
        {
            if (!TryDecode(xtext, decoded, out int written))
            {
                return false;
            }

            ReadOnlySpan<byte> octets = decoded.AsSpan(0, written);
            if (octets.ContainsAnyInRange((byte)0, (byte)31) || octets.Contains((byte)127) || !Utf8.IsValid(octets))
            {
                return false;
            }

            text = Encoding.UTF8.GetString(octets);
            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(decoded);
        }
    }

    /// <summary>Is this xtext that decodes to text without control characters?</summary>
    public static bool IsValid(ReadOnlySpan<byte> xtext) => TryDecode(xtext, out _);

    private static bool TryDecode(ReadOnlySpan<byte> xtext, Span<byte> decoded, out int written)
    {
        written = 0;
        for (int i = 0; i < xtext.Length; i++)
        {
            byte octet = xtext[i];
            if (octet == '+')
            {
                ReadOnlySpan<byte> hex = xtext[(i + 1)..];
                if (hex.Length < 2 || !UpperHex.Contains(hex[0]) || !UpperHex.Contains(hex[1]))
                {
                    return false;
                }

                octet = (byte)((Digit(hex[0]) << 4) | Digit(hex[1]));
                i += 2;
            }
            else if (octet is < 33 or > 126 or (byte)'=')
            {
                return false;
            }

            decoded[written++] = octet;
        }

        return true;
    }

    private static int Digit(byte hex) => hex <= '9' ? hex - '0' : hex - 'A' + 10;
}
