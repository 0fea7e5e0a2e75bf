using System.Globalization;
using System.Text;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Message;

namespace Pipeline.Mail.Dsn;

/// <summary>The part of a notification that people read, and the words about one recipient.</summary>
internal static class RecipientText
{
    private const int BreakColumn = 45;
    private const int MaxLine = 900;

    private const string UsualEnd = """
        No action is required on your part. Delivery attempts will continue for
        some time, and this warning may be repeated at intervals if the message
        remains undelivered. Eventually the mail delivery software will give up,
        and when that happens, the message will be returned to you.
        """;

    public static string Write(Notification notification)
    {
        var text = new StringBuilder();
        if (notification.Texts?.Beginning is { } beginning)
        {
            WriteOwn(text, beginning, notification.SmtpUtf8);
            text.Append("\r\n");
        }
        else
        {
            text.Append("This message was created automatically by mail delivery software.\r\n");
        }

        switch (notification.Kind)
        {
            case NotificationKind.Success:
                WriteSuccess(text, notification);
                break;
            case NotificationKind.Delay:
                WriteDelay(text, notification);
                break;
            default:
                WriteFailure(text, notification);
                break;
        }

        return text.ToString();
    }

    /// <summary>Reason and reply in one text, lines by LF: the reply is added where the reason does not end in it already.</summary>
    public static string Explain(NotifiedRecipient recipient)
    {
        var reason = recipient.Reason.Replace("\r", "", StringComparison.Ordinal).Trim('\n', ' ');
        if (recipient.Reply is not { } reply)
        {
            return reason;
        }

        var lines = DsnText.Lines(reply).ToArray();
        return reason.Length == 0 ? string.Join('\n', lines)
            : reason.Contains(lines[0], StringComparison.Ordinal) ? reason
            : $"{reason.TrimEnd(':')}: {string.Join('\n', lines)}";
    }

    /// <summary>The interval in words, minutes below two hours.</summary>
    public static string Interval(TimeSpan interval) => interval < TimeSpan.FromHours(2)
        ? string.Create(CultureInfo.InvariantCulture, $"{(int)interval.TotalMinutes} minutes")
        : string.Create(CultureInfo.InvariantCulture, $"{(int)interval.TotalHours} hours");

    private static void WriteSuccess(StringBuilder text, Notification notification)
    {
        text.Append(" ----- The following addresses had successful delivery notifications -----\r\n");
        foreach (var recipient in notification.Recipients)
        {
            var how = recipient.Relay switch
            {
                RelayKind.LastHop => "via non DSN router",
                RelayKind.NonSmtp => "via non \"Remote SMTP\" router",
                _ => "to non-DSN-aware mailer",
            };
            text.Append('<').Append(DsnText.Line(recipient.Address.ToString(), notification.SmtpUtf8)).Append("> (relayed ").Append(how).Append(")\r\n\r\n");
        }
    }

