using System.Text;
using Pipeline.Node.Listeners;

namespace Pipeline.Node.Tests.Listeners;

public sealed class StandardInputSessionTests
{
    [Fact]
    public async Task Conversation_in_a_file_with_unix_line_ends_is_served()
    {
        var receipt = new FakeReceipt();
        using var input = new MemoryStream(Encoding.ASCII.GetBytes(
            "EHLO me\nMAIL FROM:<a@example.com>\nRCPT TO:<b@example.com>\nDATA\nSubject: x\n\nbody\r\n.\r\nQUIT\n"));
        using var output = new MemoryStream();
        await StandardInputSession.RunAsync(input, output, SessionHarness.Options(), receipt, new ManualTime());

        string[] replies = [.. Encoding.ASCII.GetString(output.ToArray()).Split("\r\n").Where(line => line.Length > 3 && line[3] == ' ').Select(line => line[..3])];
        Assert.Equal(["220", "250", "250", "250", "354", "250", "221"], replies);
        Assert.Equal("Subject: x\r\n\r\nbody\r\n"u8.ToArray(), Assert.Single(receipt.Messages));
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
        Assert.Equal(1, receipt.CountOf("reset connection ended"));
    }
}
