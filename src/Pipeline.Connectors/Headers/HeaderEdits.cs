using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Message;

namespace Pipeline.Connectors.Headers;

/// <summary>What a transport does to the header block at delivery: fields put on top, left out, and appended.</summary>
/// <remarks>
/// Order: Return-path, Envelope-to, Delivery-date, then the stored fields without those removed, then the added ones. Removal never touches
/// added fields. The stored block is not changed; when the transport rewrites addresses, what it made of the block takes its place.
/// </remarks>
public static class HeaderEdits
{
    private const int FoldColumn = 76;

    /// <summary>The header block to send or write: wire form, every field ended by CRLF, without the empty line.</summary>
    /// <param name="now">For Delivery-date.</param>
    public static ReadOnlyMemory<byte> Apply(DeliveryJob job, DateTimeOffset now)
    {
        var edits = job.Transport;
        var stored = edits.HeaderBlock ?? job.Content.HeaderBlock;
        if (edits is { ReturnPathAdd: false, EnvelopeToAdd: false, DeliveryDateAdd: false, HeadersAdd.IsEmpty: true, HeadersRemove.IsEmpty: true })
        {
            return stored;
        }

        var output = new ArrayBufferWriter<byte>(stored.Length + 512);
        WriteTraceFields(output, job, now);
        WriteKept(output, stored, edits.HeadersRemove);
        foreach (var item in edits.HeadersAdd)
        {
            AddedFields.Write(output, item);
        }

        return output.WrittenMemory;
    }

    private static void WriteTraceFields(ArrayBufferWriter<byte> output, DeliveryJob job, DateTimeOffset now)
    {
        if (job.Transport.ReturnPathAdd)
        {
            output.Write(Encoding.UTF8.GetBytes($"Return-path: <{job.ReturnPath}>\r\n"));
        }

        if (job.Transport.EnvelopeToAdd)
        {
            output.Write(Encoding.UTF8.GetBytes(EnvelopeTo(job.Recipients)));
        }

        if (job.Transport.DeliveryDateAdd)
        {
            output.Write(Encoding.ASCII.GetBytes($"Delivery-date: {MailDate.Format(now)}\r\n"));
        }
    }

    private static string EnvelopeTo(ImmutableArray<DeliveryRecipient> recipients)
    {
        var text = new StringBuilder("Envelope-to:");
        var column = text.Length;
        for (var i = 0; i < recipients.Length; i++)
        {
            var address = (recipients[i].EnvelopeAddress ?? recipients[i].Address).ToString();
            if (i > 0)
            {
                text.Append(',');
                column++;
            }

            if (i > 0 && column + 1 + address.Length > FoldColumn)
            {
                text.Append("\r\n");
                column = 0;
            }

            text.Append(' ').Append(address);
            column += 1 + address.Length;
        }

        return text.Append("\r\n").ToString();
    }

    private static void WriteKept(ArrayBufferWriter<byte> output, ReadOnlyMemory<byte> stored, ImmutableArray<string> removed)
    {
        if (removed.IsEmpty)
        {
            output.Write(stored.Span);
            return;
        }

        var fields = new HeaderFields(stored);
        while (fields.MoveNext())
        {
            if (!IsRemoved(fields.Current.Name, removed))
            {
                output.Write(fields.CurrentLines.Span);
            }
        }
    }

    private static bool IsRemoved(ReadOnlySpan<byte> name, ImmutableArray<string> removed)
    {
        foreach (var item in removed)
        {
            var pattern = item.AsSpan().Trim();
            if (pattern is [.. var start, '*'])
            {
                if (name.Length >= start.Length && Ascii.EqualsIgnoreCase(name[..start.Length], start))
                {
                    return true;
                }
            }
            else if (!pattern.IsEmpty && Ascii.EqualsIgnoreCase(name, pattern))
            {
                return true;
            }
        }

        return false;
    }
}
