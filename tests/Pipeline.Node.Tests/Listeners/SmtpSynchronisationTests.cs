using Pipeline.Actors.Receipt;
using Pipeline.Node.Listeners;

namespace Pipeline.Node.Tests.Listeners;

/// <summary>Clients that talk before they may.</summary>
public sealed class SmtpSynchronisationTests
{
    private static readonly ListenerOptions Lax = SessionHarness.Options() with { EnforceSynchronisation = false };

    [Fact]
    public async Task Client_that_talks_before_the_banner_is_refused()
    {
        await using var harness = new SessionHarness(sentBeforeBanner: "EHLO early\r\n");
        await harness.Client.ExpectAsync("554 5.5.0");
        harness.CloseClientSide();
        await harness.Client.ExpectEndAsync();
        Assert.StartsWith("unknown|554|", Assert.Single(harness.Receipt.Incidents), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_that_talks_before_the_banner_is_served_when_the_check_is_off()
    {
        await using var harness = new SessionHarness(options: Lax, sentBeforeBanner: "EHLO early\r\n");
        await harness.Client.ExpectAsync("220 ");
        await harness.Client.ExpectAsync("250-");
    }

    [Theory]
    [InlineData("EHLO c\r\nNOOP\r\n")]
    [InlineData("HELO c\r\nNOOP\r\n")]
    [InlineData("NOOP\r\nNOOP\r\n")]
    public async Task Client_that_pipelines_before_it_may_is_refused(string batch)
    {
        await using var harness = new SessionHarness();
        await harness.Client.ExpectAsync("220 ");
        await harness.Client.SendAsync(batch);
        await harness.Client.ExpectAsync("554 5.5.0");
    }

    [Theory]
    [InlineData(true, "MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n", true)]
    [InlineData(true, "MAIL FROM:<a@example.com>\r\n|RCPT TO:<b@example.com>\r\n|DATA\r\n", false)]
    [InlineData(true, "MAIL FROM:<a@example.com>\r\n|RCPT TO:<b@example.com>\r\nDATA\r\n", true)]
    [InlineData(false, "MAIL FROM:<a@example.com>\r\n|RCPT TO:<b@example.com>\r\n|DATA\r\n", null)]
    public async Task Message_knows_whether_its_client_waited_for_replies(bool isOffered, string batches, bool? pipelined)
    {
        var receipt = new FakeReceipt();
        receipt.Capabilities = receipt.Capabilities with { Pipelining = isOffered };
        await using var harness = await new SessionHarness(receipt).GreetAsync();
        foreach (var batch in batches.Split('|'))
        {
            await harness.Client.SendAsync(batch);
            for (var i = 0; i < batch.Split('\n').Length - 1; i++)
            {
                await harness.Client.ReadReplyAsync();
            }
        }

        await harness.Client.SendAsync("x\r\n.\r\n");
        await harness.Client.ExpectAsync("250 ");
        Assert.Equal(pipelined, Assert.Single(receipt.Pipelined));
    }

    [Theory]
    [InlineData("NOOP", true)]
    [InlineData("VRFY x", true)]
    [InlineData("EXPN x", true)]
    [InlineData("ETRN x", true)]
    [InlineData("STARTTLS", true)]
    [InlineData("DATA", true)]
    [InlineData("EHLO c", true)]
    [InlineData("HELO c", true)]
    [InlineData("FOO", true)]
    [InlineData("RSET", false)]
    [InlineData("HELP", false)]
    [InlineData("AUTH PLAIN", false)]
    [InlineData("MAIL FROM:<a@example.com>", false)]
    [InlineData("RCPT TO:<a@example.com>", false)]
    [InlineData("QUIT", false)]
    public async Task With_pipelining_some_commands_must_be_the_last_of_a_batch(string command, bool mustBeLast)
    {
        await using var harness = await new SessionHarness().GreetAsync();
        await harness.Client.SendAsync(command + "\r\nRSET\r\n");
        Assert.Equal(mustBeLast, (await harness.Client.ReadReplyAsync())!.StartsWith("554 5.5.0 SMTP synchronization error", StringComparison.Ordinal));
        harness.CloseClientSide();
        Assert.Equal(mustBeLast ? [("next input sent too soon: pipelining was advertised", command, "RSET\r\n")] : [],
            harness.Receipt.Breaks.Select(end => (end.Reason, end.Line, end.NextInput)));
    }

    [Theory]
    [InlineData(true, true, true)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    public async Task The_policy_may_let_a_client_talk_too_soon_where_the_listener_would_look(bool listener, bool policy, bool refused)
    {
        var receipt = new FakeReceipt();
        receipt.Rules = receipt.Rules with { EnforcesSynchronisation = policy };
        await using var harness = new SessionHarness(receipt, SessionHarness.Options() with { EnforceSynchronisation = listener }, sentBeforeBanner: "EHLO early\r\n");
        await harness.Client.ExpectAsync(refused ? "554 " : "220 ");
        Assert.Equal(refused ? ["EHLO early\r\n"] : [], receipt.Breaks.Select(end => end.NextInput));
    }

    [Fact]
    public async Task Client_that_pipelines_after_helo_is_refused()
    {
        await using var harness = new SessionHarness();
        await harness.Client.ExpectAsync("220 ");
        await harness.Client.CommandAsync("HELO c", "250 ");
        await harness.Client.SendAsync("MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\n");
        await harness.Client.ExpectAsync("554 5.5.0");
        Assert.Empty(harness.Receipt.Mails);
    }

    [Fact]
    public async Task Client_without_pipelining_may_close_behind_quit_and_send_a_chunk_behind_its_command()
    {
        var receipt = new FakeReceipt();
        receipt.Capabilities = receipt.Capabilities with { Pipelining = false };
        await using var harness = await new SessionHarness(receipt).EnvelopeAsync();
        await harness.Client.SendAsync("BDAT 3 LAST\r\na\r\n");
        await harness.Client.ExpectAsync("250 ");
        await harness.Client.SendAsync("QUIT\r\n");
        await harness.Client.ExpectAsync("221 ");
    }

    [Fact]
    public async Task Client_that_sends_the_message_before_it_was_asked_is_refused()
    {
        await using var harness = await new SessionHarness().EnvelopeAsync();
        await harness.Client.SendAsync("DATA\r\nx\r\n.\r\n");
        await harness.Client.ExpectAsync("554 5.5.0");
        await harness.DisposeAsync();
        Assert.DoesNotContain("begin data", harness.Receipt.Calls);
        Assert.Equal(1, harness.Receipt.CountOf("reset sync failure"));
    }

    [Fact]
    public async Task Batch_of_pipelined_commands_is_answered_in_order_and_with_one_flush()
    {
        await using var harness = await new SessionHarness().GreetAsync();
        int before = harness.Flushes;
        await harness.Client.SendAsync("MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nRCPT TO:<c@example.com>\r\nDATA\r\n");
        foreach (string code in (string[])["250 2.1.0", "250 2.1.5", "250 2.1.5", "354 "])
        {
            await harness.Client.ExpectAsync(code);
        }

        Assert.Equal(before + 1, harness.Flushes);
    }

    /// <summary>Until the client knows that the message was taken, it may send it again (RFC 1047): that reply is not kept back for those to the commands behind it.</summary>
    [Fact]
    public async Task Reply_to_the_end_of_data_does_not_wait_for_commands_that_are_pipelined_behind_it()
    {
        await using var harness = await new SessionHarness().GreetAsync();
        await harness.Client.SendAsync("MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n");
        foreach (string code in (string[])["250 2.1.0", "250 2.1.5", "354 "])
        {
            await harness.Client.ExpectAsync(code);
        }

        int before = harness.Flushes;
        await harness.Client.SendAsync("x\r\n.\r\nMAIL FROM:<d@example.com>\r\nRCPT TO:<e@example.com>\r\nDATA\r\n");
        foreach (string code in (string[])["250 2.0.0 accepted", "250 2.1.0", "250 2.1.5", "354 "])
        {
            await harness.Client.ExpectAsync(code);
        }

        Assert.Equal(before + 2, harness.Flushes);
    }
}
