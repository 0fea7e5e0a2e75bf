using System.Text;
using Pipeline.Node.Listeners;

namespace Pipeline.Node.Tests.Listeners;

public sealed class StandardInputSessionTests
{
    [Theory]
    [InlineData("\n", "\n")]
    [InlineData("\n", "\r\n")]
    [InlineData("\r\n", "\n")]
    [InlineData("\r\n", "\r\n")]
    public async Task Conversation_in_a_file_is_served_whatever_its_line_ends_and_stored_with_crlf(string odd, string even)
    {
        var receipt = new FakeReceipt();
        string[] lines = ["EHLO me", "MAIL FROM:<a@example.com>", "RCPT TO:<b@example.com>", "DATA", "Subject: x", "", "body", "..", ".", "QUIT"];
        using var input = new MemoryStream(Encoding.ASCII.GetBytes(string.Concat(lines.Select((line, number) => line + (number % 2 == 0 ? even : odd)))));
        using var output = new MemoryStream();
        await StandardInputSession.RunAsync(input, output, SessionHarness.Options(), receipt, new ManualTime());

        string[] replies = [.. Encoding.ASCII.GetString(output.ToArray()).Split("\r\n").Where(line => line.Length > 3 && line[3] == ' ').Select(line => line[..3])];
        Assert.Equal(["220", "250", "250", "250", "354", "250", "221"], replies);
        Assert.Equal("Subject: x\r\n\r\nbody\r\n.\r\n"u8.ToArray(), Assert.Single(receipt.Messages));
        Assert.Null(Assert.Single(receipt.Clients).Client);
        Assert.Equal(1, receipt.Disposed);
    }

    [Fact]
    public async Task Conversation_that_ends_without_quit_ends_the_session()
    {
        var receipt = new FakeReceipt();
        using var input = new MemoryStream("EHLO me\r\nMAIL FROM:<a@example.com>\r\n"u8.ToArray());
        using var output = new MemoryStream();
        await StandardInputSession.RunAsync(input, output, SessionHarness.Options(), receipt, new ManualTime());
        Assert.Equal(1, receipt.CountOf("reset connection lost"));
    }
}
