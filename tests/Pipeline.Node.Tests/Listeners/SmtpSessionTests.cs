using Pipeline.Actors.Receipt;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Smtp;
using Pipeline.Node.Listeners;

namespace Pipeline.Node.Tests.Listeners;

/// <summary>The conversation, command by command.</summary>
public sealed class SmtpSessionTests
{
    [Fact]
    public async Task Session_receives_a_message_and_tells_the_receipt_everything_in_order()
    {
        await using var harness = new SessionHarness();
        await harness.EnvelopeAsync(" SIZE=20 BODY=8BITMIME");
        await harness.Client.CommandAsync("DATA", "354 ");
        await harness.Client.SendAsync("Subject: x\r\n\r\n..dot\r\n.\r\n");
        await harness.Client.ExpectAsync("250 2.0.0 accepted");
        await harness.Client.CommandAsync("QUIT", "221 ");
        await harness.Client.ExpectEndAsync();
        await harness.Ended;

        Assert.Equal(
            ["connect", "ehlo client.example", "mail a@example.com", "rcpt b@example.com", "begin data", "end data", "quit"],
            harness.Receipt.Calls);
        Assert.Equal("Subject: x\r\n\r\n.dot\r\n"u8.ToArray(), Assert.Single(harness.Receipt.Messages));
        MailParameters mail = Assert.Single(harness.Receipt.Mails);
        Assert.Equal(20, mail.Size);
        Assert.Equal(BodyType.EightBitMime, mail.Body);
        Assert.Empty(harness.Receipt.Incidents);
    }

