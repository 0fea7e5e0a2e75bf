using System.Buffers;
using System.Text;
using Pipeline.Mail.Message;
using Pipeline.Policy.Expansion;

namespace Pipeline.Actors.Receipt;

/// <summary>Makes a header block of our Received field, the fields that ACLs added, and those that were received.</summary>
/// <remarks>
/// Order (Exim's): added at the start; Received; added after Received; trace fields as received; added before the first field that is no trace field; the
/// others as received; added at the end. Several additions at the start or after Received stand in reverse order, as each goes to the front.
/// </remarks>
internal static class HeaderComposer
{
    /// <param name="received">The Received field without its final line end; folds are LF or CRLF. Empty for none.</param>
    public static byte[] Compose(HeaderBlock original, string received, IReadOnlyList<AddedHeader> added)
    {
        var output = new ArrayBufferWriter<byte>(original.Bytes.Length + 1024);
        WriteAll(output, added.Where(header => header.Position == HeaderPosition.AtStart).Reverse());
        Write(output, received);
        WriteAll(output, added.Where(header => header.Position == HeaderPosition.AfterReceived).Reverse());
        var inTrace = true;
        for (var i = 0; i < original.Count; i++)
        {
            var field = original[i];
            if (inTrace && !IsTrace(field))
            {
                inTrace = false;
                WriteAll(output, added.Where(header => header.Position == HeaderPosition.AtStartOfRfcHeaders));
            }

            output.Write(field.Raw.Span);
            output.Write("\r\n"u8);
        }

        if (inTrace)
        {
            WriteAll(output, added.Where(header => header.Position == HeaderPosition.AtStartOfRfcHeaders));
        }

        WriteAll(output, added.Where(header => header.Position == HeaderPosition.AtEnd));
        return output.WrittenSpan.ToArray();
    }

    private static bool IsTrace(HeaderField field) =>
        field.HasName("received"u8) || field.HasName("return-path"u8)
        || (field.Name.Length > 7 && Ascii.EqualsIgnoreCase(field.Name[..7], "resent-"u8));

    private static void WriteAll(ArrayBufferWriter<byte> output, IEnumerable<AddedHeader> headers)
    {
        foreach (var header in headers)
        {
            Write(output, header.Text);
        }
    }

    /// <summary>
    /// Writes a field given as text; its folds become CRLF and its end is CRLF. An empty line cannot get in: it would end the header. Nor can a bare CR,
    /// which some servers take for a line end (RFC 5321 section 2.3.8 forbids it): it becomes a blank.
    /// </summary>
    private static void Write(ArrayBufferWriter<byte> output, string field)
    {
        foreach (var range in field.AsSpan().Split('\n'))
        {
            var line = field.AsSpan(range).TrimEnd('\r');
            if (!line.IsWhiteSpace())
            {
                var octets = output.GetSpan(line.Length)[..line.Length];
                Encoding.Latin1.GetBytes(line, octets);
                octets.Replace((byte)'\r', (byte)' ');
                output.Advance(octets.Length);
                output.Write("\r\n"u8);
            }
        }
    }
}
