using System.Buffers;
using System.Net;
using System.Text;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Dkim;
using Pipeline.Mail.Dmarc.Reports;
using Pipeline.Mail.Message;
using Pipeline.Mail.Mime;

namespace Pipeline.Mail.Tests.Dmarc.Reports;

public sealed class FailureReportComposerTests
{
    private static readonly DateTimeOffset Arrived = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);
    private static readonly EnvelopeAddress To = new("reports", "one.com");
    private static readonly MessageId Id = MessageId.Create("1vMhEx-00000000000-0001");

    [Fact]
    public async Task Report_has_this_form()
    {
        var composed = FailureReportComposer.Compose(await ReportAsync(), Id, To, Arrived.AddMinutes(1));
        Assert.Equal(
            """
            From: DMARC <dmarc@mx.test>
            To: reports@one.com
            Reply-To: postmaster@mx.test
            Subject: DMARC Forensic Report for one.com from IP 192.0.2.1
            Auto-Submitted: auto-replied
            MIME-Version: 1.0
            Content-Type: multipart/report; report-type=feedback-report;
             boundary="1795341660-dmarc-1vMhEx-00000000000-0001"
            Message-Id: <E1vMhEx-00000000000-0001@mx.test>
            Date: Sun, 22 Nov 2026 10:01:00 +0000

            """.ReplaceLineEndings("\r\n"),
            Encoding.ASCII.GetString(composed.HeaderBlock.Span));
        Assert.Equal(
            """
            --1795341660-dmarc-1vMhEx-00000000000-0001
            Content-Type: text/plain; charset=us-ascii

            A message that claims to be from you has failed the authentication requirements
            you specified in your DMARC policy.

              Sender Domain: mail.one.com
              Sender IP Address: 192.0.2.1
              Received Date: Sun, 22 Nov 2026 10:00:00 +0000
              SPF Alignment: no
              DKIM Alignment: no
              DMARC Results: Reject

            --1795341660-dmarc-1vMhEx-00000000000-0001
            Content-Type: message/feedback-report

            Feedback-Type: auth-failure
            User-Agent: MailPipeline
            Version: 1
            Original-Mail-From: <a@mail.one.com>
            Arrival-Date: Sun, 22 Nov 2026 10:00:00 +0000
            Reporting-MTA: dns; mx.test
            Source-IP: 192.0.2.1
            Authentication-Results: mx.test; spf=fail smtp.mailfrom=mail.one.com;
             dmarc=fail header.from=mail.one.com
            Auth-Failure: dmarc
            Delivery-Result: reject
            Identity-Alignment: none
            Reported-Domain: mail.one.com
            Reported-URI: mailto:reports@one.com
            DKIM-Domain: mail.one.com
            DKIM-Identity: @mail.one.com
            DKIM-Selector: s

            --1795341660-dmarc-1vMhEx-00000000000-0001
            Content-Type: text/rfc822-headers

            From: a@mail.one.com
            Subject: x

            --1795341660-dmarc-1vMhEx-00000000000-0001--

            """.ReplaceLineEndings("\r\n"),
            Encoding.ASCII.GetString(composed.Body.Span));
    }

    [Theory]
    [InlineData("X: --1795341660-dmarc-1vMhEx-00000000000-0001\r\n", BodyType.SevenBit)]
    [InlineData("Subject: \u00E9\r\n", BodyType.EightBitMime)]
    [InlineData("", BodyType.SevenBit)]
    public async Task Nothing_of_the_message_can_end_a_part(string header, BodyType type)
    {
        var octets = Encoding.Latin1.GetBytes(header);
        var composed = FailureReportComposer.Compose(await ReportAsync() with { HeaderBlock = octets }, Id, To, Arrived.AddMinutes(1));
        Assert.Equal(type, composed.BodyType);
        Assert.Equal(OperationStatus.Done, HeaderBlock.Parse(composed.HeaderBlock, HeaderLimits.Default, out var block, out _, out _));
        var scanner = new MimeScanner(block);
        scanner.Append(composed.Body.Span);
        scanner.Complete();
        Assert.Equal(["multipart/report", "text/plain", "message/feedback-report", "text/rfc822-headers"], scanner.Parts.Select(static part => part.Header.ContentType));
        Assert.True(composed.Body.Span.IndexOf(octets) >= 0);
    }

    [Fact]
    public async Task Text_of_peers_stays_on_its_line()
    {
        var report = await ReportAsync() with
        {
            From = "a\r\nBcc: victim@x.test",
            MailFrom = new EnvelopeAddress("\"a\r\nX: y\"", "x.test"),
            AuthenticationResults = "mx.test; spf=fail\r\n\r\nX",
            Signatures = [new DkimResult(DkimVerdict.Fail, "d.test\nA: b", "s\nC: d", "i\nE: f", "", 0, "")],
        };
        var composed = FailureReportComposer.Compose(report, Id, To, Arrived);
        var text = Encoding.ASCII.GetString(composed.HeaderBlock.Span) + Encoding.ASCII.GetString(composed.Body.Span);
        Assert.DoesNotMatch("(?m)^(Bcc|X|A|C|E)(:|$)", text);
    }

    private static async Task<FailureReport> ReportAsync()
    {
        var zone = DmarcRun.Zone(("_dmarc.one.com", "v=DMARC1; p=reject; ruf=mailto:reports@one.com"));
        DkimResult[] signatures = [DmarcRun.Signature("two.com"), DmarcRun.Signature("mail.one.com", DkimVerdict.Fail)];
        return new FailureReport
        {
            ReportingMta = "mx.test",
            From = "DMARC <dmarc@mx.test>",
            ReplyTo = "postmaster@mx.test",
            Result = await DmarcRun.JudgeAsync(zone, "a@mail.one.com", dkim: signatures),
            Signatures = signatures,
            Status = "Reject",
            MailFrom = new EnvelopeAddress("a", "mail.one.com"),
            Client = IPAddress.Parse("192.0.2.1"),
            ArrivedAt = Arrived,
            Delivery = ReportedDelivery.Reject,
            AuthenticationResults = "mx.test; spf=fail smtp.mailfrom=mail.one.com; dmarc=fail header.from=mail.one.com",
            HeaderBlock = Encoding.ASCII.GetBytes("From: a@mail.one.com\r\nSubject: x\r\n"),
        };
    }
}
