using System.Text;
using Pipeline.Mail.Smtp;

namespace Pipeline.Mail.Tests.Smtp;

public sealed class EnvelopePathTests
{
    [Theory]
    [InlineData("MAIL FROM:<a@b.test>", "<a@b.test>")]
    [InlineData("MAIL FROM:<a@b.test> SIZE=10 ", "<a@b.test>")]
    [InlineData("mail  from:  <x!y z> SIZE=10", "<x!y z>")]
    [InlineData("MAIL FROM:<>", "<>")]
    [InlineData("MAIL FROM:", "")]
    [InlineData("MAIL FROM:<\"a>b\"@c.test>", "<\"a>b\"@c.test>")]
    [InlineData("MAIL FROM:<no end SIZE=10", "<no end SIZE=10")]
    [InlineData("RCPT TO:x!y NOTIFY=NEVER", "x!y")]
    [InlineData("RCPT TO:\tx!y\t", "x!y")]
    [InlineData("RCPT FROM:<a@b.test>", null)]
    [InlineData("MAIL", null)]
    [InlineData("DATA", null)]
    [InlineData("VRFY TO:<a@b.test>", null)]
    [InlineData("", null)]
    public void Path_is_found(string line, string? expected)
    {
        var octets = Encoding.Latin1.GetBytes(line);
        Assert.Equal(expected is not null, EnvelopePath.TryFind(octets, out _, out var path));
        Assert.Equal(expected ?? "", Encoding.Latin1.GetString(path.Of(octets)));
    }

    [Fact]
    public void Any_line_is_taken()
    {
        var random = new Random(1);
        string[] pieces = ["MAIL", "RCPT", " ", "\t", "FROM:", "TO:", "<", ">", "a", "\"", "\xff", "\r"];
        for (var i = 0; i < 20_000; i++)
        {
            var octets = Encoding.Latin1.GetBytes(string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ => pieces[random.Next(pieces.Length)])));
            var found = EnvelopePath.TryFind(octets, out _, out var path);
            Assert.True(!found || (path.Start > 0 && path.Start <= path.End && path.End <= octets.Length));
        }
    }
}
