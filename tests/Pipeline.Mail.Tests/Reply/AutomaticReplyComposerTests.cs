using System.Text;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Message;
using Pipeline.Mail.Reply;

namespace Pipeline.Mail.Tests.Reply;

public sealed class AutomaticReplyComposerTests
{
    private const string Original = "Message-Id: <two@from.test>\r\nReferences: <one@from.test>\r\nSubject: question\r\n";

    private static readonly AutomaticReply Plain = new() { Recipients = [new EnvelopeAddress("a", "from.test")], From = "b@local.test" };

    [Fact]
    public void A_reply_says_what_it_answers_and_that_a_program_wrote_it()
    {
        var reply = Plain with
        {
            To = "a@from.test",
            Cc = "c@from.test",
            ReplyTo = "d@local.test",
            Subject = "Away: question",
            Headers = "X-One: 1\nX-Two: 2\n folded\n",
            Text = "I am away.\nBack soon.",
        };
        Assert.Equal(
            "From: b@local.test\r\nTo: a@from.test\r\nCc: c@from.test\r\nReply-To: d@local.test\r\nSubject: Away: question\r\nIn-Reply-To: <two@from.test>\r\n"
            + "References: <one@from.test>\r\n <two@from.test>\r\nAuto-Submitted: auto-replied\r\nX-One: 1\r\nX-Two: 2\r\n folded\r\n"
            + "Message-Id: <E1xV0aA-00000000001-0001@mx.test>\r\nDate: Mon, 02 Nov 2026 05:48:08 +0000\r\n"
            + "\r\nI am away.\r\nBack soon.\r\n",
            Compose(reply));
    }

    [Fact]
    public void A_message_without_an_identifier_has_no_field_that_leads_back()
    {
        var text = Compose(Plain, "Subject: x\r\n");
        Assert.DoesNotContain("In-Reply-To", text, StringComparison.Ordinal);
        Assert.DoesNotContain("References", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a\nBcc: victim@x.test")]
    [InlineData("a\r\n\r\nbody")]
    [InlineData("a\0b")]
    public void What_a_peer_wrote_begins_no_field_and_ends_no_header(string subject)
    {
        var header = Compose(Plain with { Subject = subject, To = subject, Headers = "X-Subject: " + subject }).Split("\r\n\r\n")[0];
        Assert.StartsWith("From: b@local.test\r\nTo: a", header, StringComparison.Ordinal);
        Assert.Contains("\r\nSubject: a", header, StringComparison.Ordinal);
        Assert.Contains("\r\nDate: ", header, StringComparison.Ordinal);
        Assert.DoesNotContain('\0', header);
        Assert.All(header.Split("\r\n").Where(line => line[0] != ' '), line => Assert.Contains(line[..line.IndexOf(':')], new[]
        {
            "From", "To", "Subject", "In-Reply-To", "References", "Auto-Submitted", "X-Subject", "Message-Id", "Date", "Bcc",
        }));
        Assert.DoesNotContain("\r\nBcc", header.Split("X-Subject")[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("body\r\n", "------ This is a copy of the message, including all the headers. ------\r\n\r\n" + Original + "\r\nbody\r\n")]
    [InlineData(null, "------ This is a copy of the headers of the message, whose body is too long. ------\r\n\r\n" + Original)]
    public void The_message_can_go_back(string? body, string end) =>
        Assert.EndsWith("text\r\n\r\n" + end, Compose(Plain with { Text = "text\n", ReturnsMessage = true }, body: body), StringComparison.Ordinal);

    [Theory]
    [InlineData("plain", BodyType.SevenBit)]
    [InlineData("gr\u00fc\u00df", BodyType.EightBitMime)]
    public void Octets_beyond_ascii_need_eight_bits(string text, BodyType type) =>
        Assert.Equal(type, AutomaticReplyComposer.Compose(Plain with { Text = text }, Id, "mx.test", Octets(Original), null, Date).BodyType);

    private static readonly MessageId Id = MessageId.Create("1xV0aA-00000000001-0001");
    private static readonly DateTimeOffset Date = new(2026, 11, 2, 5, 48, 8, TimeSpan.Zero);

    private static string Compose(AutomaticReply reply, string original = Original, string? body = null)
    {
        var composed = AutomaticReplyComposer.Compose(reply, Id, "mx.test", Octets(original), body is null ? default(ReadOnlyMemory<byte>?) : Octets(body), Date);
        return Encoding.Latin1.GetString([.. composed.HeaderBlock.Span, .. "\r\n"u8, .. composed.Body.Span]);
    }

    private static ReadOnlyMemory<byte> Octets(string text) => Encoding.Latin1.GetBytes(text);
}
