using System.Buffers;
using System.Text;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Message;
using Pipeline.Mail.Mime;

namespace Pipeline.Mail.Dsn;

/// <summary>Writes delivery status notifications (RFC 3461, RFC 3464, RFC 6522, RFC 6533) in the layout that Exim's users know.</summary>
/// <remarks>
/// Against Exim 4.92: Original-Recipient comes first in every kind, Status is the real one where a reply gave it, References leads back to the
/// message, and X-Exim-Diagnostic has public text only. Who is to be told is decided before, by <see cref="NotifyRules"/>.
/// </remarks>
public static class NotificationComposer
{
    private const int FailedPerField = 50;

    /// <param name="boundary">Letters, digits and hyphens, at most 60; lengthened should the returned message hold it.</param>
    /// <param name="date">For the Date field.</param>
    public static ComposedMessage Compose(Notification notification, string boundary, DateTimeOffset date)
    {
        var words = RecipientText.Write(notification);
        var status = DeliveryStatusPart.Write(notification);
        boundary = MimeBoundary.Unused(boundary, Encoding.UTF8.GetBytes(words + status), notification.HeaderBlock, notification.Body ?? default);
        var returned = notification is { Kind: NotificationKind.Failure, ReturnsMessage: true } ? notification.Body : null;
        var eightBit = notification.SmtpUtf8 || (notification.ReturnsMessage && !Ascii.IsValid(notification.HeaderBlock.Span)) || (returned is { } body && !Ascii.IsValid(body.Span));
        var output = new ArrayBufferWriter<byte>(4096 + notification.HeaderBlock.Length + (returned?.Length ?? 0));

        StartPart(output, boundary, $"text/plain; charset={(notification.SmtpUtf8 ? "utf-8" : "us-ascii")}", notification.SmtpUtf8);
        Text(output, words);
        EndText(output);
        StartPart(output, boundary, notification.SmtpUtf8 ? "message/global-delivery-status" : "message/delivery-status", notification.SmtpUtf8);
        Text(output, status);
        Text(output, "\r\n");
        if (notification.ReturnsMessage)
        {
            WriteReturned(output, boundary, notification, returned, eightBit);
        }

        Text(output, $"\r\n--{boundary}--\r\n");
        return new ComposedMessage(
            Encoding.UTF8.GetBytes(Header(notification, boundary, date, eightBit)),
            output.WrittenMemory,
            eightBit ? BodyType.EightBitMime : BodyType.SevenBit);
    }

    /// <summary>A delay in the words of a warning, minutes below two hours.</summary>
    public static string Interval(TimeSpan delay) => RecipientText.Interval(delay);

    private static void StartPart(ArrayBufferWriter<byte> output, string boundary, string type, bool eightBit)
    {
        Text(output, $"--{boundary}\r\nContent-type: {type}\r\n");
        if (eightBit)
        {
            Text(output, "Content-Transfer-Encoding: 8bit\r\n");
        }

        Text(output, "\r\n");
    }

    // One empty line before the next boundary, whether or not the text ends in one.
    private static void EndText(ArrayBufferWriter<byte> output)
    {
        if (!output.WrittenSpan.EndsWith("\r\n\r\n"u8))
        {
            Text(output, "\r\n");
        }
    }

    private static void WriteReturned(
        ArrayBufferWriter<byte> output, string boundary, Notification notification, ReadOnlyMemory<byte>? body, bool eightBit)
    {
        var type = (body is not null, notification.SmtpUtf8) switch
        {
            (true, true) => "message/global",
            (true, false) => "message/rfc822",
            (false, true) => "message/global-headers",
            (false, false) => "text/rfc822-headers",
        };
        StartPart(output, boundary, type, eightBit);
        Text(output, $"Return-path: <{DsnText.Line(notification.OriginalSender.ToString(), notification.SmtpUtf8)}>\r\n");
        output.Write(notification.HeaderBlock.Span);
        if (notification.BodyWithheld)
        {
            Text(output, "X-Exim-DSN-Information: Due to administrative limits only headers are returned\r\n");
        }

        Text(output, "\r\n");
        if (body is { } octets)
        {
            output.Write(octets.Span);
            if (!octets.Span.EndsWith("\r\n"u8))
            {
                Text(output, "\r\n");
            }
        }
    }

