using Pipeline.Mail.Dns;

namespace Pipeline.Mail.Tests.Dns;

public sealed class DnsNameTests
{
    [Theory]
    [InlineData("a", true)]
    [InlineData("a.b.", true)]
    [InlineData("_dmarc.x y", true)]
    [InlineData("", false)]
    [InlineData(".", false)]
    [InlineData(".a", false)]
    [InlineData("a..b", false)]
    [InlineData("a..", false)]
    [InlineData("\u00fc.example", false)]
    [InlineData("a\0b", false)]
    public void A_name_can_be_asked_for_or_not(string name, bool expected) => Assert.Equal(expected, DnsName.IsQueryable(name));

    [Theory]
    [InlineData(63, 253, true)]
    [InlineData(64, 253, false)]
    [InlineData(63, 254, false)]
    public void Labels_and_names_have_limits(int label, int length, bool expected)
    {
        var name = new string('a', label) + string.Concat(Enumerable.Repeat(".b", (length - label) / 2)) + ((length - label) % 2 == 1 ? "c" : "");
        Assert.Equal(length, name.Length);
        Assert.Equal(expected, DnsName.IsQueryable(name));
    }

    [Theory]
    [InlineData("example.com", true)]
    [InlineData("a_b.c-d.e", true)]
    [InlineData("-a.b", false)]
    [InlineData("a-.b", false)]
    [InlineData("a.b.", false)]
    [InlineData("a b", false)]
    [InlineData("", false)]
    public void A_host_like_name_has_letters_digits_and_inner_hyphens(string name, bool expected) => Assert.Equal(expected, DnsName.IsHostLike(name));

    [Theory]
    [InlineData("mail.example.com", "example.com", true)]
    [InlineData("EXAMPLE.com", "example.COM", true)]
    [InlineData("badexample.com", "example.com", false)]
    [InlineData("com", "example.com", false)]
    public void A_subdomain_begins_at_a_label(string name, string domain, bool expected) => Assert.Equal(expected, DnsName.IsAtOrBelow(name, domain));

    [Fact]
    public void Names_are_converted_by_UTS_46_and_what_cannot_be_is_refused()
    {
        Assert.True(DnsName.TryToAscii("fa\u00df.example", out var ascii));
        Assert.Equal("xn--fa-hia.example", ascii);
        Assert.True(DnsName.TryToAscii("plain_name.example", out _));
        Assert.False(DnsName.TryToAscii("\u00fc..example", out _));
    }
}
