using Pipeline.Actors.Receipt;
using Pipeline.Mail.Smtp;

namespace Pipeline.Node.Tests.Listeners;

/// <summary>BDAT (RFC 3030).</summary>
public sealed class SmtpChunkingTests
{
    [Fact]
    public async Task Chunks_make_one_message()
    {
        await using var harness = await new SessionHarness().EnvelopeAsync();
        await harness.Client.SendAsync("BDAT 5\r\nab\r\nc");
        await harness.Client.ExpectAsync("250 2.0.0 5 byte chunk received");
        await harness.Client.CommandAsync("NOOP", "250 ");
        await harness.Client.SendAsync("BDAT 0\r\nBDAT 3 LAST\r\nd\r\n");
        await harness.Client.ExpectAsync("250 2.0.0 0 byte chunk received");
        await harness.Client.ExpectAsync("250 2.0.0 accepted");
        Assert.Equal("ab\r\ncd\r\n"u8.ToArray(), Assert.Single(harness.Receipt.Messages));
        Assert.Equal(1, harness.Receipt.CountOf("begin bdat"));
        await harness.Client.CommandAsync("MAIL FROM:<c@example.com>", "250 ");
    }

    [Fact]
    public async Task Chunks_of_a_binary_message_pass_untouched()
    {
        var receipt = new FakeReceipt();
        receipt.Capabilities = receipt.Capabilities with { BinaryMime = true };
        await using var harness = await new SessionHarness(receipt).EnvelopeAsync(" BODY=BINARYMIME");
        await harness.Client.CommandAsync("DATA", "503 5.5.1");
        await harness.Client.SendAsync("BDAT 8 LAST\r\n\r\0\n.\n\r.\r");
        await harness.Client.ExpectAsync("250 ");
        Assert.Equal("\r\0\n.\n\r.\r"u8.ToArray(), Assert.Single(receipt.Messages));
    }

    [Fact]
    public async Task Chunks_behind_a_refused_one_are_read_and_refused()
    {
        var receipt = new FakeReceipt
        {
            Script = call => call == "begin bdat" ? new ReceiptDecision(new SmtpReply(452, new EnhancedStatusCode(4, 3, 1), "full")) : null,
        };
        await using var harness = await new SessionHarness(receipt).EnvelopeAsync();
        await harness.Client.SendAsync("BDAT 6\r\nQUIT\r\nBDAT 6\r\nQUIT\r\nBDAT 6 LAST\r\nQUIT\r\nNOOP\r\n");
        foreach (string code in (string[])["452 4.3.1", "503 5.5.1", "503 5.5.1", "250 "])
        {
            await harness.Client.ExpectAsync(code);
        }

        receipt.Script = _ => null;
        await harness.Client.CommandAsync("MAIL FROM:<c@example.com>", "250 ");
        Assert.Equal(1, receipt.CountOf("reset BDAT was refused"));
    }

    [Theory]
    [InlineData("RSET")]
    [InlineData("MAIL FROM:<c@example.com>")]
    [InlineData("EHLO again")]
    public async Task Session_goes_on_after_a_refused_chunk(string line)
    {
        var receipt = new FakeReceipt { RefuseDataAt = 1 };
        await using var harness = await new SessionHarness(receipt).EnvelopeAsync();
        await harness.Client.SendAsync("BDAT 20000\r\n" + new string('x', 20_000));
        await harness.Client.ExpectAsync("452 4.3.1 disk full");
        await harness.Client.CommandAsync("RCPT TO:<b@example.com>", "503 ");
        await harness.Client.CommandAsync(line, "250");
        Assert.DoesNotContain(receipt.Incidents, incident => incident.Contains("disk full", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("MAIL FROM:<a@example.com>\r\n")]
    public async Task Chunk_out_of_sequence_is_read_before_it_is_refused(string before)
    {
        await using var harness = await new SessionHarness().GreetAsync();
        await harness.Client.SendAsync(before + "BDAT 6 LAST\r\nQUIT\r\nNOOP\r\n");
        if (before.Length > 0)
        {
            await harness.Client.ExpectAsync("250 ");
        }

        await harness.Client.ExpectAsync("503 5.5.1");
        await harness.Client.ExpectAsync("250 ");
    }

    [Fact]
    public async Task Chunk_is_refused_where_chunking_was_not_offered()
    {
        var receipt = new FakeReceipt();
        receipt.Capabilities = receipt.Capabilities with { Chunking = false };
        await using var harness = await new SessionHarness(receipt).EnvelopeAsync();
        await harness.Client.SendAsync("BDAT 6 LAST\r\nQUIT\r\nNOOP\r\n");
        await harness.Client.ExpectAsync("503 5.5.1 BDAT command used when CHUNKING not advertised");
        await harness.Client.ExpectAsync("250 ");
    }

    [Fact]
    public async Task Client_lost_inside_a_chunk_leaves_no_message()
    {
        await using var harness = await new SessionHarness().EnvelopeAsync();
        await harness.Client.SendAsync("BDAT 10 LAST\r\nabc");
        harness.CloseClientSide();
        await harness.Ended;
        Assert.Empty(harness.Receipt.Messages);
        Assert.Equal(1, harness.Receipt.CountOf("reset connection lost"));
    }
}
