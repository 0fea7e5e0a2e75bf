using System.Text;
using Pipeline.Mail.Sasl;

namespace Pipeline.Mail.Tests.Sasl;

public sealed class CramMd5Tests
{
    private static readonly byte[] Challenge = "<1896.697170952@postoffice.reston.mci.net>"u8.ToArray();
    private static readonly byte[] Secret = "tanstaaftanstaaf"u8.ToArray();

    [Fact]
    public void Response_is_that_of_the_example_of_its_rfc() =>
        Assert.Equal("tim b913a602c7eda7a495b4e6e7334d3890", Encoding.ASCII.GetString(CramMd5.Respond("tim"u8, Secret, Challenge)));

    [Fact]
    public void Response_is_believed_with_its_secret_and_challenge_alone()
    {
        Assert.True(CramMd5.TryRead(CramMd5.Respond("tim"u8, Secret, Challenge), out ReadOnlySpan<byte> user, out ReadOnlySpan<byte> digest));
        Assert.Equal("tim", Encoding.ASCII.GetString(user));
        Assert.True(CramMd5.Verify(digest, Secret, Challenge));
        Assert.False(CramMd5.Verify(digest, "tanstaaftanstaag"u8, Challenge));
        Assert.False(CramMd5.Verify(digest, Secret, "<1896.697170953@postoffice.reston.mci.net>"u8));
    }

    [Theory]
    [InlineData("tim b913a602c7eda7a495b4e6e7334d3890", "tim")]
    [InlineData("tim smith b913a602c7eda7a495b4e6e7334d3890", "tim smith")]
    [InlineData(" b913a602c7eda7a495b4e6e7334d3890", "")]
    public void Response_is_taken_apart_at_its_last_blank(string response, string name)
    {
        Assert.True(CramMd5.TryRead(Encoding.ASCII.GetBytes(response), out ReadOnlySpan<byte> user, out _));
        Assert.Equal(name, Encoding.ASCII.GetString(user));
    }

    [Theory]
    [InlineData("")]
    [InlineData("tim")]
    [InlineData("tim ")]
    [InlineData("b913a602c7eda7a495b4e6e7334d3890")]
    [InlineData("tim b913a602c7eda7a495b4e6e7334d389")]
    [InlineData("tim b913a602c7eda7a495b4e6e7334d38900")]
    public void Response_without_a_name_or_a_whole_digest_is_none(string response) => Assert.False(CramMd5.TryRead(Encoding.ASCII.GetBytes(response), out _, out _));

    [Fact]
    public void Challenges_differ_and_name_the_host()
    {
        string[] challenges = [.. Enumerable.Range(0, 20).Select(_ => Encoding.ASCII.GetString(CramMd5.MakeChallenge("mx.example")))];
        Assert.Equal(20, challenges.Distinct().Count());
        Assert.All(challenges, challenge => Assert.Matches("^<[0-9a-f]{32}@mx\\.example>$", challenge));
    }
}
