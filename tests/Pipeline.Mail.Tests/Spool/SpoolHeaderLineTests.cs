using System.Text;
using Pipeline.Mail.Spool;

namespace Pipeline.Mail.Tests.Spool;

public sealed class SpoolHeaderLineTests
{
    [Theory]
    [InlineData("Received: x\r\n", 'P')]
    [InlineData("FROM : a\r\n", 'F')]
    [InlineData("Resent-From: a\r\n", 'F')]
    [InlineData("to: a\r\n", 'T')]
    [InlineData("Resent-Cc: a\r\n", 'C')]
    [InlineData("Bcc: a\r\n", 'B')]
    [InlineData("Sender: a\r\n", 'S')]
    [InlineData("Reply-To: a\r\n", 'R')]
    [InlineData("Message-ID: a\r\n", 'I')]
    [InlineData("Resent-Received: a\r\n", ' ')]
    [InlineData("Resent-: a\r\n", ' ')]
    [InlineData("Fromage: a\r\n", ' ')]
    [InlineData("nothing\r\n", ' ')]
    public void A_field_is_marked_by_its_name(string field, char flag) => Assert.Equal(flag, SpoolHeaderLine.FromWire(Encoding.ASCII.GetBytes(field)).Flag);

    [Theory]
    [InlineData("A: b\r\n", "A: b\n")]
    [InlineData("A: b\r\n\tc\r\n", "A: b\n\tc\n")]
    [InlineData("A: b", "A: b\n")]
    [InlineData("A: b\nBcc: evil\r\n", "A: b\n Bcc: evil\n")]
    [InlineData("A: b\n c\r\n", "A: b\n c\n")]
    [InlineData("A: b\n\nbody\r\n", "A: b\n \n body\n")]
    [InlineData("A: b\rc\0d\r\n", "A: b c?d\n")]
    [InlineData("A: b\r\r\n", "A: b \n")]
    public void A_field_stays_one_field(string wire, string expected) =>
        Assert.Equal(expected, Encoding.ASCII.GetString(SpoolHeaderLine.FromWire(Encoding.ASCII.GetBytes(wire)).Text.Span));
}
