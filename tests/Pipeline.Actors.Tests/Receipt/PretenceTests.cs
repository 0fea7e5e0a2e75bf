using Pipeline.Actors.Tests.Support;
using Pipeline.Messages.Journal;

namespace Pipeline.Actors.Tests.Receipt;

/// <summary><c>control = fakereject</c> and <c>fakedefer</c>.</summary>
public sealed class PretenceTests : ReceiptTestKit
{
    private const string Kept =
        "Your message has been rejected but is being kept for evaluation. If it was a legitimate message, it may still be delivered to the target recipient(s).";

    [Theory]
    [InlineData("control = fakereject", "550 " + Kept)]
    [InlineData("control = fakereject/go away", "550 go away")]
    [InlineData("control = fakereject/554 5.7.1 go away", "550 554 5.7.1 go away")]
    [InlineData("control = fakedefer", "450 " + Kept)]
    [InlineData("control = fakedefer/later", "450 later")]
    [InlineData("control = fakereject/x\n  warn control = fakedefer", "450 " + Kept)]
    [InlineData("control = fakedefer/x\n  warn control = fakereject/y", "550 y")]
    public async Task The_client_hears_no_and_the_message_is_stored(string control, string reply)
    {
        var decision = await SendAsync(Service(Policy(control)), "Subject: x\r\n\r\nbody\r\n");

        Assert.Equal(reply, decision.Reply.ToString());
        Assert.False(decision.Close);
        var accepted = Assert.Single(Assert.Single(Store.Accepted).Journal.Select(entry => entry.Event).OfType<MessageAccepted>());
        Assert.Equal(reply, accepted.Pretence);
    }

    [Fact]
    public async Task The_default_text_is_broken_into_lines_as_exim_does() => Assert.Equal<string>(
        [
            "Your message has been rejected but is being kept for evaluation.",
            "If it was a legitimate message, it may still be delivered to the target",
            "recipient(s).",
        ],
        (await SendAsync(Service(Policy("control = fakereject")), "Subject: x\r\n\r\nbody\r\n")).Reply.Lines);

    private TestPolicy Policy(string control) => new(
        $"""
        acl_smtp_rcpt = check_rcpt
        acl_smtp_data = check_data
        begin acl
        check_rcpt:
          accept
        check_data:
          warn {control}
          accept message = data says yes
        """,
        Time);
}
