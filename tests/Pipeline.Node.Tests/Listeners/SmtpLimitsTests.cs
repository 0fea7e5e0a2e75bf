using Pipeline.Actors.Receipt;
using Pipeline.Mail.Smtp;
using Pipeline.Node.Listeners;

namespace Pipeline.Node.Tests.Listeners;

/// <summary>Each bound at n-1, n and n+1.</summary>
public sealed class SmtpLimitsTests
{
    [Fact]
    public void Limits_have_valid_defaults() => Assert.Empty(SessionHarness.Options().Validate());

    [Fact]
    public void Limits_that_are_not_valid_are_told_all_at_once()
    {
        var limits = new SmtpLimits { MaxRecipients = 0, MaxDataLine = -1, CommandTimeout = TimeSpan.Zero, MaxConnections = -5 };
        var options = new ListenerOptions { Endpoints = [], Limits = limits };
        Assert.Equal(5, options.Validate().Length);
    }

    [Fact]
    public async Task Errors_up_to_the_limit_are_answered_and_one_more_ends_the_session()
    {
        await using var harness = await new SessionHarness(Ruled(new SessionRules { MaxErrors = 3 })).GreetAsync();
        await harness.Client.CommandAsync("MAIL FROM", "501 ");
        await harness.Client.CommandAsync("FOO", "500 ");
        await harness.Client.CommandAsync("DATA x", "501 ");
        await harness.Client.CommandAsync("DATA", "503 ");
        await harness.Client.SendAsync("MAIL FROM:<a@@b>\r\n");
        Assert.Equal(["501-5.1.7 <a@@b>: domain missing or malformed", "501 5.1.7 Too many syntax or protocol errors"], await LinesAsync(harness, 2));
        harness.CloseClientSide();
        await harness.Client.ExpectEndAsync();
        var end = Assert.Single(harness.Receipt.Breaks);
        Assert.Equal((SessionBreak.TooManyErrors, "MAIL", "MAIL FROM:<a@@b>"), (end.Ends, end.Command, end.Line));
    }

    [Fact]
    public async Task Names_that_the_policy_finds_bad_are_errors_too()
    {
        var receipt = Ruled(new SessionRules { MaxErrors = 1 });
        receipt.Script = call => call == "ehlo @" ? new ReceiptDecision(new SmtpReply(501, "bad")) { IsSyntaxError = true } : null;
        await using var harness = new SessionHarness(receipt);
        await harness.Client.ExpectAsync("220 ");
        await harness.Client.CommandAsync("EHLO @", "501 bad");
        await harness.Client.CommandAsync("EHLO @", "501 bad");
        harness.CloseClientSide();
        await harness.Client.ExpectEndAsync();
        Assert.Equal(SessionBreak.TooManyErrors, Assert.Single(receipt.Breaks).Ends);
    }

    [Fact]
    public async Task Unknown_commands_have_a_limit_of_their_own()
    {
        await using var harness = await new SessionHarness(Ruled(new SessionRules { MaxUnknownCommands = 1, MaxErrors = 0 })).GreetAsync();
        await harness.Client.CommandAsync("FOO", "500 ");
        await harness.Client.CommandAsync("BAR x", "500 5.5.1 Too many unrecognized commands");
        harness.CloseClientSide();
        await harness.Client.ExpectEndAsync();
        var end = Assert.Single(harness.Receipt.Breaks);
        Assert.Equal((SessionBreak.TooManyUnknownCommands, "BAR x"), (end.Ends, end.Line));
    }

    [Fact]
    public async Task Message_with_too_many_recipients_is_refused_whole_when_the_policy_says_so()
    {
        await using var harness = await new SessionHarness(Ruled(new SessionRules { MaxRecipients = 1, RefusesMessageOfTooMany = true })).EnvelopeAsync();
        await harness.Client.CommandAsync("RCPT TO:<d@example.com>", "552 5.5.3 too many recipients");
        await harness.Client.CommandAsync("DATA", "554 5.5.3 Too many recipients");
        await harness.Client.CommandAsync("RSET", "250 ");
        await harness.Client.CommandAsync("MAIL FROM:<a@example.com>", "250 ");
        await harness.Client.CommandAsync("RCPT TO:<b@example.com>", "250 ");
        await harness.Client.CommandAsync("DATA", "354 ");
    }

