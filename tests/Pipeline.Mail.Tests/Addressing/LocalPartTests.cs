using Pipeline.Mail.Addressing;

namespace Pipeline.Mail.Tests.Addressing;

public sealed class LocalPartTests
{
    [Theory]
    [InlineData("user", "user")]
    [InlineData("a.b+c", "a.b+c")]
    [InlineData("odd user", "\"odd user\"")]
    [InlineData("a\"b\\c", "\"a\\\"b\\\\c\"")]
    [InlineData("", "\"\"")]
    [InlineData("a..b", "\"a..b\"")]
    [InlineData(".a", "\".a\"")]
    [InlineData("a@b", "\"a@b\"")]
    [InlineData("用户", "用户")]
    public void A_name_is_quoted_only_where_it_must_be_and_unquotes_to_itself(string name, string expected)
    {
        Assert.True(LocalPart.TryQuote(name, out var quoted));
        Assert.Equal(expected, quoted);
        Assert.Equal(name, LocalPart.Unquote(quoted));
    }

    [Theory]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    [InlineData("a\u0085b")]
    public void Control_characters_cannot_be_quoted(string name) => Assert.False(LocalPart.TryQuote(name, out _));

    [Theory]
    [InlineData("\"", "\"")]
    [InlineData("\"a", "\"a")]
    [InlineData("\"\\x\\\"\"", "x\"")]
    public void Unquoting_takes_anything(string localPart, string expected) => Assert.Equal(expected, LocalPart.Unquote(localPart));
}