    [Fact]
    public async Task Paths_are_given_to_the_receipt_as_they_are_and_what_it_makes_of_them_is_read()
    {
        var seen = new List<string>();
        var receipt = new FakeReceipt
        {
            RewritePath = path =>
            {
                seen.Add(path);
                return path switch { "mail <x!y z>" => "y@x.example", "rcpt a!b" => "<b@a.example>", "rcpt <bad@a.example>" => "bad bad", var same => same[5..] };
            },
        };
        await using var harness = new SessionHarness(receipt);
        await harness.GreetAsync();
        await harness.Client.CommandAsync("MAIL FROM:<x!y z> SIZE=10", "250 ");
        await harness.Client.CommandAsync("rcpt to: a!b NOTIFY=NEVER", "250 ");
        await harness.Client.CommandAsync("RCPT TO:<c@a.example>", "250 ");
        await harness.Client.CommandAsync("RCPT TO:<bad@a.example>", "501 ");
        await harness.Client.CommandAsync("RCPT", "501 ");
        await harness.Client.CommandAsync("RSET", "250 ");

        Assert.Equal(["mail <x!y z>", "rcpt a!b", "rcpt <c@a.example>", "rcpt <bad@a.example>"], seen);
        Assert.Equal(("y@x.example", 10L), (Assert.Single(receipt.Mails).Sender.ToString(), receipt.Mails.First().Size));
        Assert.Equal([("b@a.example", DsnNotify.Never), ("c@a.example", DsnNotify.None)], receipt.Recipients.Select(recipient => (recipient.Address.ToString(), recipient.Notify)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Prdr_is_asked_for_in_mail_and_its_replies_stand_before_the_last(bool chunking)
    {
        var receipt = new FakeReceipt
        {
            Script = call => call == "end data"
                ? new ReceiptDecision(new SmtpReply(250, "some")) { Preceding = [new SmtpReply(353, "begin"), new SmtpReply(250, "one"), new SmtpReply(550, "two", "lines")] }
                : null,
        };
        receipt.Capabilities = receipt.Capabilities with { Prdr = true };
        await using var harness = new SessionHarness(receipt);
        await harness.EnvelopeAsync(" PRDR");
        if (!chunking)
        {
            await harness.Client.CommandAsync("DATA", "354 ");
        }

        await harness.Client.SendAsync(chunking ? "BDAT 6 LAST\r\nx: y\r\n" : "x: y\r\n.\r\n");
        foreach (string line in (string[])["353 begin", "250 one", "550-two", "250 some"])
        {
            await harness.Client.ExpectAsync(line);
        }

        Assert.True(Assert.Single(receipt.Mails).Prdr);
        await harness.Client.CommandAsync("MAIL FROM:<a@example.com>", "250 ");
    }

    [Fact]
    public async Task Ehlo_offers_one_keyword_for_each_capability()
    {
        var receipt = new FakeReceipt { Capabilities = new SmtpCapabilities("mx.example.com", 1000, BinaryMime: true) };
        await using var harness = new SessionHarness(receipt);
        await harness.Client.ExpectAsync("220 ");
        string reply = await harness.Client.CommandAsync("EHLO client.example", "250-mx.example.com Hello client.example\n");
        Assert.Equal(
            ["250-SIZE 1000", "250-8BITMIME", "250-DSN", "250-PIPELINING", "250-CHUNKING", "250-BINARYMIME", "250-SMTPUTF8", "250-ENHANCEDSTATUSCODES", "250 HELP"],
            reply.Split('\n')[1..]);
    }

    [Fact]
    public async Task Ehlo_offers_nothing_that_is_switched_off_and_starttls_only_with_a_certificate()
    {
        var receipt = new FakeReceipt
        {
            Capabilities = new SmtpCapabilities("mx.example.com", 0, false, false, false, false, StartTls: true, Dsn: false, EnhancedStatusCodes: false),
        };
        await using var harness = new SessionHarness(receipt);
        await harness.Client.ExpectAsync("220 ");
        string reply = await harness.Client.CommandAsync("EHLO client.example", "250-");
        Assert.Equal(["250-SIZE", "250 HELP"], reply.Split('\n')[1..]);
        Assert.Equal("250 OK", await harness.Client.CommandAsync("NOOP", "250 "));
        await harness.Client.CommandAsync("MAIL FROM:<a@example.com> RET=FULL", "555 ");
    }

    [Fact]
    public async Task Helo_offers_no_extension_parameters()
    {
        await using var harness = new SessionHarness();
        await harness.Client.ExpectAsync("220 ");
        Assert.Equal("250 mx.example.com Hello client.example", await harness.Client.CommandAsync("HELO client.example", "250 "));
        await harness.Client.CommandAsync("MAIL FROM:<a@example.com> SIZE=1", "555 5.5.4");
        await harness.Client.CommandAsync("MAIL FROM:<a@example.com>", "250 2.1.0");
    }

    [Theory]
    [InlineData("NOOP", "250 2.0.0 OK")]
    [InlineData("RSET", "250 2.0.0 Reset OK")]
    [InlineData("HELP", "214-2.0.0 Commands supported:")]
    [InlineData("VRFY postmaster", "252 2.0.0")]
    [InlineData("EXPN staff", "550 5.7.1")]
    [InlineData("ETRN example.com", "458 4.7.1 Administrative prohibition")]
    [InlineData("AUTH PLAIN AGEAYg==", "503 5.5.1 AUTH command used when not advertised")]
    [InlineData("STARTTLS", "503 5.5.1 STARTTLS command used when not advertised")]
    [InlineData("RCPT TO:<b@example.com>", "503 5.5.1")]
    [InlineData("DATA", "503 5.5.1")]
    [InlineData("FOO", "500 5.5.2")]
    [InlineData("MAIL FROM:a b", "501 5.1.7")]
    [InlineData("MAIL FROM:<a@example.com> FOO=1", "555 5.5.4")]
    public async Task Command_outside_a_transaction_gets_its_reply_and_the_session_goes_on(string line, string reply)
    {
        await using var harness = new SessionHarness();
        await harness.GreetAsync();
        await harness.Client.CommandAsync(line, reply);
        await harness.Client.CommandAsync("NOOP", "250 ");
    }

    [Fact]
    public async Task Mail_before_ehlo_is_refused_only_when_a_greeting_is_required()
    {
        await using (var strict = new SessionHarness())
        {
            await strict.Client.ExpectAsync("220 ");
            await strict.Client.CommandAsync("MAIL FROM:<a@example.com>", "503 5.5.1");
        }

        await using var lenient = new SessionHarness(new FakeReceipt { Rules = new SessionRules { RequiresHello = false } });
        await lenient.Client.ExpectAsync("220 ");
        await lenient.Client.CommandAsync("MAIL FROM:<a@example.com>", "250 ");
    }

    [Theory]
    [InlineData(false, "501 ", false, "501 ")]
    [InlineData(true, "250 ", false, "501 ")]
    [InlineData(true, "250 ", true, "250 ")]
    public async Task Addresses_without_a_domain_are_taken_where_the_policy_says(bool senders, string mail, bool recipients, string rcpt)
    {
        var rules = new SessionRules { SenderForms = Forms(senders), RecipientForms = Forms(recipients) };
        await using var harness = await new SessionHarness(new FakeReceipt { Rules = rules }).GreetAsync();
        await harness.Client.CommandAsync("MAIL FROM:<bob>", mail);
        if (mail != "250 ")
        {
            await harness.Client.CommandAsync("MAIL FROM:<bob@example.com>", "250 ");
        }

        await harness.Client.CommandAsync("RCPT TO:<carol>", rcpt);
        await harness.Client.CommandAsync("RCPT TO:<Postmaster>", "250 ");

        static EnvelopeAddressForms Forms(bool unqualified) => unqualified ? EnvelopeAddressForms.Unqualified : EnvelopeAddressForms.None;
    }

    [Fact]
    public async Task Connection_refused_by_policy_gets_the_refusal_and_is_closed()
    {
        var receipt = new FakeReceipt { Script = call => call == "connect" ? new ReceiptDecision(new SmtpReply(554, new EnhancedStatusCode(5, 7, 1), "no")) : null };
        await using var harness = new SessionHarness(receipt);
        await harness.Client.ExpectAsync("554 5.7.1 no");
        harness.CloseClientSide();
        await harness.Client.ExpectEndAsync();
        Assert.Equal(["connect"], receipt.Calls);
    }

    [Fact]
    public async Task Reply_421_of_policy_ends_the_session()
    {
        var receipt = new FakeReceipt { Script = call => call == "mail " ? new ReceiptDecision(new SmtpReply(421, "later")) : null };
        await using var harness = await new SessionHarness(receipt).GreetAsync();
        await harness.Client.CommandAsync("MAIL FROM:<>", "421 ");
        harness.CloseClientSide();
        await harness.Client.ExpectEndAsync();
    }

    [Theory]
    [InlineData("mail a@example.com", "MAIL FROM:<a@example.com>")]
    [InlineData("vrfy x", "VRFY x")]
    [InlineData("ehlo again", "EHLO again")]
    public async Task Decision_to_close_ends_the_session_after_its_reply(string call, string line)
    {
        var receipt = new FakeReceipt
        {
            Script = asked => asked == call ? new ReceiptDecision(new SmtpReply(421, new EnhancedStatusCode(4, 7, 0), "drop"), Close: true) : null,
        };
        await using var harness = new SessionHarness(receipt);
        await harness.GreetAsync();
        await harness.Client.CommandAsync(line, "421 ");
        harness.CloseClientSide();
        await harness.Client.ExpectEndAsync();
    }

    [Fact]
    public async Task Recipients_all_refused_leave_no_valid_recipient_for_data()
    {
        var receipt = new FakeReceipt { Script = call => call.StartsWith("rcpt", StringComparison.Ordinal) ? new ReceiptDecision(new SmtpReply(550, "no")) : null };
        await using var harness = new SessionHarness(receipt);
        await harness.GreetAsync();
        await harness.Client.CommandAsync("MAIL FROM:<>", "250 ");
        await harness.Client.CommandAsync("DATA", "503 5.5.1");
        await harness.Client.CommandAsync("RCPT TO:<b@example.com>", "550 ");
        await harness.Client.CommandAsync("DATA", "503-5.5.1 All RCPT commands were rejected with this error:\n503-5.5.1 no\n503 5.5.1 Valid RCPT command must precede DATA");
        Assert.DoesNotContain("begin data", receipt.Calls);
    }

    [Fact]
    public async Task Data_refused_by_policy_leaves_the_transaction_open()
    {
        var receipt = new FakeReceipt { Script = call => call == "begin data" ? new ReceiptDecision(new SmtpReply(451, new EnhancedStatusCode(4, 3, 0), "later")) : null };
        await using var harness = new SessionHarness(receipt);
        await harness.EnvelopeAsync();
        await harness.Client.CommandAsync("DATA", "451 ");
        await harness.Client.CommandAsync("MAIL FROM:<c@example.com>", "503 ");
        receipt.Script = _ => null;
        await harness.Client.CommandAsync("DATA", "354 ");
    }

    [Theory]
    [InlineData("RSET", "RSET")]
    [InlineData("EHLO again.example", "EHLO")]
    [InlineData("HELO again.example", "HELO")]
    public async Task Transaction_is_ended_by_a_command_that_resets(string line, string reason)
    {
        await using var harness = new SessionHarness();
        await harness.EnvelopeAsync();
        await harness.Client.CommandAsync(line, "250");
        await harness.Client.CommandAsync("DATA", "503 ");
        await harness.Client.CommandAsync("MAIL FROM:<c@example.com>", "250 ");
        Assert.Equal(1, harness.Receipt.CountOf("reset " + reason));
    }

    [Fact]
    public async Task Transaction_is_ended_when_the_client_quits_or_is_lost()
    {
        await using (var quits = new SessionHarness())
        {
            await quits.EnvelopeAsync();
            await quits.Client.CommandAsync("QUIT", "221 ");
            await quits.Ended;
            Assert.Equal(1, quits.Receipt.CountOf("reset QUIT"));
        }

        await using var lost = new SessionHarness();
        await lost.EnvelopeAsync();
        await lost.Client.CommandAsync("DATA", "354 ");
        await lost.Client.SendAsync("half a mess");
        lost.CloseClientSide();
        await lost.Ended;
        Assert.Equal(1, lost.Receipt.CountOf("reset connection lost"));
        Assert.DoesNotContain("end data", lost.Receipt.Calls);
    }

    [Fact]
    public async Task Reset_outside_a_transaction_does_not_trouble_the_receipt()
    {
        await using var harness = new SessionHarness();
        await harness.GreetAsync();
        await harness.Client.CommandAsync("RSET", "250 ");
        Assert.DoesNotContain(harness.Receipt.Calls, call => call.StartsWith("reset", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Replies_of_an_internationalised_transaction_may_be_utf8_and_only_these()
    {
        var receipt = new FakeReceipt
        {
            Script = call => call.StartsWith("rcpt", StringComparison.Ordinal) ? new ReceiptDecision(new SmtpReply(250, "ok \u00fc")) : null,
        };
        await using var harness = new SessionHarness(receipt);
        await harness.GreetAsync();
        await harness.Client.CommandAsync("MAIL FROM:<a@example.com> SMTPUTF8", "250 ");
        await harness.Client.SendAsync(System.Text.Encoding.UTF8.GetBytes("RCPT TO:<\u00fc@example.com>\r\n"));
        await harness.Client.ExpectAsync("250 ok \u00fc");
        await harness.Client.CommandAsync("RSET", "250 ");
        await harness.Client.CommandAsync("MAIL FROM:<a@example.com>", "250 ");
        await harness.Client.CommandAsync("RCPT TO:<b@example.com>", "250 ok ?");
    }

    [Fact]
    public async Task Command_line_with_a_bare_lf_is_refused_unless_line_ends_are_normalised()
    {
        await using (var strict = new SessionHarness())
        {
            await strict.GreetAsync();
            await strict.Client.SendAsync("NOOP\n");
            await strict.Client.ExpectAsync("500 5.5.2");
        }

        await using var lenient = new SessionHarness(options: SessionHarness.Options() with { BareLineEnds = BareLineEndPolicy.Normalise });
        await lenient.GreetAsync();
        await lenient.Client.SendAsync("NOOP\n");
        await lenient.Client.ExpectAsync("250 ");
    }

    [Fact]
    public async Task Failure_of_the_receipt_is_told_as_421_and_thrown_to_the_caller()
    {
        var receipt = new FakeReceipt { Before = call => call.StartsWith("mail", StringComparison.Ordinal) ? throw new InvalidDataException("bug") : Task.CompletedTask };
        var harness = new SessionHarness(receipt);
        await harness.GreetAsync();
        await harness.Client.CommandAsync("MAIL FROM:<a@example.com>", "421 4.3.0");
        harness.CloseClientSide();
        await Assert.ThrowsAsync<InvalidDataException>(() => harness.Ended);
    }

    [Fact]
    public async Task Every_split_of_a_conversation_is_answered_alike()
    {
        // Synchronisation off: the whole conversation is there from the start, so that only the cuts differ.
        const string Conversation = "EHLO c\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\nx\r\n..\r\n.\r\nNOOP\r\nQUIT\r\n";
        string[] expected = ["220", "250", "250", "250", "354", "250", "250", "221"];
        ListenerOptions options = SessionHarness.Options() with { EnforceSynchronisation = false };
        for (int split = 0; split <= Conversation.Length; split++)
        {
            await using var harness = new SessionHarness(options: options);
            await harness.Client.SendAsync(Conversation[..split]);
            await harness.Client.SendAsync(Conversation[split..]);
            foreach (string code in expected)
            {
                await harness.Client.ExpectAsync(code);
            }

            await harness.Client.ExpectEndAsync();
            Assert.Equal("x\r\n.\r\n"u8.ToArray(), Assert.Single(harness.Receipt.Messages));
        }
    }
}