    [Theory]
    [InlineData("NOOP NOOP NOOP", 3)]
    [InlineData("NOOP HELP VRFY", 3)]
    [InlineData("EHLO NOOP EHLO", 3)]
    [InlineData("RSET RSET", 1)]
    [InlineData("MAIL RSET MAIL RSET MAIL RSET", 2)]
    [InlineData("MAIL RSET RSET MAIL RSET RSET", 3)]
    [InlineData("AUTH AUTH", 1)]
    [InlineData("STARTTLS STARTTLS", 1)]
    [InlineData("MAIL RCPT DATA NOOP RSET", 1)]
    [InlineData("RSET MAIL RCPT DATA RSET EHLO MAIL RCPT DATA RSET EHLO", 0)]
    [InlineData("MAIL RCPT DATA EHLO EHLO", 1)]
    public async Task Commands_without_mail_are_counted_as_exim_does(string commands, int counted)
    {
        var verbs = commands.Split(' ');
        Assert.True(await SurvivesAsync(verbs, counted));
        Assert.True(counted == 0 || !await SurvivesAsync(verbs, counted - 1));
    }

    private static async Task<bool> SurvivesAsync(string[] verbs, int bound)
    {
        var receipt = Ruled(new SessionRules { MaxNonMailCommands = bound, MaxErrors = 100 });
        await using var harness = await new SessionHarness(receipt).GreetAsync();
        foreach (var verb in verbs)
        {
            await harness.Client.SendAsync(verb switch
            {
                "EHLO" => "EHLO x\r\n",
                "VRFY" => "VRFY x\r\n",
                "AUTH" => "AUTH PLAIN AAAA\r\n",
                "MAIL" => "MAIL FROM:<a@example.com>\r\n",
                "RCPT" => "RCPT TO:<b@example.com>\r\n",
                _ => verb + "\r\n",
            });
            var reply = await harness.Client.ReadReplyAsync();
            if (verb == "DATA")
            {
                await harness.Client.SendAsync("x\r\n.\r\n");
                await harness.Client.ExpectAsync("250 ");
            }

            if (reply?.StartsWith("554 5.5.1 Too many nonmail commands", StringComparison.Ordinal) == true)
            {
                Assert.Equal((SessionBreak.TooManyNonMailCommands, verb), (Assert.Single(receipt.Breaks).Ends, receipt.Breaks.First().Command));
                harness.CloseClientSide();
                return false;
            }
        }

        return true;
    }

    [Fact]
    public async Task Recipients_behind_a_refused_sender_do_not_count_against_the_client()
    {
        var receipt = Ruled(new SessionRules { MaxNonMailCommands = 1, MaxErrors = 0 });
        receipt.Script = call => call.StartsWith("mail", StringComparison.Ordinal) ? new ReceiptDecision(new SmtpReply(550, "no")) : null;
        await using var harness = await new SessionHarness(receipt).GreetAsync();
        for (int i = 0; i < 10; i++)
        {
            await harness.Client.CommandAsync("MAIL FROM:<a@example.com>", "550 ");
            await harness.Client.CommandAsync("RCPT TO:<b@example.com>", "503 ");
            await harness.Client.CommandAsync("DATA", "503 ");
        }

        await harness.Client.CommandAsync("NOOP", "250 ");
    }

    [Fact]
    public async Task Recipients_beyond_the_limit_are_deferred_and_the_others_stay()
    {
        await using var harness = await new SessionHarness(options: With(new SmtpLimits { MaxRecipients = 2 })).EnvelopeAsync();
        await harness.Client.CommandAsync("RCPT TO:<c@example.com>", "250 ");
        await harness.Client.CommandAsync("RCPT TO:<d@example.com>", "452 4.5.3");
        await harness.Client.CommandAsync("DATA", "354 ");
        Assert.Equal(2, harness.Receipt.Recipients.Count);
    }

    [Fact]
    public async Task Messages_beyond_the_limit_end_the_connection()
    {
        await using var harness = await new SessionHarness(options: With(new SmtpLimits { MaxMessagesPerConnection = 2 })).GreetAsync();
        for (int i = 0; i < 2; i++)
        {
            await harness.Client.CommandAsync("MAIL FROM:<a@example.com>", "250 ");
            await harness.Client.CommandAsync("RSET", "250 ");
        }

        await harness.Client.CommandAsync("MAIL FROM:<a@example.com>", "421 4.7.0");
    }