    private static string Header(Notification notification, string boundary, DateTimeOffset date, bool eightBit)
    {
        var utf8 = notification.SmtpUtf8;
        var isSuccess = notification.Kind == NotificationKind.Success;
        var text = new StringBuilder();
        if (notification.Kind == NotificationKind.Failure)
        {
            WriteFailedRecipients(text, notification);
        }

        if (notification.ReplyTo is { Length: > 0 } replyTo)
        {
            text.Append(DsnText.Fold("Reply-To", DsnText.Line(replyTo, utf8))).Append("\r\n");
        }

        var daemon = $"Mail Delivery System <Mailer-Daemon@{DsnText.Line(notification.QualifyDomain, utf8)}>";
        var from = !isSuccess && notification.From is { Length: > 0 } chosen ? DsnText.Line(chosen, utf8) : daemon;
        text.Append("Auto-Submitted: ").Append(isSuccess ? "auto-generated" : "auto-replied").Append("\r\n");
        text.Append(DsnText.Fold("From", from)).Append("\r\n");
        text.Append("To: ").Append(DsnText.Line(notification.To.ToString(), utf8)).Append("\r\n");
        text.Append(Conversation.ReferencesField(notification.HeaderBlock, utf8));
        var subject = notification.Texts?.Header is { } own ? OwnFields(own, utf8) : $"Subject: {Subject(notification)}\r\n";
        text.Append(isSuccess ? subject : "");
        text.Append("Content-Type: multipart/report; report-type=").Append(utf8 ? "global-delivery-status" : "delivery-status");
        text.Append("; boundary=").Append(boundary).Append("\r\nMIME-Version: 1.0\r\n");
        text.Append(eightBit ? "Content-Transfer-Encoding: 8bit\r\n" : "");
        text.Append(isSuccess ? "" : subject);
        text.Append("Message-Id: <E").Append(notification.Id).Append('@').Append(DsnText.Line(notification.ReportingMta, utf8)).Append(">\r\n");
        return text.Append("Date: ").Append(MailDate.Format(date)).Append("\r\n").ToString();
    }

    /// <summary>Lines that are no field and no continuation of one are left out: the header would end there.</summary>
    private static string OwnFields(string text, bool utf8)
    {
        var fields = new StringBuilder();
        foreach (var line in text.ReplaceLineEndings("\n").Split('\n'))
        {
            var isField = line.AsSpan().IndexOf(':') is > 0 and var colon && !line.AsSpan(0, colon).ContainsAnyExceptInRange('!', '~');
            if (isField || (fields.Length > 0 && line.Length > 0 && line[0] is ' ' or '\t' && !string.IsNullOrWhiteSpace(line)))
            {
                fields.Append(line[0] == '\t' ? "\t" : "").Append(DsnText.Line(line[0] == '\t' ? line[1..] : line, utf8)).Append("\r\n");
            }
        }

        return fields.ToString();
    }

    private static string Subject(Notification notification) => notification.Kind switch
    {
        NotificationKind.Success => "Delivery Status Notification",
        NotificationKind.Delay => $"Warning: message {notification.OriginalMessageId} delayed {RecipientText.Interval(notification.DelayedFor)}",
        _ => AddressComparer.Instance.Equals(notification.To, notification.OriginalSender)
            ? "Mail delivery failed: returning message to sender"
            : "Mail delivery failed",
    };

    private static void WriteFailedRecipients(StringBuilder text, Notification notification)
    {
        for (var i = 0; i < notification.Recipients.Length; i++)
        {
            text.Append(i % FailedPerField == 0 ? "X-Failed-Recipients: " : "  ");
            text.Append(DsnText.Line((notification.Recipients[i].GeneratedFrom ?? notification.Recipients[i].Address).ToString(), notification.SmtpUtf8));
            text.Append(i % FailedPerField == FailedPerField - 1 || i == notification.Recipients.Length - 1 ? "\r\n" : ",\r\n");
        }
    }

    private static void Text(ArrayBufferWriter<byte> output, string text) => Encoding.UTF8.GetBytes(text, output);
}
