using System.Text;
using Pipeline.Mail.Dkim;

namespace Pipeline.Mail.Tests.Dkim;

public sealed class TagListTests
{
    [Theory]
    [InlineData("a=1")]
    [InlineData("a=1;")]
    [InlineData("a=1; \t\r\n ")]
    [InlineData(" a = 1 ; b\t=\t2")]
    [InlineData("a=;b=x=y==")]
    [InlineData("A_9=x; a_9=y")]
    public void Lists_of_the_grammar_are_read(string text) => Assert.True(Parse(text, out _, out var problem), problem);

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(";")]
    [InlineData("a")]
    [InlineData("a=1;;b=2")]
    [InlineData("a=1; ;b=2")]
    [InlineData("=1")]
    [InlineData("a=1; b")]
    [InlineData("9a=1")]
    [InlineData("a-b=1")]
    [InlineData("a=1; a=1")]
    [InlineData("a=\u0001")]
    [InlineData("a=x\u007f")]
    public void Other_lists_are_refused_with_a_reason(string text)
    {
        Assert.False(Parse(text, out _, out var problem));
        Assert.NotEmpty(problem);
    }

    [Fact]
    public void Values_lose_the_white_space_around_them_and_keep_that_within()
    {
        Assert.True(Parse("v=1; b=  ab\r\n cd ; bh=x", out var tags, out _));
        Assert.Equal("ab\r\n cd", tags.Text("b"u8));
        Assert.Equal("x", tags.Text("bh"u8));
        Assert.Null(tags.Text("h"u8));
        Assert.Equal("v", tags.FirstName);
    }

    [Fact]
    public void The_extent_of_a_value_goes_from_the_equals_sign_to_the_semicolon()
    {
        const string Text = "bh=1; xb=2; b = abc ; c=3";
        Assert.True(Parse(Text, out var tags, out _));
        Assert.Equal(" abc ", Text[tags.ExtentOf("b"u8)]);
    }

    [Fact]
    public void A_list_may_have_as_many_tags_as_the_limit_and_no_more()
    {
        Assert.True(TagList.TryParse(Many(10), 10, out _, out _));
        Assert.False(TagList.TryParse(Many(11), 10, out _, out _));
        static byte[] Many(int count) => Encoding.ASCII.GetBytes(string.Join(';', Enumerable.Range(0, count).Select(i => $"t{i}=x")));
    }

    [Fact]
    public void Random_octets_never_throw()
    {
        var random = new Random(7);
        const string Alphabet = "ab=;: \t\r\n-_9\u00ff\0";
        for (var round = 0; round < 50_000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(0, 12)).Select(_ => Alphabet[random.Next(Alphabet.Length)]));
            if (Parse(text, out var tags, out _))
            {
                Assert.InRange(tags.Count, 1, 6);
            }
        }
    }

    private static bool Parse(string text, out TagList list, out string problem) => TagList.TryParse(Encoding.Latin1.GetBytes(text), 100, out list, out problem);
}
