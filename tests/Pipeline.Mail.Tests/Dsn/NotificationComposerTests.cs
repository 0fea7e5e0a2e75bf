using System.Net;
using System.Text;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Dsn;
using Pipeline.Mail.Message;
using Pipeline.Mail.Smtp;

namespace Pipeline.Mail.Tests.Dsn;

public sealed class NotificationComposerTests
{
    private const string Boundary = "1795327240-eximdsn-134157098";
    private const string Header = "Received: from [127.0.0.1] (helo=client.example)\r\n\tby mx.test.example\r\nSubject: t\r\nMessage-Id: <m1@sender.example>\r\n";

    private static readonly DateTimeOffset Date = new(2026, 11, 22, 6, 0, 40, TimeSpan.Zero);

    [Fact]
    public void A_success_is_reported_as_4_92_does()
    {
        var text = Compose(Base() with
        {
            Kind = NotificationKind.Success,
            EnvelopeId = "ab+2Bcd",
            Recipients =
            [
                new NotifiedRecipient
                {
                    Address = new EnvelopeAddress("a", "remote.example"),
                    OriginalRecipient = "rfc822;orig+2Bx@remote.example",
                    Host = "127.0.0.1",
                    Ip = IPAddress.Loopback,
                },
            ],
        });

        Assert.Equal(
            """
            Auto-Submitted: auto-generated
            From: Mail Delivery System <Mailer-Daemon@test.example>
            To: alice@sender.example
            References: <m1@sender.example>
            Subject: Delivery Status Notification
            Content-Type: multipart/report; report-type=delivery-status; boundary=1795327240-eximdsn-134157098
            MIME-Version: 1.0
            Message-Id: <E1xV0aA-00000000002-0001@mx.test.example>
            Date: Sun, 22 Nov 2026 06:00:40 +0000

            --1795327240-eximdsn-134157098
            Content-type: text/plain; charset=us-ascii

            This message was created automatically by mail delivery software.
             ----- The following addresses had successful delivery notifications -----
            <a@remote.example> (relayed to non-DSN-aware mailer)

            --1795327240-eximdsn-134157098
            Content-type: message/delivery-status

            Reporting-MTA: dns; mx.test.example
            Original-Envelope-ID: ab+2Bcd

            Original-Recipient: rfc822;orig+2Bx@remote.example
            Action: delivered
            Final-Recipient: rfc822;a@remote.example
            Status: 2.0.0
            Remote-MTA: dns; 127.0.0.1
            Diagnostic-Code: smtp; 250 Ok

            --1795327240-eximdsn-134157098
            Content-type: text/rfc822-headers

            Return-path: <alice@sender.example>
            Received: from [127.0.0.1] (helo=client.example)
            	by mx.test.example
            Subject: t
            Message-Id: <m1@sender.example>


            --1795327240-eximdsn-134157098--

            """,
            text);
    }

    [Fact]
    public void A_failure_is_reported_with_the_reply_of_the_peer()
    {
        var text = Compose(Base() with
        {
            EnvelopeId = "not xtext",
            Body = "body\r\n"u8.ToArray(),
            Recipients = [Refused("failC"), Refused("failA")],
        });

        Assert.Equal(
            """
            X-Failed-Recipients: failC@remote.example,
              failA@remote.example
            Auto-Submitted: auto-replied
            From: Mail Delivery System <Mailer-Daemon@test.example>
            To: alice@sender.example
            References: <m1@sender.example>
            Content-Type: multipart/report; report-type=delivery-status; boundary=1795327240-eximdsn-134157098
            MIME-Version: 1.0
            Subject: Mail delivery failed: returning message to sender
            Message-Id: <E1xV0aA-00000000002-0001@mx.test.example>
            Date: Sun, 22 Nov 2026 06:00:40 +0000

            --1795327240-eximdsn-134157098
            Content-type: text/plain; charset=us-ascii

            This message was created automatically by mail delivery software.

            A message that you sent could not be delivered to one or more of its
            recipients. This is a permanent error. The following address(es) failed:

              failC@remote.example
                host 127.0.0.1 [127.0.0.1]
                SMTP error from remote mail server after RCPT TO:<failC@remote.example>:
                550-5.1.1 No such
                550 5.1.1 user here
              failA@remote.example
                host 127.0.0.1 [127.0.0.1]
                SMTP error from remote mail server after RCPT TO:<failA@remote.example>:
                550-5.1.1 No such
                550 5.1.1 user here

            --1795327240-eximdsn-134157098
            Content-type: message/delivery-status

            Reporting-MTA: dns; mx.test.example
            X-Original-Envelope-ID: error decoding xtext formatted ENVID

            Action: failed
            Final-Recipient: rfc822;failC@remote.example
            Status: 5.1.1
            Remote-MTA: dns; 127.0.0.1
            Remote-MTA: X-ip; [127.0.0.1]:2599
            X-Exim-Diagnostic: X-str; SMTP error from remote mail server after RCPT
             TO:<failC@remote.example>: 550-5.1.1 No such\n550 5.1.1 user here
            Diagnostic-Code: smtp; 550-5.1.1 No such
             550 5.1.1 user here

            Action: failed
            Final-Recipient: rfc822;failA@remote.example
            Status: 5.1.1
            Remote-MTA: dns; 127.0.0.1
            Remote-MTA: X-ip; [127.0.0.1]:2599
            X-Exim-Diagnostic: X-str; SMTP error from remote mail server after RCPT
             TO:<failA@remote.example>: 550-5.1.1 No such\n550 5.1.1 user here
            Diagnostic-Code: smtp; 550-5.1.1 No such
             550 5.1.1 user here

            --1795327240-eximdsn-134157098
            Content-type: message/rfc822

            Return-path: <alice@sender.example>
            Received: from [127.0.0.1] (helo=client.example)
            	by mx.test.example
            Subject: t
            Message-Id: <m1@sender.example>

            body

            --1795327240-eximdsn-134157098--

            """,
            text);
    }

