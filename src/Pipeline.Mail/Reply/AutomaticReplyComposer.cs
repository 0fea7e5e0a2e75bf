using System.Buffers;
using System.Text;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Dsn;
using Pipeline.Mail.Message;

namespace Pipeline.Mail.Reply;

/// <summary>Writes automatic replies. They say that they are one (RFC 3834 section 5), so that none is replied to.</summary>
public static class AutomaticReplyComposer
{
    private const int MaxText = 900;

    /// <param name="host">The right side of the identifier.</param>
    /// <param name="original">The header block of the message that is replied to.</param>
    /// <param name="body">Its body, where it is returned; null where it was too long for that.</param>
    public static ComposedMessage Compose(
        AutomaticReply reply, MessageId id, string host, ReadOnlyMemory<byte> original, ReadOnlyMemory<byte>? body, DateTimeOffset date)
    {
        var header = new ArrayBufferWriter<byte>(1024);
        Field(header, "From", reply.From);
        Field(header, "To", reply.To);
        Field(header, "Cc", reply.Cc);
        Field(header, "Reply-To", reply.ReplyTo);
        Field(header, "Subject", reply.Subject);
        if (Conversation.IdentifiersIn(HeaderFields.FindText(original, "Message-Id"u8), utf8: false) is [var identifier, ..])
        {
            Octets(header, $"In-Reply-To: {identifier}\r\n");
        }

        Octets(header, Conversation.ReferencesField(original, utf8: false));
        Octets(header, "Auto-Submitted: auto-replied\r\n");
        AddedFields.Write(header, reply.Headers.Replace('\0', ' '));
        Octets(header, $"Message-Id: <E{id}@{Line(host)}>\r\nDate: {MailDate.Format(date)}\r\n");

        var output = new ArrayBufferWriter<byte>(4096);
        Lines(output, reply.Text);
        if (reply.ReturnsMessage)
        {
            Return(output, original, body);
        }

        var isSevenBit = Ascii.IsValid(header.WrittenSpan) && Ascii.IsValid(output.WrittenSpan);
        return new ComposedMessage(header.WrittenMemory, output.WrittenMemory, isSevenBit ? BodyType.SevenBit : BodyType.EightBitMime);
    }

    private static void Return(ArrayBufferWriter<byte> output, ReadOnlyMemory<byte> original, ReadOnlyMemory<byte>? body)
    {
        Octets(output, body is null
            ? "\r\n------ This is a copy of the headers of the message, whose body is too long. ------\r\n\r\n"
            : "\r\n------ This is a copy of the message, including all the headers. ------\r\n\r\n");
        output.Write(original.Span);
        if (body is { } octets)
        {
            Octets(output, "\r\n");
            output.Write(octets.Span);
        }
    }

    private static void Field(ArrayBufferWriter<byte> output, string name, string text)
    {
        if (Line(text) is { Length: > 0 } line)
        {
            Octets(output, DsnText.Fold(name, line) + "\r\n");
        }
    }

    /// <summary>One line, whatever a peer has put into it.</summary>
    private static string Line(string text)
    {
        var line = text.Length > MaxText * 10 ? text[..(MaxText * 10)] : text;
        return string.Create(line.Length, line, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = char.IsControl(source[i]) && source[i] < 0x80 ? ' ' : source[i];
            }
        }).Trim(' ');
    }

    // Whatever its line ends were, they are CRLF then; the text ends in one.
    private static void Lines(ArrayBufferWriter<byte> output, string text)
    {
        foreach (var line in text.AsSpan().TrimEnd('\n').EnumerateLines())
        {
            Octets(output, line.ToString().Replace('\0', ' ') + "\r\n");
        }
    }

    private static void Octets(ArrayBufferWriter<byte> output, string text) => Encoding.Latin1.GetBytes(text, output);
}
