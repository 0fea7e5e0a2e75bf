using System.Buffers;
using System.Text;

namespace Pipeline.Mail.Message;

/// <summary>Header fields that policy has made, as they are written to a message.</summary>
/// <remarks>
/// The text comes out of an expansion and may hold what a sender chose: whatever is in it, it can neither end the header block nor
/// leave a line that is no field. Empty lines vanish, and a line that does not begin a field becomes a fold of the one before.
/// </remarks>
public static class AddedFields
{
    /// <param name="item">Complete fields, one char per octet, line ends LF or CRLF.</param>
    public static void Write(IBufferWriter<byte> output, string item)
    {
        var rest = Encoding.Latin1.GetBytes(item).AsSpan();
        var first = true;
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOfAny((byte)'\r', (byte)'\n');
            var line = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            if (line.Trim(" \t\0"u8).IsEmpty)
            {
                continue;
            }

            var begins = BeginsField(line);
            if (first && !begins)
            {
                // Nothing to be a fold of: the item is not a header field at all.
                return;
            }

            if (!begins && line[0] is not ((byte)' ' or (byte)'\t'))
            {
                output.Write(" "u8);
            }

            output.Write(line);
            output.Write("\r\n"u8);
            first = false;
        }
    }

    private static bool BeginsField(ReadOnlySpan<byte> line)
    {
        var colon = line.IndexOf((byte)':');
        return colon > 0 && line[0] is not ((byte)' ' or (byte)'\t') && !line[..colon].TrimEnd(" \t"u8).ContainsAnyExcept(HeaderField.NameOctets);
    }
}
