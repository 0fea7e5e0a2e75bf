using System.Text;
using Pipeline.Mail.Dkim;

namespace Pipeline.Mail.Tests.Dkim;

public sealed class DkimSignatureParserTests
{
    private const string Hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    private const string Good = "v=1; a=rsa-sha256; d=Example.com; s=s1.x; h=From : to; bh=" + Hash + "; b=QUJD";

    [Fact]
    public void A_plain_signature_is_read_with_the_defaults_of_the_RFC()
    {
        var signature = Parse(Good, out _)!;
        Assert.Equal((CanonicalForm.Simple, CanonicalForm.Simple), (signature.HeaderForm, signature.BodyForm));
        Assert.Equal(["from", "to"], signature.HeaderNames.ToArray());
        Assert.Equal("s1.x._domainkey.Example.com", signature.KeyName);
        Assert.Equal((null, null, null, null), (signature.Identity, signature.BodyLength, signature.Created, signature.Expires));
    }

    [Theory]
    [InlineData("c=relaxed")]
    [InlineData("c=simple/relaxed")]
    [InlineData("i=@example.COM")]
    [InlineData("i=a=40b@mail.example.com")]
    [InlineData("t=1; x=2")]
    [InlineData("t=99999999999999999999999")]
    [InlineData("q=x/y:dns/txt")]
    [InlineData("l=0")]
    [InlineData("z=From:a|b")]
    [InlineData("zz=anything")]
    public void Optional_tags_of_the_grammar_are_accepted(string tag) => Assert.NotNull(Parse($"{Good}; {tag}", out _));

    [Theory]
    [InlineData("c=Relaxed")]
    [InlineData("c=relaxed/")]
    [InlineData("c=a/b")]
    [InlineData("i=example.com")]
    [InlineData("i=@badexample.com")]
    [InlineData("i=@com")]
    [InlineData("i=a=4@example.com")]
    [InlineData("t=5; x=5")]
    [InlineData("t=-1")]
    [InlineData("x=1.5")]
    [InlineData("l=")]
    [InlineData("l=00000000000000000000000000000000000000000000000000000000000000000000000000001")]
    [InlineData("q=http")]
    [InlineData("s=twice")]
    public void Optional_tags_that_break_it_are_permanent_errors(string tag) => AssertRefused($"{Good}; {tag}");

    [Theory]
    [InlineData("v=1", "v=2")]
    [InlineData("v=1", "v=01")]
    [InlineData("v=1; ", "")]
    [InlineData("rsa-sha256", "rsa-sha1")]
    [InlineData("rsa-sha256", "rsa-sha512")]
    [InlineData("a=rsa-sha256; ", "")]
    [InlineData("Example.com", "Example.com.")]
    [InlineData("Example.com", "")]
    [InlineData("Example.com", "exa mple.com")]
    [InlineData("Example.com", "a..b")]
    [InlineData("Example.com", "x(y).com")]
    [InlineData("From : to", "to")]
    [InlineData("From : to", "")]
    [InlineData("From : to", "From::to")]
    [InlineData("From : to", "Fro m")]
    [InlineData("QUJD", "QUJ")]
    [InlineData("QUJD", "")]
    [InlineData("QUJD", "Q*JD")]
    [InlineData(Hash, "QUJD")]
    public void Required_tags_must_be_there_and_right(string good, string bad) => AssertRefused(Good.Replace(good, bad, StringComparison.Ordinal));

    [Fact]
    public void A_name_that_is_no_name_is_not_shown()
    {
        Parse(Good.Replace("Example.com", "evil.example (dkim=pass)", StringComparison.Ordinal), out var result);
        Assert.Equal("", result!.Domain);
        Assert.Equal("s1.x", result.Selector);
    }

    [Fact]
    public void Internationalised_domains_are_converted()
    {
        var signature = DkimSignatureParser.Parse(Encoding.UTF8.GetBytes(Good.Replace("Example.com", "bücher.example", StringComparison.Ordinal)), DkimLimits.Default, out _);
        Assert.Equal("xn--bcher-kva.example", signature!.Domain);
    }

    [Fact]
    public void More_names_than_the_limit_are_neutral_and_not_listed()
    {
        Assert.NotNull(Parse(Names(1000), out _));
        Assert.Null(Parse(Names(1001), out var result));
        Assert.Equal(DkimVerdict.Neutral, result!.Verdict);
        static string Names(int count) => Good.Replace("From : to", string.Join(':', Enumerable.Repeat("from", count)), StringComparison.Ordinal);
    }

    private static void AssertRefused(string text)
    {
        Assert.Null(Parse(text, out var result));
        Assert.Equal(DkimVerdict.PermError, result!.Verdict);
        Assert.NotEmpty(result.Reason);
    }

    private static DkimSignature? Parse(string text, out DkimResult? result) =>
        DkimSignatureParser.Parse(Encoding.ASCII.GetBytes(text), DkimLimits.Default, out result);
}
