using System.Text;
using Pipeline.Mail.Smtp;
using Pipeline.Node.Listeners;

namespace Pipeline.Node.Tests.Listeners;

/// <summary>SMTP smuggling (CVE-2023-51764, -51765, -51766) over a real connection: whatever resembles an end of data, one message comes out of one message.</summary>
public sealed class SmtpSmugglingTests
{
    private const string SecondMessage = "MAIL FROM:<smuggled@example.com>\r\nRCPT TO:<victim@example.com>\r\nDATA\r\nsmuggled\r\n";

    public static TheoryData<string> FalseEnds => new()
    {
        "\n.\n", "\r.\r", "\r\n.\n", "\r\n.\r", "\n.\r\n", "\r.\r\n", "\n.\r", "\r.\n", "\n\n.\n\n", "\r\n\r.\r\n", "\r\n.\r\r\n", "\r\r\n.\n",
        "\r\n\0.\r\n", "\r\n.\0\r\n", "\r\n\n.\r\n", "\n\r\n.\n",
    };

    [Theory]
    [MemberData(nameof(FalseEnds))]
    public async Task False_end_of_data_smuggles_nothing_and_refuses_the_message(string falseEnd)
    {
        var receipt = new FakeReceipt();
        await using SmtpServer server = await KestrelFixture.StartAsync(receipt, options => options with { RefuseNul = true });
        await using SmtpTestClient client = await SmtpTestClient.GreetedAsync(server.Endpoints[0]);
        await SendMessageAsync(client, "body" + falseEnd + SecondMessage);
        await client.ExpectAsync("550 5.6.11");
        await client.CommandAsync("NOOP", "250 ");

        Assert.Single(receipt.Mails);
        Assert.Empty(receipt.Messages);
        Assert.StartsWith("DATA|550|", Assert.Single(receipt.Incidents), StringComparison.Ordinal);
        Assert.Single(receipt.Calls, call => call.StartsWith("reset message refused", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(FalseEnds))]
    public async Task False_end_of_data_smuggles_nothing_when_line_ends_are_normalised(string falseEnd)
    {
        var receipt = new FakeReceipt();
        await using SmtpServer server =
            await KestrelFixture.StartAsync(receipt, options => options with { BareLineEnds = BareLineEndPolicy.Normalise });
        await using SmtpTestClient client = await SmtpTestClient.GreetedAsync(server.Endpoints[0]);
        await SendMessageAsync(client, "body" + falseEnd + SecondMessage);
        await client.ExpectAsync("250 2.0.0 accepted");
        await client.CommandAsync("NOOP", "250 ");

        Assert.Single(receipt.Mails);
        string content = Encoding.Latin1.GetString(Assert.Single(receipt.Messages));
        Assert.Contains("MAIL FROM:<smuggled@example.com>\r\n", content, StringComparison.Ordinal);
        string withoutLineEnds = content.Replace("\r\n", "", StringComparison.Ordinal);
        Assert.DoesNotContain('\r', withoutLineEnds);
        Assert.DoesNotContain('\n', withoutLineEnds);
    }

    [Fact]
    public async Task Listener_on_a_network_refuses_to_take_line_feeds_for_line_ends()
    {
        var error = await Assert.ThrowsAsync<ArgumentException>(
            () => KestrelFixture.StartAsync(new FakeReceipt(), options => options with { BareLineEnds = BareLineEndPolicy.LineEnd }));
        Assert.Contains("smuggled", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task End_of_data_sent_octet_by_octet_is_the_end()
    {
        var receipt = new FakeReceipt();
        await using SmtpServer server = await KestrelFixture.StartAsync(receipt);
        await using SmtpTestClient client = await SmtpTestClient.GreetedAsync(server.Endpoints[0]);
        await BeginAsync(client);
        foreach (char octet in "a\r\n.b\r\n..\r\n.\r\n")
        {
            await client.SendAsync(octet.ToString());
        }

        await client.ExpectAsync("250 ");
        Assert.Equal("a\r\nb\r\n.\r\n"u8.ToArray(), Assert.Single(receipt.Messages));
    }

    [Fact]
    public async Task Commands_pipelined_behind_the_true_end_of_data_are_commands()
    {
        var receipt = new FakeReceipt();
        await using SmtpServer server = await KestrelFixture.StartAsync(receipt);
        await using SmtpTestClient client = await SmtpTestClient.GreetedAsync(server.Endpoints[0]);
        await BeginAsync(client);
        await client.SendAsync("a\r\n.\r\nMAIL FROM:<c@example.com>\r\nRCPT TO:<d@example.com>\r\nRSET\r\nQUIT\r\n");
        foreach (string code in (string[])["250 2.0.0 accepted", "250 2.1.0", "250 2.1.5", "250 2.0.0 Reset", "221 "])
        {
            await client.ExpectAsync(code);
        }

        Assert.Equal(2, receipt.Mails.Count);
    }

    [Theory]
    [InlineData("\n.\n")]
    [InlineData("\r.\r")]
    [InlineData("a\rb")]
    [InlineData("a\nb")]
    public async Task Chunk_with_a_bare_line_end_is_refused_and_its_octets_are_never_commands(string bad)
    {
        var receipt = new FakeReceipt();
        await using SmtpServer server = await KestrelFixture.StartAsync(receipt);
        await using SmtpTestClient client = await SmtpTestClient.GreetedAsync(server.Endpoints[0]);
        string content = "x" + bad + SecondMessage;
        await client.SendAsync($"MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nBDAT {content.Length} LAST\r\n{content}NOOP\r\n");
        await client.ExpectAsync("250 ");
        await client.ExpectAsync("250 ");
        await client.ExpectAsync("550 5.6.11");
        await client.ExpectAsync("250 ");
        Assert.Single(receipt.Mails);
        Assert.Empty(receipt.Messages);
    }

    [Fact]
    public async Task Chunk_border_inside_a_line_end_is_no_bare_line_end()
    {
        var receipt = new FakeReceipt();
        await using SmtpServer server = await KestrelFixture.StartAsync(receipt);
        await using SmtpTestClient client = await SmtpTestClient.GreetedAsync(server.Endpoints[0]);
        await client.SendAsync("MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nBDAT 2\r\na\rBDAT 4 LAST\r\n\n.\r\n");
        foreach (string code in (string[])["250 ", "250 ", "250 2.0.0 2 byte chunk", "250 2.0.0 accepted"])
        {
            await client.ExpectAsync(code);
        }

        Assert.Equal("a\r\n.\r\n"u8.ToArray(), Assert.Single(receipt.Messages));
    }

    [Fact]
    public async Task Data_after_a_chunk_is_refused_and_what_follows_is_not_a_message()
    {
        var receipt = new FakeReceipt();
        await using SmtpServer server = await KestrelFixture.StartAsync(receipt);
        await using SmtpTestClient client = await SmtpTestClient.GreetedAsync(server.Endpoints[0]);
        await client.SendAsync("MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nBDAT 3\r\na\r\nDATA\r\n");
        await client.ExpectAsync("250 ");
        await client.ExpectAsync("250 ");
        await client.ExpectAsync("250 ");
        await client.ExpectAsync("503 5.5.1");
        await client.CommandAsync("MAIL FROM:<c@example.com>", "503 5.5.1");
        await client.CommandAsync("BDAT 0 LAST", "250 2.0.0 accepted");
        Assert.Equal("a\r\n"u8.ToArray(), Assert.Single(receipt.Messages));
    }

    [Fact]
    public async Task Chunk_command_with_an_unknown_size_ends_the_connection()
    {
        var receipt = new FakeReceipt();
        await using SmtpServer server = await KestrelFixture.StartAsync(receipt);
        await using SmtpTestClient client = await SmtpTestClient.GreetedAsync(server.Endpoints[0]);
        await client.SendAsync("MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nBDAT 1e3 LAST\r\n" + SecondMessage);
        await client.ExpectAsync("250 ");
        await client.ExpectAsync("250 ");
        await client.ExpectAsync("501 5.5.4");
        await client.DisposeAsync();
        Assert.Single(receipt.Mails);
    }

    private static async Task BeginAsync(SmtpTestClient client)
    {
        await client.CommandAsync("MAIL FROM:<a@example.com>", "250 ");
        await client.CommandAsync("RCPT TO:<b@example.com>", "250 ");
        await client.CommandAsync("DATA", "354 ");
    }

    private static async Task SendMessageAsync(SmtpTestClient client, string content)
    {
        await BeginAsync(client);
        await client.SendAsync(content + "\r\n.\r\n");
    }
}
