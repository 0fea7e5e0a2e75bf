using System.Globalization;
using System.Text;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Smtp;

namespace Pipeline.Mail.Dsn;

/// <summary>The part of a notification that programs read: message/delivery-status (RFC 3464), or its UTF-8 form (RFC 6533).</summary>
internal static class DeliveryStatusPart
{
    // RFC 3461 allows 100 octets of ENVID and 500 of ORCPT; more than a line holds cannot be shown, and cut they would be false.
    private const int MaxXtext = 900;
    private const int MaxSessionLine = 128;
    private const int MaxDiagnostic = 1023;
    private const int SmtpPort = 25;

    public static string Write(Notification notification)
    {
        var text = new StringBuilder();
        var utf8 = notification.SmtpUtf8;
        Field(text, "Reporting-MTA", $"dns; {DsnText.Line(notification.ReportingMta, utf8)}");
        if (notification.EnvelopeId is { } id)
        {
            if (id.Length <= MaxXtext && Xtext.IsValid(id))
            {
                Field(text, "Original-Envelope-ID", id);
            }
            else
            {
                Field(text, "X-Original-Envelope-ID", "error decoding xtext formatted ENVID");
            }
        }

        foreach (var recipient in notification.Recipients)
        {
            text.Append("\r\n");
            WriteRecipient(text, recipient, notification.Kind, utf8);
        }

        return text.ToString();
    }

    private static void WriteRecipient(StringBuilder text, NotifiedRecipient recipient, NotificationKind kind, bool utf8)
    {
        if (recipient.OriginalRecipient is { } original && IsTypedAddress(original))
        {
            Field(text, "Original-Recipient", original);
        }

        Field(text, "Action", kind switch { NotificationKind.Failure => "failed", NotificationKind.Delay => "delayed", _ => "delivered" });
        Field(text, "Final-Recipient", FinalRecipient(recipient.Address, utf8));
        Field(text, "Status", StatusOf(recipient, kind).ToString());
        if (recipient.Host is { Length: > 0 } host)
        {
            Field(text, "Remote-MTA", $"dns; {DsnText.Line(host, utf8)}");
        }

        if (kind == NotificationKind.Failure)
        {
            WriteSession(text, recipient, utf8);
        }

        WriteDiagnostic(text, recipient, kind, utf8);
    }

    // The four items of DSN_INFO.
    private static void WriteSession(StringBuilder text, NotifiedRecipient recipient, bool utf8)
    {
        if (recipient is { Host.Length: > 0, Ip: { } ip })
        {
            var port = recipient.Port is 0 or SmtpPort ? "" : string.Create(CultureInfo.InvariantCulture, $":{recipient.Port}");
            Field(text, "Remote-MTA", $"X-ip; [{ip}]{port}");
        }

        Session(text, "X-Remote-MTA-smtp-greeting", recipient.Greeting, utf8);
        Session(text, "X-Remote-MTA-helo-response", recipient.HeloResponse, utf8);
        var reason = RecipientText.Explain(recipient);
        if (reason.Length > 0)
        {
            var line = DsnText.Line(reason.Replace("\n", "\\n", StringComparison.Ordinal), utf8, MaxDiagnostic);
            text.Append(DsnText.Fold("X-Exim-Diagnostic", $"X-str; {line}")).Append("\r\n");
        }
    }

    private static void Session(StringBuilder text, string name, string? line, bool utf8)
    {
        if (!string.IsNullOrEmpty(line))
        {
            text.Append(DsnText.Fold(name, $"X-str; {DsnText.Line(line, utf8, MaxSessionLine)}")).Append("\r\n");
        }
    }

    private static void WriteDiagnostic(StringBuilder text, NotifiedRecipient recipient, NotificationKind kind, bool utf8)
    {
        if (kind == NotificationKind.Success)
        {
            // What a positive reply says is of no use to a sender; the code is.
            Field(text, "Diagnostic-Code", recipient.Host is { Length: > 0 } && recipient.Relay != RelayKind.LastHop
                ? "smtp; 250 Ok"
                : $"X-Exim; relayed via non {(recipient.Relay == RelayKind.LastHop ? "DSN" : "SMTP")} router");
        }
        else if (recipient is { Host.Length: > 0, Reply: { } reply })
        {
            var first = true;
            foreach (var line in DsnText.Lines(reply))
            {
                text.Append(first ? "Diagnostic-Code: smtp; " : " ").Append(DsnText.Line(line, utf8, 900)).Append("\r\n");
                first = false;
            }
        }
    }

    // What a reply said, or what is known without one, under the class that the kind of notification has.
    private static EnhancedStatusCode StatusOf(NotifiedRecipient recipient, NotificationKind kind)
    {
        var known = kind == NotificationKind.Success ? default : recipient.Reply?.Enhanced ?? recipient.Status ?? default;
        return known with { Class = kind switch { NotificationKind.Failure => 5, NotificationKind.Delay => 4, _ => (byte)2 } };
    }

    private static string FinalRecipient(EnvelopeAddress address, bool utf8)
    {
        var text = address.ToString();
        return Ascii.IsValid(text) || !utf8 ? $"rfc822;{DsnText.Line(text, utf8)}" : $"utf-8;{DsnText.Line(text, utf8)}";
    }

    // addr-type ";" xtext: atoms, and no blank or control character that could be more than a value.
    private static bool IsTypedAddress(string text)
    {
        var semicolon = text.IndexOf(';', StringComparison.Ordinal);
        return semicolon > 0 && text.Length <= MaxXtext && !text.AsSpan().ContainsAnyExceptInRange('!', '~') && Xtext.IsValid(text[(semicolon + 1)..]);
    }

    private static void Field(StringBuilder text, string name, string value) => text.Append(name).Append(": ").Append(value).Append("\r\n");
}
