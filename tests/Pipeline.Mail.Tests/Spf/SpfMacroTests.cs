using System.Net;
using System.Text;
using Pipeline.Mail.Spf;

namespace Pipeline.Mail.Tests.Spf;

public sealed class SpfMacroTests
{
    private static readonly SpfMacroContext Four = Context("192.0.2.3");

    /// <summary>The examples of RFC 7208 section 7.4.</summary>
    [Theory]
    [InlineData("%{s}", "strong-bad@email.example.com")]
    [InlineData("%{o}", "email.example.com")]
    [InlineData("%{d}", "email.example.com")]
    [InlineData("%{d4}", "email.example.com")]
    [InlineData("%{d3}", "email.example.com")]
    [InlineData("%{d2}", "example.com")]
    [InlineData("%{d1}", "com")]
    [InlineData("%{dr}", "com.example.email")]
    [InlineData("%{d2r}", "example.email")]
    [InlineData("%{l}", "strong-bad")]
    [InlineData("%{l-}", "strong.bad")]
    [InlineData("%{lr}", "strong-bad")]
    [InlineData("%{lr-}", "bad.strong")]
    [InlineData("%{l1r-}", "strong")]
    [InlineData("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com")]
    [InlineData("%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com")]
    [InlineData("%{lr-}.lp.%{ir}.%{v}._spf.%{d2}", "bad.strong.lp.3.2.0.192.in-addr._spf.example.com")]
    [InlineData("%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}", "3.2.0.192.in-addr.strong.lp._spf.example.com")]
    [InlineData("%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net")]
    [InlineData("%%%_%-", "% %20")]
    [InlineData("%{S}", "strong-bad%40email.example.com")]
    [InlineData("%{h}", "mx.example.org")]
    [InlineData("%{d999}", "email.example.com")]
    public void Macros_expand_as_in_the_RFC(string text, string expected) => Assert.Equal(expected, Expand(Four, text));

    [Fact]
    public void The_address_of_IPv6_is_nibbles()
    {
        var six = Context("2001:db8::cb01");
        Assert.Equal("1.0.B.C.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.B.D.0.1.0.0.2.ip6._spf.example.com", Expand(six, "%{ir}.%{v}._spf.%{d2}"));
        Assert.Equal("2001:db8::cb01", Expand(six, "%{c}", inExplanation: true));
    }

    [Fact]
    public void The_receiver_and_the_time_exist_in_explanations() =>
        Assert.Equal("mx.receiver.example 1700000000 192.0.2.3", Expand(Four, "%{r} %{t} %{c}", inExplanation: true));

    [Fact]
    public void A_name_that_is_too_long_loses_labels_on_its_left()
    {
        Assert.True(SpfMacroParser.TryParseDomainSpec(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("%{d}.", 20)) + "end.example"), out var macro));
        var name = Four.ExpandDomain(macro, "email.example.com", "");
        Assert.InRange(name.Length, 253 - 7, 253);
        Assert.Contains(name.Split('.')[0], (string[])["email", "example", "com"]);
        Assert.EndsWith(".email.example.com.end.example", name, StringComparison.Ordinal);
    }

    [Fact]
    public void Expansion_stops_at_its_limit()
    {
        Assert.True(SpfMacroParser.TryParse(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("%{s}%{S}", 10_000))), true, out var macro));
        Assert.InRange(Four.Expand(macro, "example.com", "", 1000).Length, 1000, 1100);
    }

    private static string Expand(SpfMacroContext context, string text, bool inExplanation = false)
    {
        Assert.True(SpfMacroParser.TryParse(Encoding.ASCII.GetBytes(text), inExplanation, out var macro));
        return context.Expand(macro, "email.example.com", "", 1000);
    }

    private static SpfMacroContext Context(string client) => new(
        IPAddress.Parse(client), "strong-bad", "email.example.com", "mx.example.org", "mx.receiver.example", DateTimeOffset.FromUnixTimeSeconds(1_700_000_000));
}
