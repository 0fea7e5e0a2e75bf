using System.Text;
using Pipeline.Mail.Dsn;

namespace Pipeline.Mail.Tests.Dsn;

public sealed class XtextTests
{
    [Theory]
    [InlineData("QQ314", "QQ314")]
    [InlineData("ab+cd", "ab+2Bcd")]
    [InlineData("a=b c", "a+3Db+20c")]
    [InlineData("~!", "~!")]
    [InlineData("\u007f", "+7F")]
    [InlineData("é", "+C3+A9")]
    public void Encoding_and_decoding_are_inverse(string text, string xtext)
    {
        Assert.Equal(xtext, Xtext.Encode(text));
        Assert.True(Xtext.TryDecodeText(xtext, out var decoded) || text == "\u007f");
        Assert.True(Xtext.TryDecode(xtext, out var octets));
        Assert.Equal(Encoding.UTF8.GetBytes(text), octets);
        Assert.True(decoded is null || decoded == text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a=b")]
    [InlineData("+")]
    [InlineData("a+2")]
    [InlineData("a+2G")]
    [InlineData("a+ 2")]
    [InlineData("a\u007f")]
    [InlineData("é")]
    [InlineData("a\r\nb")]
    public void What_is_not_xtext_is_refused(string xtext) => Assert.False(Xtext.TryDecode(xtext, out _));

    [Fact]
    public void Digits_of_either_case_are_read()
    {
        Assert.True(Xtext.TryDecodeText("+2b+2B", out var text));
        Assert.Equal("++", text);
    }

    [Theory]
    [InlineData("a+0D+0Ab")]
    [InlineData("+FF")]
    [InlineData("+C2+85")]
    public void Text_holds_neither_control_characters_nor_broken_UTF8(string xtext) => Assert.False(Xtext.TryDecodeText(xtext, out _));

    [Fact]
    public void Any_octets_survive()
    {
        var random = new Random(3461);
        for (var i = 0; i < 2000; i++)
        {
            var octets = new byte[random.Next(1, 60)];
            random.NextBytes(octets);
            Assert.True(Xtext.TryDecode(Xtext.Encode(octets), out var again));
            Assert.Equal(octets, again);
        }
    }
}
