using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Pipeline.Connectors.Headers;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Message;
using Pipeline.Policy.Transports;

namespace Pipeline.Connectors.Files;

/// <summary>The octets that one delivery stores in a mailbox: prefix, header, empty line, body, suffix.</summary>
/// <remarks>
/// They are the same at every attempt, except for the date in Delivery-date, so that a repeat can find what an earlier attempt wrote.
/// </remarks>
internal sealed class MailboxRecord
{
    private const int ChunkSize = 128 * 1024;

    private readonly IMessageContent _content;
    private readonly byte[] _suffix;
    private readonly MailboxLineWriter _lines;

    private MailboxRecord(IMessageContent content, ReadOnlyMemory<byte> head, Range date, byte[] suffix, MailboxLineWriter lines)
    {
        _content = content;
        Head = head;
        Date = date;
        _suffix = suffix;
        _lines = lines;
    }

    /// <summary>Everything before the body.</summary>
    public ReadOnlyMemory<byte> Head { get; }

    /// <summary>The octets of <see cref="Head"/> that differ from attempt to attempt; empty when there are none.</summary>
    public Range Date { get; }

    public static MailboxRecord Create(DeliveryJob job, MessageFrame frame, DateTimeOffset now)
    {
        var lines = frame.Bsmtp
            ? new MailboxLineWriter("."u8.ToArray(), ".."u8.ToArray(), frame.UseCrlf)
            : new MailboxLineWriter(Octets(frame.CheckString), Octets(frame.EscapeString), frame.UseCrlf);

        var head = new ArrayBufferWriter<byte>();
        Separator(head, frame.Prefix ?? FromLine(job), frame.UseCrlf);
        if (frame.Bsmtp)
        {
            Separator(head, Envelope(job), frame.UseCrlf);
        }

        var prefix = head.WrittenCount;
        if (!job.Transport.BodyOnly)
        {
            lines.Append(HeaderEdits.Apply(job, now).Span, head);
            lines.Append("\r\n"u8, head);
        }

        var suffix = new ArrayBufferWriter<byte>();
        Separator(suffix, frame.Bsmtp ? ".\n" + frame.Suffix : frame.Suffix, frame.UseCrlf);
        var date = job.Transport is { DeliveryDateAdd: true, BodyOnly: false } ? FindDate(head.WrittenSpan, prefix, now) : default;
        return new MailboxRecord(job.ContentToDeliver, head.WrittenMemory, date, suffix.WrittenSpan.ToArray(), lines);
    }

    /// <summary>The record piece by piece; a piece is good until the next one is asked for.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return Head;

        var lines = _lines;
        var output = new ArrayBufferWriter<byte>(ChunkSize);
        if (_content.TryGetBody(out var whole))
        {
            lines.Append(whole.Span, output);
        }
        else
        {
            var buffer = ArrayPool<byte>.Shared.Rent(ChunkSize);
            try
            {
                await using var body = _content.OpenBody();
                for (int read; (read = await body.ReadAsync(buffer.AsMemory(0, ChunkSize), cancellationToken)) > 0;)
                {
                    lines.Append(buffer.AsSpan(0, read), output);
                    yield return output.WrittenMemory;
                    output.ResetWrittenCount();
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }

        lines.Finish(output);
        output.Write(_suffix);
        yield return output.WrittenMemory;
    }

    // RFC 4155: sender and the time of receipt, in UTC, as ctime writes it. The sender is text from a peer, blanks and all, but one line.
    private static string FromLine(DeliveryJob job)
    {
        var sender = job.ReturnPath.IsNull ? "MAILER-DAEMON" : job.ReturnPath.ToString();
        var received = job.ReceivedAt.ToUniversalTime();
        return string.Create(CultureInfo.InvariantCulture, $"From {LatinOf(sender)} {received:ddd MMM} {received.Day,2} {received:HH:mm:ss yyyy}\n");
    }

    // Batch SMTP: what an SMTP client would say of the envelope. An address is one line here, whatever is in it.
    private static string Envelope(DeliveryJob job)
    {
        var text = new StringBuilder("MAIL FROM:<").Append(LatinOf(job.ReturnPath.ToString())).Append(">\n");
        foreach (var recipient in job.Recipients)
        {
            text.Append("RCPT TO:<").Append(LatinOf(recipient.Address.ToString())).Append(">\n");
        }

        return text.Append("DATA\n").ToString();
    }

    private static string LatinOf(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    private static void Separator(ArrayBufferWriter<byte> output, string text, bool crlf)
    {
        var lines = new MailboxLineWriter(default, default, crlf);
        lines.Append(Octets(text), output);
    }

    // Delivery-date is among the first three fields, all of them made here.
    private static Range FindDate(ReadOnlySpan<byte> head, int prefix, DateTimeOffset now)
    {
        var name = "Delivery-date: "u8;
        var start = prefix + (head[prefix..].StartsWith(name) ? 0 : head[prefix..].IndexOf("\nDelivery-date: "u8) + 1) + name.Length;
        return start..(start + MailDate.Format(now).Length);
    }

    private static byte[] Octets(string octets) => Encoding.Latin1.GetBytes(octets);
}
