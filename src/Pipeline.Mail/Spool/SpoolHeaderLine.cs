using System.Buffers;
using System.Text;

namespace Pipeline.Mail.Spool;

/// <summary>A header field of a spool header file.</summary>
/// <param name="Flag">B Bcc, C Cc, F From, I Message-Id, P Received, R Reply-To, S Sender, T To, * replaced or removed, blank for all others.</param>
/// <param name="Text">The field with its folds, LF line ends, the last one included.</param>
public readonly record struct SpoolHeaderLine(char Flag, ReadOnlyMemory<byte> Text)
{
    /// <summary>Turns a stored field (CRLF line ends) into one of the spool.</summary>
    /// <remarks>
    /// A field may hold a lone LF, which the spool could only tell from a line end by a blank behind it; so it gets one, and a lone CR or NUL
    /// becomes a blank or a question mark. No field can so be turned into two.
    /// </remarks>
    public static SpoolHeaderLine FromWire(ReadOnlySpan<byte> field)
    {
        var buffer = new ArrayBufferWriter<byte>(field.Length + 1);
        for (var i = 0; i < field.Length; i++)
        {
            var octet = field[i];
            if (octet == '\r' && i + 1 < field.Length && field[i + 1] == '\n')
            {
                buffer.Write("\n"u8);
                i++;
            }
            else if (octet == '\n' && (i + 1 == field.Length || field[i + 1] is not ((byte)' ' or (byte)'\t')))
            {
                buffer.Write("\n "u8);
            }
            else
            {
                buffer.Write([octet == '\r' ? (byte)' ' : octet == 0 ? (byte)'?' : octet]);
            }
        }

        if (buffer.WrittenCount == 0 || buffer.WrittenSpan[^1] != '\n')
        {
            buffer.Write("\n"u8);
        }

        var text = buffer.WrittenMemory;
        return new SpoolHeaderLine(FlagOf(text.Span), text);
    }

    /// <summary>The letter that marks a field by its name.</summary>
    public static char FlagOf(ReadOnlySpan<byte> field)
    {
        var colon = field.IndexOf((byte)':');
        var name = field[..Math.Max(0, colon)].TrimEnd(" \t"u8);
        if (Ascii.EqualsIgnoreCase(name, "Received"u8))
        {
            return 'P';
        }

        if (name.Length > 7 && Ascii.EqualsIgnoreCase(name[..7], "Resent-"u8))
        {
            name = name[7..];
        }

        return Ascii.EqualsIgnoreCase(name, "From"u8) ? 'F'
            : Ascii.EqualsIgnoreCase(name, "To"u8) ? 'T'
            : Ascii.EqualsIgnoreCase(name, "Cc"u8) ? 'C'
            : Ascii.EqualsIgnoreCase(name, "Bcc"u8) ? 'B'
            : Ascii.EqualsIgnoreCase(name, "Sender"u8) ? 'S'
            : Ascii.EqualsIgnoreCase(name, "Reply-To"u8) ? 'R'
            : Ascii.EqualsIgnoreCase(name, "Message-Id"u8) ? 'I'
            : ' ';
    }
}
