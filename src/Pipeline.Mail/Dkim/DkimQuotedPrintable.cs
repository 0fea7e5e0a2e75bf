using System.Buffers;

namespace Pipeline.Mail.Dkim;

/// <summary>The dkim-quoted-printable encoding of i= and z= (RFC 6376 section 2.11).</summary>
internal static class DkimQuotedPrintable
{
    public static bool TryDecode(ReadOnlySpan<byte> value, out byte[] octets)
    {
        var output = new ArrayBufferWriter<byte>(Math.Max(1, value.Length));
        for (var i = 0; i < value.Length; i++)
        {
            var octet = value[i];
            if (octet is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            {
                continue;
            }

            if (octet == (byte)'=')
            {
                if (i + 2 >= value.Length || !IsHexDigit(value[i + 1]) || !IsHexDigit(value[i + 2]))
                {
                    octets = [];
                    return false;
                }

                octet = (byte)((HexValue(value[i + 1]) << 4) | HexValue(value[i + 2]));
                i += 2;
            }

            output.Write([octet]);
        }

        octets = output.WrittenSpan.ToArray();
        return true;
    }

    /// <summary>Encodes text for i=: everything that is not plain in a tag value, and the equals sign.</summary>
    public static string Encode(ReadOnlySpan<byte> octets)
    {
        var text = new System.Text.StringBuilder(octets.Length);
        foreach (var octet in octets)
        {
            if (octet is > (byte)' ' and < 0x7f and not ((byte)';' or (byte)'='))
            {
                text.Append((char)octet);
            }
            else
            {
                text.Append('=').Append(octet.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
            }
        }

        return text.ToString();
    }

    // Lower case is not in the grammar; it is read all the same, since the meaning is plain and several signers write it.
    private static bool IsHexDigit(byte octet) => char.IsAsciiHexDigit((char)octet);

    private static int HexValue(byte octet) => octet <= (byte)'9' ? octet - '0' : (octet | 0x20) - 'a' + 10;
}
