using System.Collections.Immutable;
using System.Text;
using Pipeline.Connectors.Headers;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Message;

namespace Pipeline.Connectors.Tests.Headers;

public sealed class HeaderEditsTests
{
    private const string Stored = "Received: by a\r\n\tid x\r\nSubject: hello\r\n world\r\nX-Spam: yes\r\nX-Spam-Score : 5\r\nTo: u@b.test\r\n";

    private static readonly DateTimeOffset Now = new(2026, 11, 22, 5, 48, 8, TimeSpan.Zero);

    [Fact]
    public void Without_edits_the_stored_block_is_used_as_it_is()
    {
        var job = Job(Settings());

        Assert.Equal(job.Content.HeaderBlock, HeaderEdits.Apply(job, Now));
    }

    [Fact]
    public void Block_that_the_transport_has_rewritten_takes_the_place_of_the_stored_one() => Assert.Equal(
        "To: v@b.test\r\nX-T: y\r\n",
        Edit(Settings() with { HeaderBlock = "Subject: s\r\nTo: v@b.test\r\n"u8.ToArray(), HeadersRemove = ["subject"], HeadersAdd = ["X-T: y"] }));

    [Fact]
    public void Trace_fields_go_on_top_in_their_order() =>
        Assert.Equal(
            "Return-path: <bounce@r.test>\r\nEnvelope-to: u@b.test\r\nDelivery-date: Sun, 22 Nov 2026 05:48:08 +0000\r\n" + Stored,
            Edit(Settings() with { ReturnPathAdd = true, EnvelopeToAdd = true, DeliveryDateAdd = true }));

    [Fact]
    public void The_null_return_path_is_empty_brackets() =>
        Assert.StartsWith(
            "Return-path: <>\r\nReceived:",
            Text(HeaderEdits.Apply(Job(Settings() with { ReturnPathAdd = true }) with { ReturnPath = EnvelopeAddress.Null }, Now)),
            StringComparison.Ordinal);

    [Fact]
    public void Envelope_to_has_the_address_of_the_envelope_and_not_what_it_was_redirected_to()
    {
        var recipient = new DeliveryRecipient(1, new EnvelopeAddress("root", "example.test")) { EnvelopeAddress = new EnvelopeAddress("abuse", "example.test") };
        var text = Text(HeaderEdits.Apply(Job(Settings() with { EnvelopeToAdd = true }) with { Recipients = [recipient] }, Now));
        Assert.StartsWith("Envelope-to: abuse@example.test\r\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Many_recipients_are_folded()
    {
        var recipients = Enumerable.Range(0, 40).Select(i => new DeliveryRecipient(i, new EnvelopeAddress($"user{i}", "example.test"))).ToImmutableArray();

        var text = Text(HeaderEdits.Apply(Job(Settings() with { EnvelopeToAdd = true }) with { Recipients = recipients }, Now));

        var field = text[..text.IndexOf("Received:", StringComparison.Ordinal)];
        Assert.All(field.Split("\r\n"), line => Assert.InRange(line.Length, 0, 78));
        Assert.Equal(
            "Envelope-to: " + string.Join(", ", recipients.Select(r => r.Address)),
            field.Replace("\r\n", "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("subject", "Received: by a\r\n\tid x\r\nX-Spam: yes\r\nX-Spam-Score : 5\r\nTo: u@b.test\r\n")]
    [InlineData("X-Spam", "Received: by a\r\n\tid x\r\nSubject: hello\r\n world\r\nX-Spam-Score : 5\r\nTo: u@b.test\r\n")]
    [InlineData("x-spam-score", "Received: by a\r\n\tid x\r\nSubject: hello\r\n world\r\nX-Spam: yes\r\nTo: u@b.test\r\n")]
    [InlineData("x-spam*", "Received: by a\r\n\tid x\r\nSubject: hello\r\n world\r\nTo: u@b.test\r\n")]
    [InlineData("*", "")]
    [InlineData("", Stored)]
    [InlineData("Absent", Stored)]
    public void Fields_are_removed_by_name(string name, string expected) =>
        Assert.Equal(expected, Edit(Settings() with { HeadersRemove = [name] }));

    [Fact]
    public void Removal_does_not_touch_added_fields() =>
        Assert.Equal(
            "Received: by a\r\n\tid x\r\nX-Spam: yes\r\nX-Spam-Score : 5\r\nTo: u@b.test\r\nSubject: new\r\n",
            Edit(Settings() with { HeadersRemove = ["Subject"], HeadersAdd = ["Subject: new"] }));

    [Theory]
    [InlineData("X-A: 1", "X-A: 1\r\n")]
    [InlineData("X-A: 1\n", "X-A: 1\r\n")]
    [InlineData("X-A: 1\nX-B: 2\n", "X-A: 1\r\nX-B: 2\r\n")]
    [InlineData("X-A: 1\r\n\tfold\r\n", "X-A: 1\r\n\tfold\r\n")]
    [InlineData("X-A: 1\n\nbody\n", "X-A: 1\r\n body\r\n")]
    [InlineData("X-A: 1\n \nX-B: 2", "X-A: 1\r\nX-B: 2\r\n")]
    [InlineData("X-A: \r\r\n\rrest", "X-A: \r\n rest\r\n")]
    [InlineData("X-A: J\u00FCrgen", "X-A: J\u00FCrgen\r\n")]
    [InlineData("no field", "")]
    [InlineData(" : x", "")]
    [InlineData("", "")]
    public void Added_text_is_always_whole_fields(string item, string expected) =>
        Assert.Equal(Stored + expected, Edit(Settings() with { HeadersAdd = [item] }));

    private static string Edit(TransportSettings settings) => Text(HeaderEdits.Apply(Job(settings), Now));

    private static string Text(ReadOnlyMemory<byte> octets) => Encoding.Latin1.GetString(octets.Span);

    private static QueuefileTransportSettings Settings() => new("t", "/nowhere");

    private static DeliveryJob Job(TransportSettings settings) => new()
    {
        MessageId = MessageId.Create("1xV0aA-00000000001-0001"),
        Content = new InMemoryMessageContent(Encoding.Latin1.GetBytes(Stored), "body\r\n"u8.ToArray()),
        ReturnPath = new EnvelopeAddress("bounce", "r.test"),
        Sender = new EnvelopeAddress("alice", "s.test"),
        Recipients = [new DeliveryRecipient(0, new EnvelopeAddress("u", "b.test"))],
        Transport = settings,
        ReceivedAt = Now,
    };
}