    private static void WriteOwn(StringBuilder text, string own, bool utf8)
    {
        foreach (var line in own.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n'))
        {
            text.Append(DsnText.Line(line, utf8, MaxLine)).Append("\r\n");
        }
    }

    private static void WriteFailure(StringBuilder text, Notification notification)
    {
        if (notification.Texts?.Beginning is null)
        {
            WriteBeginningOfFailure(text, notification);
        }

        foreach (var recipient in notification.Recipients)
        {
            WriteAddress(text, recipient, notification.SmtpUtf8);
            if (recipient.Host is { Length: > 0 } host)
            {
                text.Append("    host ").Append(DsnText.Line(host, notification.SmtpUtf8));
                text.Append(recipient.Ip is { } ip ? $" [{ip}]\r\n" : "\r\n");
            }

            WriteReason(text, "    ", Explain(recipient), notification.SmtpUtf8);
        }

        text.Append("\r\n");
    }

    private static void WriteBeginningOfFailure(StringBuilder text, Notification notification)
    {
        if (notification.ExtraText is { Length: > 0 } extra)
        {
            WriteOwn(text, extra, notification.SmtpUtf8);
        }

        text.Append("\r\n");
        if (AddressComparer.Instance.Equals(notification.To, notification.OriginalSender))
        {
            text.Append("A message that you sent could not be delivered to one or more of its\r\n");
            text.Append("recipients. This is a permanent error. The following address(es) failed:\r\n");
        }
        else
        {
            text.Append("A message sent by\r\n\r\n  <").Append(DsnText.Line(notification.OriginalSender.ToString(), notification.SmtpUtf8)).Append(">\r\n\r\n");
            text.Append("could not be delivered to one or more of its recipients. The following\r\naddress(es) failed:\r\n");
        }

        text.Append("\r\n");
    }

    private static void WriteDelay(StringBuilder text, Notification notification)
    {
        var utf8 = notification.SmtpUtf8;
        if (notification.Texts?.Beginning is null)
        {
            WriteBeginningOfDelay(text, notification, utf8);
        }

        foreach (var recipient in notification.Recipients)
        {
            WriteAddress(text, recipient, utf8);
            if (Explain(recipient) is { Length: > 0 } reason)
            {
                WriteReason(text, "    Delay reason: ", reason, utf8);
            }
        }

        text.Append("\r\n");
        WriteOwn(text, notification.Texts?.End ?? UsualEnd, utf8);
        text.Append("\r\n");
    }

    private static void WriteBeginningOfDelay(StringBuilder text, Notification notification, bool utf8)
    {
        text.Append("A message that you sent has not yet been delivered to one or more of its\r\n");
        text.Append("recipients after more than ").Append(Interval(notification.DelayedFor)).Append(" on the queue on ");
        text.Append(DsnText.Line(notification.ReportingMta, utf8)).Append(".\r\n\r\n");
        text.Append("The message identifier is:     ").Append(notification.OriginalMessageId).Append("\r\n");
        WriteOriginalField(text, "The subject of the message is: ", notification, "Subject"u8);
        WriteOriginalField(text, "The date of the message is:    ", notification, "Date"u8);
        text.Append("\r\n");
        text.Append(notification.Recipients.Length == 1
            ? "The address to which the message has not yet been delivered is:\r\n\r\n"
            : "The addresses to which the message has not yet been delivered are:\r\n\r\n");
    }

    private static void WriteAddress(StringBuilder text, NotifiedRecipient recipient, bool utf8)
    {
        text.Append("  ").Append(DsnText.Line(recipient.Address.ToString(), utf8)).Append("\r\n");
        if (recipient.GeneratedFrom is { } parent)
        {
            text.Append("    (generated from ").Append(DsnText.Line(parent.ToString(), utf8)).Append(")\r\n");
        }
    }

    // Each line is indented; a colon far to the right ends one, so that the reply of the peer begins the next.
    private static void WriteReason(StringBuilder text, string indent, string reason, bool utf8)
    {
        if (reason.Length == 0)
        {
            return;
        }

        foreach (var part in reason.Split('\n'))
        {
            var line = DsnText.Line(part, utf8, MaxLine).TrimEnd();
            text.Append(indent);
            indent = "    ";
            var colon = line.IndexOf(": ", Math.Min(BreakColumn, line.Length), StringComparison.Ordinal);
            if (colon >= 0)
            {
                text.Append(line.AsSpan(0, colon + 1)).Append("\r\n    ").Append(line.AsSpan(colon + 2));
            }
            else
            {
                text.Append(line);
            }

            text.Append("\r\n");
        }
    }

    private static void WriteOriginalField(StringBuilder text, string label, Notification notification, ReadOnlySpan<byte> name)
    {
        var body = HeaderFields.FindText(notification.HeaderBlock, name);
        if (!body.IsEmpty)
        {
            var unfolded = Encoding.UTF8.GetString(body).Replace("\r\n", "", StringComparison.Ordinal);
            text.Append(label).Append(DsnText.Line(unfolded, notification.SmtpUtf8, 500)).Append("\r\n");
        }
    }
}