    [Fact]
    public void Greeting_and_helo_response_are_given_when_the_whole_session_failed()
    {
        var text = Compose(Base() with
        {
            Recipients =
            [
                Refused("a") with { Greeting = "220-multi", HeloResponse = "250-first line", Reply = new SmtpReply(550, "bad sender: xx"), Reason = "SMTP error from remote mail server after MAIL FROM:<alice@sender.example>" },
            ],
        });

        Assert.Contains(
            """
            Status: 5.0.0
            Remote-MTA: dns; 127.0.0.1
            Remote-MTA: X-ip; [127.0.0.1]:2599
            X-Remote-MTA-smtp-greeting: X-str; 220-multi
            X-Remote-MTA-helo-response: X-str; 250-first line
            X-Exim-Diagnostic: X-str; SMTP error from remote mail server after MAIL
             FROM:<alice@sender.example>: 550 bad sender: xx
            Diagnostic-Code: smtp; 550 bad sender: xx

            """,
            text,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_failure_without_a_host_has_no_session_lines()
    {
        var text = Compose(Base() with
        {
            Recipients =
            [
                new NotifiedRecipient
                {
                    Address = new EnvelopeAddress("nobody", "here.test"),
                    Reason = "Unrouteable address",
                    Status = new EnhancedStatusCode(4, 1, 2),
                    OriginalRecipient = "rfc822;x@y",
                    GeneratedFrom = new EnvelopeAddress("list", "here.test"),
                },
            ],
        });

        Assert.Contains("  nobody@here.test\n    (generated from list@here.test)\n    Unrouteable address\n\n", text, StringComparison.Ordinal);
        Assert.Contains(
            "\nOriginal-Recipient: rfc822;x@y\nAction: failed\nFinal-Recipient: rfc822;nobody@here.test\nStatus: 5.1.2\n"
            + "X-Exim-Diagnostic: X-str; Unrouteable address\n\n--",
            text,
            StringComparison.Ordinal);
        Assert.StartsWith("X-Failed-Recipients: list@here.test\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_delay_names_the_message_and_the_reason()
    {
        var text = Compose(Base() with
        {
            Kind = NotificationKind.Delay,
            DelayedFor = TimeSpan.FromHours(24),
            Recipients = [Refused("a") with { Reply = new SmtpReply(452, new EnhancedStatusCode(4, 2, 2), "full"), Reason = "mailbox" }],
        });

        Assert.Contains("\nSubject: Warning: message 1xV0aA-00000000001-0001 delayed 24 hours\n", text, StringComparison.Ordinal);
        Assert.Contains(
            """
            A message that you sent has not yet been delivered to one or more of its
            recipients after more than 24 hours on the queue on mx.test.example.

            The message identifier is:     1xV0aA-00000000001-0001
            The subject of the message is: t

            The address to which the message has not yet been delivered is:

              a@remote.example
                Delay reason: mailbox: 452 4.2.2 full

            No action is required on your part.
            """,
            text,
            StringComparison.Ordinal);
        Assert.Contains(
            "Action: delayed\nFinal-Recipient: rfc822;a@remote.example\nStatus: 4.2.2\nRemote-MTA: dns; 127.0.0.1\nDiagnostic-Code: smtp; 452 4.2.2 full\n\n",
            text,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(30, "30 minutes")]
    [InlineData(119, "119 minutes")]
    [InlineData(120, "2 hours")]
    public void An_interval_is_in_minutes_below_two_hours(int minutes, string expected) =>
        Assert.Equal(expected, RecipientText.Interval(TimeSpan.FromMinutes(minutes)));

    [Fact]
    public void An_internationalised_message_is_reported_in_UTF8()
    {
        var composed = NotificationComposer.Compose(
            Base() with { SmtpUtf8 = true, Recipients = [new NotifiedRecipient { Address = new EnvelopeAddress("用户", "例え.jp"), Reason = "não" }] }, Boundary, Date);
        var text = Encoding.UTF8.GetString([.. composed.HeaderBlock.Span, .. composed.Body.Span]).ReplaceLineEndings("\n");

        Assert.Contains("report-type=global-delivery-status", text, StringComparison.Ordinal);
        Assert.Contains("Content-type: message/global-delivery-status\n", text, StringComparison.Ordinal);
        Assert.Contains("Content-type: message/global-headers\n", text, StringComparison.Ordinal);
        Assert.Contains("Final-Recipient: utf-8;用户@例え.jp\n", text, StringComparison.Ordinal);
        Assert.Contains("\n    não\n", text, StringComparison.Ordinal);
        Assert.Equal(BodyType.EightBitMime, composed.BodyType);
    }

    [Fact]
    public void Without_SMTPUTF8_what_a_peer_said_outside_ASCII_is_masked() =>
        Assert.Contains("Diagnostic-Code: smtp; 550 n?o\n", Compose(Base() with { Recipients = [Refused("a") with { Reply = new SmtpReply(550, "não") }] }), StringComparison.Ordinal);

    [Fact]
    public void A_body_that_is_withheld_is_said_to_be() =>
        Assert.Contains(
            "Message-Id: <m1@sender.example>\nX-Exim-DSN-Information: Due to administrative limits only headers are returned\n\n\n--",
            Compose(Base() with { BodyWithheld = true }),
            StringComparison.Ordinal);

    [Fact]
    public void A_report_to_another_address_names_the_sender() =>
        Assert.Contains(
            "A message sent by\n\n  <alice@sender.example>\n\ncould not be delivered to one or more of its recipients. The following\naddress(es) failed:\n",
            Compose(Base() with { To = new EnvelopeAddress("owner", "list.test") }),
            StringComparison.Ordinal);

    [Fact]
    public void Failed_recipients_begin_a_new_field_every_fifty()
    {
        var text = Compose(Base() with { Recipients = [.. Enumerable.Range(0, 101).Select(i => Refused($"u{i}"))] });

        Assert.Equal(3, text.Split('\n').Count(line => line.StartsWith("X-Failed-Recipients: ", StringComparison.Ordinal)));
        Assert.Contains("  u49@remote.example\nX-Failed-Recipients: u50@remote.example,\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_boundary_that_the_message_holds_is_not_used()
    {
        var text = Compose(Base() with { Body = Encoding.ASCII.GetBytes($"x\r\n--{Boundary}--\r\n--{Boundary}-1\r\n") });

        Assert.Contains($"boundary={Boundary}-2\n", text, StringComparison.Ordinal);
        Assert.EndsWith($"\n--{Boundary}-2--\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DsnNotify.None, true, true, false)]
    [InlineData(DsnNotify.Never, false, false, false)]
    [InlineData(DsnNotify.Success | DsnNotify.Failure, true, false, true)]
    [InlineData(DsnNotify.Delay, false, true, false)]
    public void Recipients_say_what_they_want_to_be_told(DsnNotify notify, bool failure, bool delay, bool success)
    {
        Assert.Equal(failure, notify.Wants(NotificationKind.Failure));
        Assert.Equal(delay, notify.Wants(NotificationKind.Delay));
        Assert.Equal(success, notify.Wants(NotificationKind.Success));
    }

    [Fact]
    public void References_keep_identifiers_only()
    {
        var text = Compose(Base() with
        {
            HeaderBlock = "References: <a@x>\r\n junk <b@x> <c d@x> <e@x\r\nMessage-ID: <f@x>\r\n"u8.ToArray(),
        });

        Assert.Contains("\nReferences: <a@x>\n <b@x>\n <f@x>\nContent-Type:", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_peers_say_the_notification_is_well_formed()
    {
        var random = new Random(3464);
        for (var i = 0; i < 2000; i++)
        {
            var notification = RandomNotification(random);
            var composed = NotificationComposer.Compose(notification, Boundary, Date);
            DsnValidator.Validate(composed, notification);
        }
    }

    private static NotifiedRecipient Refused(string local) => new()
    {
        Address = new EnvelopeAddress(local, "remote.example"),
        Host = "127.0.0.1",
        Ip = IPAddress.Loopback,
        Port = 2599,
        Reply = new SmtpReply(550, new EnhancedStatusCode(5, 1, 1), "No such", "user here"),
        Reason = $"SMTP error from remote mail server after RCPT TO:<{local}@remote.example>",
    };

    private static Notification Base() => new()
    {
        Kind = NotificationKind.Failure,
        Id = MessageId.Create("1xV0aA-00000000002-0001"),
        ReportingMta = "mx.test.example",
        QualifyDomain = "test.example",
        OriginalMessageId = MessageId.Create("1xV0aA-00000000001-0001"),
        OriginalSender = new EnvelopeAddress("alice", "sender.example"),
        To = new EnvelopeAddress("alice", "sender.example"),
        Recipients = [Refused("a")],
        HeaderBlock = Encoding.ASCII.GetBytes(Header),
    };

    private static Notification RandomNotification(Random random)
    {
        var kind = (NotificationKind)random.Next(3);
        var utf8 = random.Next(2) == 0;
        return Base() with
        {
            Kind = kind,
            SmtpUtf8 = utf8,
            EnvelopeId = random.Next(2) == 0 ? Hostile(random) : null,
            Body = kind == NotificationKind.Failure && random.Next(2) == 0 ? Encoding.UTF8.GetBytes(Hostile(random)) : null,
            BodyWithheld = random.Next(2) == 0,
            ReplyTo = random.Next(2) == 0 ? Hostile(random) : null,
            From = random.Next(3) == 0 ? Hostile(random) : null,
            ExtraText = random.Next(3) == 0 ? Hostile(random) : null,
            DelayedFor = TimeSpan.FromMinutes(random.Next(10_000)),
            HeaderBlock = Encoding.UTF8.GetBytes($"Subject: {Hostile(random).ReplaceLineEndings(" ")}\r\nReferences: <{Hostile(random).ReplaceLineEndings(" ")}>\r\n"),
            Recipients = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => RandomRecipient(random, kind))],
        };
    }

    private static NotifiedRecipient RandomRecipient(Random random, NotificationKind kind) => new()
    {
        Address = new EnvelopeAddress(Hostile(random), "remote.example"),
        OriginalRecipient = random.Next(2) == 0 ? "rfc822;" + Hostile(random) : Hostile(random),
        Host = random.Next(2) == 0 ? Hostile(random) : null,
        Ip = random.Next(2) == 0 ? IPAddress.IPv6Loopback : null,
        Port = random.Next(65536),
        Greeting = Hostile(random),
        HeloResponse = Hostile(random),
        Reply = random.Next(2) == 0 ? new SmtpReply(kind == NotificationKind.Delay ? 450 : 550, Hostile(random), Hostile(random)) : null,
        Reason = Hostile(random),
        Relay = (RelayKind)random.Next(3),
    };

    private static string Hostile(Random random)
    {
        string[] pieces =
        [
            "\r\n", "\n", "\r", "\0", " ", "\t", "Action: delivered", "\r\n\r\n", $"--{Boundary}", $"\r\n--{Boundary}--\r\n", ": ", "用户", "\u2028", "\u0085",
            "\uD800", new string('x', random.Next(1500)), "a b c d e f g h i j k l m n o p q r s t u v w x y z ", "<x@y>", ";", "+2B",
        ];
        return string.Concat(Enumerable.Range(0, random.Next(6)).Select(_ => pieces[random.Next(pieces.Length)]));
    }

    private static string Compose(Notification notification)
    {
        var composed = NotificationComposer.Compose(notification, Boundary, Date);
        return Encoding.UTF8.GetString([.. composed.HeaderBlock.Span, .. "\r\n"u8, .. composed.Body.Span]).Replace("\r\n", "\n", StringComparison.Ordinal);
    }
}
