using System.Buffers;
using System.Globalization;
using System.Text;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Dkim;
using Pipeline.Mail.Dsn;
using Pipeline.Mail.Message;
using Pipeline.Mail.Mime;

namespace Pipeline.Mail.Dmarc.Reports;

/// <summary>Writes failure reports in the Abuse Reporting Format (RFC 5965, RFC 6591, RFC 9991), the first part in the words that Exim's reports have.</summary>
/// <remarks>To whom the message went is not said, and of the message there is its header alone (RFC 9991 section 6).</remarks>
public static class FailureReportComposer
{
    /// <param name="id">Of the report.</param>
    /// <param name="date">Of the report.</param>
    public static ComposedMessage Compose(FailureReport report, MessageId id, EnvelopeAddress to, DateTimeOffset date)
    {
        var (words, fields) = (Words(report), Fields(report, to));
        var boundary = MimeBoundary.Unused($"{date.ToUnixTimeSeconds()}-dmarc-{id}", Encoding.UTF8.GetBytes(words + fields), report.HeaderBlock);
        var eightBit = !Ascii.IsValid(report.HeaderBlock.Span);
        var encoding = eightBit ? "Content-Transfer-Encoding: 8bit\r\n" : "";
        var body = new ArrayBufferWriter<byte>(2048 + report.HeaderBlock.Length);
        Text(body, $"--{boundary}\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n{words}\r\n");
        Text(body, $"--{boundary}\r\nContent-Type: message/feedback-report\r\n\r\n{fields}\r\n");
        Text(body, $"--{boundary}\r\nContent-Type: text/rfc822-headers\r\n{encoding}\r\n");
        body.Write(report.HeaderBlock.Span);
        Text(body, $"\r\n--{boundary}--\r\n");

        var subject = $"DMARC Forensic Report for {report.Result.PolicyDomain} from IP {report.Client}";
        var header = new StringBuilder()
            .Append(DsnText.Fold("From", Line(report.From))).Append("\r\n")
            .Append("To: ").Append(Line(to.ToString())).Append("\r\n")
            .Append(report.ReplyTo is { } replyTo ? DsnText.Fold("Reply-To", Line(replyTo)) + "\r\n" : "")
            .Append(DsnText.Fold("Subject", Line(subject))).Append("\r\n")
            .Append("Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n")
            .Append("Content-Type: multipart/report; report-type=feedback-report;\r\n boundary=\"").Append(boundary).Append("\"\r\n").Append(encoding)
            .Append("Message-Id: <E").Append(id).Append('@').Append(Line(report.ReportingMta)).Append(">\r\n")
            .Append("Date: ").Append(MailDate.Format(date)).Append("\r\n");
        return new ComposedMessage(Encoding.ASCII.GetBytes(header.ToString()), body.WrittenMemory, eightBit ? BodyType.EightBitMime : BodyType.SevenBit);
    }

    private static string Words(FailureReport report) => new StringBuilder()
        .Append("A message that claims to be from you has failed the authentication requirements\r\n")
        .Append("you specified in your DMARC policy.\r\n\r\n")
        .Append(CultureInfo.InvariantCulture, $"  Sender Domain: {Line(report.Result.AuthorDomain)}\r\n")
        .Append(CultureInfo.InvariantCulture, $"  Sender IP Address: {report.Client}\r\n")
        .Append(CultureInfo.InvariantCulture, $"  Received Date: {MailDate.Format(report.ArrivedAt)}\r\n")
        .Append(CultureInfo.InvariantCulture, $"  SPF Alignment: {(report.Result.IsSpfAligned ? "yes" : "no")}\r\n")
        .Append(CultureInfo.InvariantCulture, $"  DKIM Alignment: {(report.Result.IsDkimAligned ? "yes" : "no")}\r\n")
        .Append(CultureInfo.InvariantCulture, $"  DMARC Results: {Line(report.Status)}\r\n")
        .ToString();

    private static string Fields(FailureReport report, EnvelopeAddress to)
    {
        var fields = new StringBuilder();
        Add("Feedback-Type", "auth-failure");
        Add("User-Agent", "MailPipeline");
        Add("Version", "1");
        Add("Original-Mail-From", $"<{report.MailFrom}>");
        Add("Arrival-Date", MailDate.Format(report.ArrivedAt));
        Add("Reporting-MTA", $"dns; {report.ReportingMta}");
        Add("Source-IP", report.Client.ToString());
        if (report.AuthenticationResults.Length > 0)
        {
            Add("Authentication-Results", report.AuthenticationResults);
        }

        Add("Auth-Failure", "dmarc");
        Add("Delivery-Result", report.Delivery.ToString().ToLowerInvariant());
        Add("Identity-Alignment", Alignment(report.Result));
        Add("Reported-Domain", report.Result.AuthorDomain);
        Add("Reported-URI", $"mailto:{to}");
        if (report.Signatures.FirstOrDefault(static signature => signature is { Verdict: not DkimVerdict.Pass, Domain.Length: > 0 }) is { } signature)
        {
            Add("DKIM-Domain", signature.Domain);
            Add("DKIM-Identity", signature.Identity ?? $"@{signature.Domain}");
            Add("DKIM-Selector", signature.Selector);
        }

        return fields.ToString();

        void Add(string name, string value) => fields.Append(DsnText.Fold(name, Line(value))).Append("\r\n");
    }

    private static string Alignment(DmarcResult result) => (result.IsDkimAligned, result.IsSpfAligned) switch
    {
        (true, true) => "dkim, spf",
        (true, false) => "dkim",
        (false, true) => "spf",
        _ => "none",
    };

    private static string Line(string text) => DsnText.Line(text, utf8: false);

    private static void Text(ArrayBufferWriter<byte> output, string text) => Encoding.UTF8.GetBytes(text, output);
}
