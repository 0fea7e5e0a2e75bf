using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;

namespace Pipeline.Mail.Dsn;

/// <summary>xtext (RFC 3461 section 4): printable ASCII in which <c>+</c> and two hexadecimal digits stand for any octet.</summary>
public static class Xtext
{
    private static readonly SearchValues<byte> Plain = SearchValues.Create(
        [.. Enumerable.Range(33, 126 - 33 + 1).Where(octet => octet is not ('+' or '=')).Select(octet => (byte)octet)]);

    /// <summary>Encodes octets; digits are upper case, as the grammar has them.</summary>
    public static string Encode(ReadOnlySpan<byte> octets)
    {
        var text = new StringBuilder(octets.Length);
        foreach (var octet in octets)
        {
            if (Plain.Contains(octet))
            {
                text.Append((char)octet);
            }
            else
            {
                text.Append('+').Append(octet.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
            }
        }

        return text.ToString();
    }

    /// <summary>Encodes a text as UTF-8.</summary>
    public static string Encode(string text) => Encode(Encoding.UTF8.GetBytes(text));

    /// <summary>Whether a text from a peer is xtext; the empty text is not, as in Exim.</summary>
    public static bool IsValid(string xtext) => TryDecode(xtext, out _);

    /// <summary>Decodes; digits may have either case. False for the empty text and for what is not xtext.</summary>
    public static bool TryDecode(string xtext, [NotNullWhen(true)] out byte[]? octets)
    {
        octets = null;
        var buffer = new byte[xtext.Length];
        var length = 0;
        for (var i = 0; i < xtext.Length; i++)
        {
            var c = xtext[i];
            if (c == '+')
            {
                if (i + 2 >= xtext.Length || !char.IsAsciiHexDigit(xtext[i + 1]) || !char.IsAsciiHexDigit(xtext[i + 2]))
                {
                    return false;
                }

                buffer[length++] = byte.Parse(xtext.AsSpan(i + 1, 2), System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture);
                i += 2;
            }
            else if (c is > ' ' and < (char)127 and not '=')
            {
                buffer[length++] = (byte)c;
            }
            else
            {
                return false;
            }
        }

        octets = buffer[..length];
        return length > 0;
    }

    /// <summary>Decodes to text. False as well when the octets are not UTF-8 or hold control characters, which nobody may print.</summary>
    public static bool TryDecodeText(string xtext, [NotNullWhen(true)] out string? text)
    {
        text = null;
        if (!TryDecode(xtext, out var octets) || !Utf8.IsValid(octets))
        {
            return false;
        }

        var decoded = Encoding.UTF8.GetString(octets);
        foreach (var c in decoded)
        {
            if (char.IsControl(c))
            {
                return false;
            }
        }

        text = decoded;
        return true;
    }
}
