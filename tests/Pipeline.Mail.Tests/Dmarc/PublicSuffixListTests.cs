using Pipeline.Mail.Dmarc;

namespace Pipeline.Mail.Tests.Dmarc;

public sealed class PublicSuffixListTests
{
    [Theory]
    [InlineData("example.com", "example.com")]
    [InlineData("a.b.example.com", "example.com")]
    [InlineData("com", "com")]
    [InlineData("co.uk", "co.uk")]
    [InlineData("x.shop.co.uk", "shop.co.uk")]
    [InlineData("x.shop.uk", "shop.uk")]
    [InlineData("a.foo.ck", "a.foo.ck")]
    [InlineData("b.a.foo.ck", "a.foo.ck")]
    [InlineData("foo.ck", "foo.ck")]
    [InlineData("www.ck", "www.ck")]
    [InlineData("a.www.ck", "www.ck")]
    [InlineData("x.city.kobe.jp", "city.kobe.jp")]
    [InlineData("kobe.jp", "kobe.jp")]
    [InlineData("a.b.unknown", "b.unknown")]
    [InlineData("localhost", "localhost")]
    [InlineData("a.b.xn--p1ai", "b.xn--p1ai")]
    public void The_organisational_domain_is_one_label_more_than_the_longest_rule(string domain, string expected) =>
        Assert.Equal(expected, DmarcRun.Suffixes.OrganizationalDomain(domain));

    [Theory]
    [InlineData("com\na b c\nx..y", "line 3: \"x..y\" is no rule")]
    [InlineData("// nothing\n\n", "there is no rule in it")]
    [InlineData("<html>", "line 1: \"<html>\" is no rule")]
    public void A_file_that_is_no_list_says_so(string text, string expected)
    {
        Assert.False(PublicSuffixList.TryParse(text, out _, out var problem));
        Assert.Equal(expected, problem);
    }

    [Fact]
    public void Comments_blank_lines_a_byte_order_mark_and_line_ends_of_any_kind_are_read_over()
    {
        Assert.True(PublicSuffixList.TryParse("\uFEFFcom\r\n// net\r\n\r\n  org  the rest\r*\n", out var list, out _));
        Assert.Equal(2, list.Count);
    }
}