    [Theory]
    [InlineData(99, "250 ")]
    [InlineData(100, "250 ")]
    [InlineData(101, "552 5.3.4")]
    public async Task Size_announced_beyond_the_maximum_is_refused_at_once(int size, string reply)
    {
        await using var harness = await new SessionHarness(Sized(100)).GreetAsync();
        await harness.Client.CommandAsync($"MAIL FROM:<a@example.com> SIZE={size}", reply);
    }

    [Theory]
    [InlineData(99, "250 ", false)]
    [InlineData(100, "250 ", false)]
    [InlineData(101, "552 5.3.4", false)]
    [InlineData(100_000, "552 5.3.4", false)]
    [InlineData(99, "250 ", true)]
    [InlineData(100, "250 ", true)]
    [InlineData(101, "552 5.3.4", true)]
    [InlineData(100_000, "552 5.3.4", true)]
    public async Task Size_beyond_the_maximum_is_refused_at_the_end_of_the_message(int size, string reply, bool chunking)
    {
        await using var harness = await new SessionHarness(Sized(100)).EnvelopeAsync();
        string content = "." + new string('x', size - 3) + "\r\n";
        if (chunking)
        {
            await harness.Client.SendAsync($"BDAT {size} LAST\r\n{content}");
        }
        else
        {
            await harness.Client.CommandAsync("DATA", "354 ");
            await harness.Client.SendAsync($".{content}.\r\n");
        }

        await harness.Client.ExpectAsync(reply);
        await harness.Client.CommandAsync("MAIL FROM:<c@example.com>", "250 ");
        Assert.Equal(reply[0] == '2' ? 1 : 0, harness.Receipt.Messages.Count);
        Assert.True(harness.Receipt.OctetsWritten <= 100);
    }

    [Theory]
    [InlineData(999, "250 ")]
    [InlineData(1000, "250 ")]
    [InlineData(1001, "550 5.6.0")]
    public async Task Line_beyond_the_maximum_refuses_the_message(int length, string reply)
    {
        await using var harness = await new SessionHarness(options: With(new SmtpLimits { MaxDataLine = 1000 })).EnvelopeAsync();
        await harness.Client.CommandAsync("DATA", "354 ");
        await harness.Client.SendAsync("a\r\n" + new string('x', length - 2) + "\r\n.\r\n");
        await harness.Client.ExpectAsync(reply);
    }

    [Theory]
    [InlineData(12288, "500 5.5.2")]
    [InlineData(12289, "421 4.5.2")]
    [InlineData(50_000, "421 4.5.2")]
    public async Task Command_line_without_end_is_read_up_to_the_longest_command_only(int length, string reply)
    {
        await using var harness = await new SessionHarness().GreetAsync();
        await harness.Client.SendAsync(new string('x', length - 2));
        await harness.Client.SendAsync(length <= 12288 ? "\r\n" : "xx");
        await harness.Client.ExpectAsync(reply);
    }

    [Fact]
    public async Task Receipt_that_refuses_while_octets_come_is_heeded_at_the_end_of_data()
    {
        var receipt = new FakeReceipt { RefuseDataAt = 1 };
        await using var harness = await new SessionHarness(receipt).EnvelopeAsync();
        await harness.Client.CommandAsync("DATA", "354 ");
        for (int i = 0; i < 100; i++)
        {
            await harness.Client.SendAsync(new string('x', 1000) + "\r\n");
        }

        await harness.Client.SendAsync(".\r\n");
        await harness.Client.ExpectAsync("452 4.3.1 disk full");
        Assert.DoesNotContain("end data", receipt.Calls);
        Assert.InRange(receipt.OctetsWritten, 1, 17_000);
    }

    private static FakeReceipt Ruled(SessionRules rules) => new() { Rules = rules };

    private static async Task<List<string>> LinesAsync(SessionHarness harness, int count)
    {
        var reply = await harness.Client.ReadReplyAsync();
        var lines = reply!.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToList();
        Assert.Equal(count, lines.Count);
        return lines;
    }

    private static ListenerOptions With(SmtpLimits limits) => SessionHarness.Options(limits);

    private static FakeReceipt Sized(long maximum)
    {
        var receipt = new FakeReceipt();
        receipt.Capabilities = receipt.Capabilities with { MaxMessageSize = maximum };
        return receipt;
    }
}
