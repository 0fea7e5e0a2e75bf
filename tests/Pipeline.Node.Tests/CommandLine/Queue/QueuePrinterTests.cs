using System.Collections.Immutable;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Message;
using Pipeline.Node.CommandLine.Queue;
using Pipeline.Storage.Ports;

namespace Pipeline.Node.Tests.CommandLine.Queue;

public sealed class QueuePrinterTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, " 0m")]
    [InlineData(25, "25m")]
    [InlineData(90, "90m")]
    [InlineData(91, " 1h")]
    [InlineData(72 * 60, "72h")]
    [InlineData((72 * 60) + 1, " 3d")]
    [InlineData(-5, " 0m")]
    public void Age_has_three_columns(int minutes, string text) => Assert.Equal(text, QueuePrinter.Age(TimeSpan.FromMinutes(minutes)));

    [Theory]
    [InlineData(0, "    0")]
    [InlineData(1023, " 1023")]
    [InlineData(1024, " 1.0K")]
    [InlineData(2970, " 2.9K")]
    [InlineData(10 * 1024, "  10K")]
    [InlineData(1024 * 1024, " 1.0M")]
    [InlineData(50L * 1024 * 1024, "  50M")]
    public void Size_has_five_columns(long octets, string text) => Assert.Equal(text, QueuePrinter.Size(octets));

    [Fact]
    public void Message_is_printed_letter_for_letter()
    {
        var text = Print(QueueRecipients.Envelope, Message(
            "alice@wonderland.fict.example", new RecipientState(0, Address("red.king@looking-glass.fict.example"), RecipientStatus.Queued, Now)));
        Assert.Equal("25m  2.9K 1xV4E1-4JMZGqN4bS7-0JpA <alice@wonderland.fict.example>\n          red.king@looking-glass.fict.example\n\n", text);
    }

    [Fact]
    public void Done_recipients_are_marked_and_redirected_ones_are_done_with_their_last_child()
    {
        var message = Message(
            "",
            new RecipientState(0, Address("done@x.example"), RecipientStatus.Delivered, Now),
            new RecipientState(1, Address("half@x.example"), RecipientStatus.Redirected, Now),
            new RecipientState(2, Address("whole@x.example"), RecipientStatus.Redirected, Now),
            new RecipientState(3, Address("half-1@x.example"), RecipientStatus.Delivered, Now, Parent: 1),
            new RecipientState(4, Address("half-2@x.example"), RecipientStatus.Queued, Now, Parent: 1),
            new RecipientState(5, Address("whole-1@x.example"), RecipientStatus.Failed, Now, Parent: 2));
        const string Head = "25m  2.9K 1xV4E1-4JMZGqN4bS7-0JpA <>\n";
        Assert.Equal($"{Head}        D done@x.example\n          half@x.example\n        D whole@x.example\n\n", Print(QueueRecipients.Envelope, message));
        Assert.Equal($"{Head}          half@x.example\n\n", Print(QueueRecipients.Undelivered, message));
        Assert.Equal(
            $"{Head}        D done@x.example\n          half@x.example\n        D whole@x.example\n       +D half-1@x.example\n       +D whole-1@x.example\n\n",
            Print(QueueRecipients.WithDeliveredChildren, message));
    }

    /// <summary>What exiqgrep takes apart: age, size, id and sender in one line, recipients indented.</summary>
    [Theory]
    [InlineData("alice@wonderland.fict.example")]
    [InlineData("")]
    [InlineData("\"odd one\"@x.example")]
    public void Line_of_a_message_can_be_taken_apart(string sender)
    {
        var line = Print(QueueRecipients.Envelope, Message(sender, new RecipientState(0, Address("b@c"), RecipientStatus.Queued, Now))).Split('\n')[0];
        var match = System.Text.RegularExpressions.Regex.Match(
            line, @"^\s*(?<age>\d+[mhd])\s+(?<size>\d+(?:\.\d)?[KM]?)\s+(?<id>\w{6}-\w{6}-\w{2}|\w{6}-\w{11}-\w{4})\s+<(?<from>.*)>$");
        Assert.True(match.Success, line);
        Assert.Equal(sender, match.Groups["from"].Value);
    }

    private static string Print(QueueRecipients show, QueuedMessage message)
    {
        using var output = new StringWriter { NewLine = "\n" };
        QueuePrinter.Print(output, [message], Now, show);
        return output.ToString();
    }

    private static QueuedMessage Message(string sender, params RecipientState[] recipients)
    {
        Assert.True(MessageId.TryCreate("1xV4E1-4JMZGqN4bS7-0JpA", out var id));
        return new QueuedMessage(id, Now - TimeSpan.FromMinutes(25), 2970, sender.Length == 0 ? EnvelopeAddress.Null : Address(sender), false, [.. recipients]);
    }

    private static EnvelopeAddress Address(string text) => new(text[..text.LastIndexOf('@')], text[(text.LastIndexOf('@') + 1)..]);
}
