using System.Text;
using Pipeline.Mail.Spf;

namespace Pipeline.Mail.Tests.Spf;

public sealed class SpfRecordParserTests
{
    [Theory]
    [InlineData("v=spf1")]
    [InlineData("V=SPF1 ")]
    [InlineData("v=spf1 +a -A ~mx ?MX ptr  all ")]
    [InlineData("v=spf1 a:b.c a:b.c/0 a/24 a//64 a/24//64 mx:b.c./8//8")]
    [InlineData("v=spf1 ip4:1.2.3.4 ip4:0.0.0.0/0 ip4:1.2.3.4/32")]
    [InlineData("v=spf1 ip6:::1 ip6:1:2:3:4:5:6:7:8/128 ip6:::ffff:1.2.3.4 ip6:::/0")]
    [InlineData("v=spf1 include:%{d} exists:%{ir}.x.%{v}._spf.%{d2} exists:a.%% exists:a%_ exists:a%-")]
    [InlineData("v=spf1 redirect=%{d} exp=a.b")]
    [InlineData("v=spf1 a.b-c_d=x%{s} unknown=")]
    [InlineData("v=spf1 a:foo:bar/baz.example.com")]
    [InlineData("v=spf1 a:a.b-1")]
    [InlineData("v=spf1 a:x.%{l1r-+/_=,.}")]
    public void Records_of_the_grammar_are_read(string record) => Assert.True(Parse(record, out _, out var problem), problem);

    [Theory]
    [InlineData("a:")]
    [InlineData("a:museum")]
    [InlineData("a:museum.")]
    [InlineData("a:abc.123")]
    [InlineData("a:abc.-com")]
    [InlineData("a:abc.com-")]
    [InlineData("a:b.c/33")]
    [InlineData("a/00")]
    [InlineData("a/024")]
    [InlineData("a/")]
    [InlineData("a//")]
    [InlineData("a//129")]
    [InlineData("a/24/64")]
    [InlineData("a///64")]
    [InlineData("mx/1000")]
    [InlineData("all:x")]
    [InlineData("all.")]
    [InlineData("ptr/24")]
    [InlineData("ptr:")]
    [InlineData("include")]
    [InlineData("include:")]
    [InlineData("include:a.b/24")]
    [InlineData("exists:a.b/24")]
    [InlineData("ip4")]
    [InlineData("ip4:")]
    [InlineData("ip4:1.2.3")]
    [InlineData("ip4:1.2.3.4.5")]
    [InlineData("ip4:01.2.3.4")]
    [InlineData("ip4:1.2.3.256")]
    [InlineData("ip4:1.2.3.+4")]
    [InlineData("ip4:1.2.3.4/")]
    [InlineData("ip4:1.2.3.4/33")]
    [InlineData("ip4:1.2.3.4//32")]
    [InlineData("ip4:0x7f.0.0.1")]
    [InlineData("ip6:1.2.3.4")]
    [InlineData("ip6:::1%eth0")]
    [InlineData("ip6:[::1]")]
    [InlineData("ip6:::1/129")]
    [InlineData("ip6::")]
    [InlineData("ip6:1::2::3")]
    [InlineData("ip6:::1.2.3")]
    [InlineData("ip6:::01.2.3.4")]
    [InlineData("moo")]
    [InlineData("1up=x")]
    [InlineData("=x")]
    [InlineData("-redirect=a.b")]
    [InlineData("redirect=")]
    [InlineData("redirect:a.b")]
    [InlineData("redirect=a.b redirect=a.b")]
    [InlineData("exp=a.b EXP=a.b")]
    [InlineData("foo=%")]
    [InlineData("foo=%x")]
    [InlineData("foo=%{x}")]
    [InlineData("foo=%{s0}")]
    [InlineData("foo=%{}")]
    [InlineData("foo=%{s")]
    [InlineData("foo=%{s2rr}")]
    [InlineData("foo=%{s2;}")]
    [InlineData("foo=%{c}")]
    [InlineData("a:a.b\tmx")]
    [InlineData("a:a.b\0")]
    [InlineData("a:a.\u00e9b")]
    [InlineData("--all")]
    [InlineData("+")]
    public void Any_wrong_term_makes_the_whole_record_wrong(string term)
    {
        Assert.False(Parse($"v=spf1 +all {term}", out _, out var problem));
        Assert.NotEmpty(problem);
    }

    [Theory]
    [InlineData("v=spf1", true)]
    [InlineData("v=spf1 ", true)]
    [InlineData("v=spf10", false)]
    [InlineData("v=spf1\t", false)]
    [InlineData(" v=spf1", false)]
    [InlineData("v=spf", false)]
    public void The_version_must_end_in_a_blank_or_the_record(string record, bool expected) =>
        Assert.Equal(expected, SpfRecordParser.IsSpfRecord(Encoding.ASCII.GetBytes(record)));

    [Fact]
    public void Random_records_never_throw()
    {
        var random = new Random(7208);
        string[] parts = ["a", "mx", "ip4:", "ip6:", ":", "/", "//", "24", "%{", "%{d}", "}", "%", ".", "com", "=", "redirect=", " ", "-", "\0", "1.2.3.4", "::"];
        for (var round = 0; round < 50_000; round++)
        {
            var text = "v=spf1 " + string.Concat(Enumerable.Range(0, random.Next(0, 10)).Select(_ => parts[random.Next(parts.Length)]));
            Assert.True(Parse(text, out _, out var problem) || problem.Length > 0);
        }
    }

    private static bool Parse(string record, out SpfRecord parsed, out string problem) =>
        SpfRecordParser.TryParse(Encoding.Latin1.GetBytes(record), out parsed, out problem);
}
