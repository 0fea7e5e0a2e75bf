using System.Text;
using Pipeline.Connectors.Smtp;

namespace Pipeline.Connectors.Tests.Smtp;

public sealed class SmtpCapabilitiesTests
{
    [Fact]
    public void Parse_knows_what_it_uses_in_any_case_and_ignores_the_rest()
    {
        var peer = Parse("PIPELINING greets you\nsize 1000\npipelining\n8BITMIME\nSmtpUtf8\nDSN\nCHUNKING\nSTARTTLS\nREQUIRETLS\nPRDR\nAUTH plain LOGIN\nAUTH=LOGIN\nX-OTHER a b\n\n");

        Assert.True(peer is { Pipelining: true, EightBitMime: true, SmtpUtf8: true, Dsn: true, Chunking: true, StartTls: true, RequireTls: true, Prdr: true, Size: true });
        Assert.Equal(1000, peer.SizeLimit);
        Assert.Equal<string>(["PLAIN", "LOGIN"], peer.Mechanisms);
    }

    [Theory]
    [InlineData("peer\n")]
    [InlineData("")]
    [InlineData("PIPELINING\n")]
    [InlineData("peer\nPIPELININGX\n")]
    public void Parse_greeting_line_and_other_words_are_no_capabilities(string text) => Assert.Equal(SmtpCapabilities.None with { Mechanisms = [] }, Parse(text) with { Mechanisms = [] });

    [Theory]
    [InlineData("SIZE", 0)]
    [InlineData("SIZE 0", 0)]
    [InlineData("SIZE 52428800", 52428800)]
    [InlineData("SIZE 5x", 0)]
    [InlineData("SIZE -5", 0)]
    [InlineData("SIZE 99999999999999999999", 0)]
    public void Parse_size_limit(string line, long expected)
    {
        var peer = Parse($"peer\n{line}\n");

        Assert.True(peer.Size);
        Assert.Equal(expected, peer.SizeLimit);
    }

    private static SmtpCapabilities Parse(string text) => SmtpCapabilities.Parse(Encoding.Latin1.GetBytes(text));
}
