using System.Text;
using System.Text.RegularExpressions;
using Pipeline.Mail.Dsn;
using Pipeline.Mail.Message;

namespace Pipeline.Mail.Tests.Dsn;

/// <summary>Checks a notification against RFC 5322, RFC 2046, RFC 6522 and RFC 3464, by other means than those it was made with.</summary>
internal static partial class DsnValidator
{
    private static readonly string[] MessageFields = ["Reporting-MTA", "Original-Envelope-ID", "X-Original-Envelope-ID"];

    private static readonly string[] RecipientFields =
    [
        "Original-Recipient", "Action", "Final-Recipient", "Status", "Remote-MTA", "Diagnostic-Code",
        "X-Remote-MTA-smtp-greeting", "X-Remote-MTA-helo-response", "X-Exim-Diagnostic",
    ];

    private static readonly string[] TopFields =
    [
        "X-Failed-Recipients", "Reply-To", "Auto-Submitted", "From", "To", "References", "Subject", "Content-Type", "MIME-Version",
        "Content-Transfer-Encoding", "Message-Id", "Date",
    ];

    public static void Validate(ComposedMessage composed, Notification notification)
    {
        var header = Encoding.UTF8.GetString(composed.HeaderBlock.Span);
        var top = Fields(header, TopFields, notification.SmtpUtf8);
        foreach (var name in new[] { "Auto-Submitted", "From", "To", "Subject", "Content-Type", "MIME-Version", "Message-Id", "Date" })
        {
            Assert.Single(top, field => field.Name == name);
        }

        var boundary = BoundaryParameter().Match(header).Groups[1].Value;
        Assert.InRange(boundary.Length, 1, 70);
        var parts = ("\r\n" + Encoding.UTF8.GetString(composed.Body.Span)).Split($"\r\n--{boundary}");
        Assert.Equal(5, parts.Length);
        Assert.Equal("", parts[0]);
        Assert.Equal("--\r\n", parts[4]);

        var text = Content(parts[1], notification.SmtpUtf8);
        Assert.All(text.Split("\r\n"), line => Assert.InRange(Encoding.UTF8.GetByteCount(line), 0, 998));
        Assert.DoesNotContain(text.Replace("\r\n", "", StringComparison.Ordinal), char.IsControl);
        ValidateStatus(Content(parts[2], notification.SmtpUtf8), notification);
        if (composed.BodyType == Mail.Addressing.BodyType.SevenBit)
        {
            Assert.True(Ascii.IsValid(composed.Body.Span));
        }
    }

    private static void ValidateStatus(string status, Notification notification)
    {
        Assert.EndsWith("\r\n", status, StringComparison.Ordinal);
        Assert.True(notification.SmtpUtf8 || Ascii.IsValid(status));
        var groups = status[..^2].Split("\r\n\r\n");
        Assert.Equal(1 + notification.Recipients.Length, groups.Length);
        Assert.Single(Fields(groups[0] + "\r\n", MessageFields, notification.SmtpUtf8), field => field.Name == "Reporting-MTA");
        foreach (var group in groups.Skip(1))
        {
            var fields = Fields(group.TrimEnd('\r', '\n') + "\r\n", RecipientFields, notification.SmtpUtf8);
            Assert.Matches("^(failed|delayed|delivered)$", Assert.Single(fields, field => field.Name == "Action").Body);
            Assert.Matches("^[245]\\.[0-9]{1,3}\\.[0-9]{1,3}$", Assert.Single(fields, field => field.Name == "Status").Body);
            Assert.Matches("^(rfc822|utf-8);", Assert.Single(fields, field => field.Name == "Final-Recipient").Body);
            Assert.All(fields.Where(field => field.Name == "Original-Recipient"), field => Assert.Matches("^[!-:<-~]+;[!-~]+$", field.Body));
            Assert.InRange(fields.Count(field => field.Name == "Diagnostic-Code"), 0, 1);
        }
    }

    private static string Content(string part, bool utf8)
    {
        Assert.StartsWith("\r\n", part, StringComparison.Ordinal);
        var end = part.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        Fields(part[2..(end + 2)], ["Content-type", "Content-Transfer-Encoding"], utf8);
        return part[(end + 4)..];
    }

    private static List<(string Name, string Body)> Fields(string block, string[] known, bool utf8)
    {
        Assert.EndsWith("\r\n", block, StringComparison.Ordinal);
        Assert.True(utf8 || Ascii.IsValid(block));
        var fields = new List<(string Name, string Body)>();
        foreach (var line in block[..^2].Split("\r\n"))
        {
            Assert.NotEqual("", line.Trim());
            Assert.DoesNotContain(line, c => char.IsControl(c) && c != '\t');
            Assert.InRange(Encoding.UTF8.GetByteCount(line), 1, 998);
            if (line[0] is ' ' or '\t')
            {
                fields[^1] = (fields[^1].Name, fields[^1].Body + line);
                continue;
            }

            var colon = line.IndexOf(':', StringComparison.Ordinal);
            Assert.Contains(line[..colon], known);
            fields.Add((line[..colon], line[(colon + 1)..].Trim()));
        }

        return fields;
    }

    [GeneratedRegex("boundary=([0-9A-Za-z-]+)")]
    private static partial Regex BoundaryParameter();
}
