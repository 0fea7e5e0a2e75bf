using System.Text;
using Pipeline.Mail.Message;

namespace Pipeline.Mail.Tests.Message;

public sealed class HeaderBlockTests
{
    private static readonly HeaderBlock Header = Parse("Received: 1\r\nreceived: 2\r\nFrom: a\r\nRECEIVED: 3\r\n\r\n");

    [Fact]
    public void The_lowest_and_the_uppermost_instance_are_found_whatever_the_case()
    {
        Assert.Equal(3, Header.FindLast("Received"u8));
        Assert.Equal(1, Header.FindLast("Received"u8, from: 2));
        Assert.Equal(0, Header.FindFirst("Received"u8));
        Assert.Equal(3, Header.FindFirst("Received"u8, from: 2));
        Assert.Equal(-1, Header.FindLast("Receive"u8));
    }

    [Fact]
    public void Indexes_of_a_name_come_top_first()
    {
        Assert.Equal([0, 1, 3], Header.IndexesOf("received").ToArray());
        Assert.Empty(Header.IndexesOf("to").ToArray());
    }

    [Fact]
    public void Fields_are_removed_together_and_the_others_keep_their_octets()
    {
        var rest = Header.Without([0, 3]);
        Assert.Equal("received: 2\r\nFrom: a\r\n", Encoding.ASCII.GetString(rest.Bytes.Span));
        Assert.Equal(["received: 2", "From: a"], Enumerable.Range(0, rest.Count).Select(i => rest[i].ToString()));
        Assert.Same(Header, Header.Without([]));
    }

    private static HeaderBlock Parse(string text)
    {
        HeaderBlock.Parse(Encoding.ASCII.GetBytes(text), HeaderLimits.Default, out var header, out _, out _);
        return header;
    }
}
