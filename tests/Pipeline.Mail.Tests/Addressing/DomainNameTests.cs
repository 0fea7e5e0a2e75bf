using System.Text;
using Pipeline.Mail.Addressing;

namespace Pipeline.Mail.Tests.Addressing;

public sealed class DomainNameTests
{
    [Theory]
    [InlineData("Example.COM", "example.com")]
    [InlineData("bücher.example", "xn--bcher-kva.example")]
    [InlineData("BÜCHER.Example", "xn--bcher-kva.example")]
    [InlineData("xn--bcher-kva.EXAMPLE", "xn--bcher-kva.example")]
    [InlineData("例え.テスト", "xn--r8jz45g.xn--zckzah")]
    [InlineData("例え。テスト", "xn--r8jz45g.xn--zckzah")]
    [InlineData("_dmarc.example.com", "_dmarc.example.com")]
    public void The_ASCII_form_is_lower_case_A_labels(string domain, string expected)
    {
        Assert.True(DomainName.TryToAscii(domain, out var ascii));
        Assert.Equal(expected, ascii);
    }

    [Theory]
    [InlineData("xn--bcher-kva.example", "bücher.example")]
    [InlineData("EXAMPLE.com", "example.com")]
    [InlineData("例え.テスト", "例え.テスト")]
    public void The_Unicode_form_is_U_labels(string domain, string expected)
    {
        Assert.True(DomainName.TryToUnicode(domain, out var unicode));
        Assert.Equal(expected, unicode);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("a..b")]
    [InlineData("a b")]
    [InlineData("a@b")]
    [InlineData("[192.0.2.1]")]
    [InlineData("-a.example")]
    [InlineData("\uD800.example")]
    [InlineData("a\u0000b.example")]
    [InlineData("\u202Eabc.example")]
    [InlineData("。")]
    public void What_is_no_domain_has_neither_form(string domain)
    {
        Assert.False(DomainName.TryToAscii(domain, out _));
        Assert.False(DomainName.TryToUnicode(domain, out _));
        Assert.False(DomainName.IsValid(Encoding.UTF8.GetBytes(domain), allowNonAscii: true));
    }

    [Fact]
    public void A_broken_A_label_is_valid_ASCII_but_has_no_Unicode_form()
    {
        Assert.True(DomainName.TryToAscii("xn--\u007a99999999999.example", out _));
        Assert.False(DomainName.TryToUnicode("xn--99999999999999.example", out _));
    }

    [Theory]
    [InlineData("example.com", "EXAMPLE.com", true)]
    [InlineData("bücher.example", "XN--BCHER-KVA.example", true)]
    [InlineData("[IPv6:::1]", "[ipv6:::1]", true)]
    [InlineData("example.com", "example.net", false)]
    [InlineData("bücher.example", "bucher.example", false)]
    [InlineData("", "", true)]
    public void Domains_are_compared_by_their_ASCII_form(string left, string right, bool expected) =>
        Assert.Equal(expected, DomainName.AreEqual(left, right));

    [Fact]
    public void Nothing_makes_it_throw()
    {
        var random = new Random(5890);
        for (var i = 0; i < 20_000; i++)
        {
            var domain = string.Create(random.Next(1, 40), random, static (text, r) =>
            {
                foreach (ref var c in text)
                {
                    c = r.Next(4) == 0 ? (char)r.Next(0x10000) : "abz-.xn--09Üß"[r.Next(13)];
                }
            });

            if (DomainName.TryToAscii(domain, out var ascii))
            {
                Assert.True(DomainName.IsValid(Encoding.ASCII.GetBytes(ascii), allowNonAscii: false));
            }

            _ = DomainName.TryToUnicode(domain, out _);
        }
    }
}
