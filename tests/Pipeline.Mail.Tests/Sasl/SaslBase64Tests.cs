using System.Text;
using Pipeline.Mail.Sasl;

namespace Pipeline.Mail.Tests.Sasl;

public sealed class SaslBase64Tests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("AHVzZXIAcGFzcw==", "\0user\0pass")]
    [InlineData("/+8=", "\u00ff\u00ef")]
    public void Encoded_octets_are_decoded_and_encoded_again(string text, string octets)
    {
        Assert.True(SaslBase64.TryDecode(Encoding.ASCII.GetBytes(text), out byte[]? decoded));
        Assert.Equal(octets, Encoding.Latin1.GetString(decoded));
        Assert.Equal(text, SaslBase64.Encode(decoded));
    }

    [Theory]
    [InlineData("=")]
    [InlineData("*")]
    [InlineData("AAA")]
    [InlineData("AA=A")]
    [InlineData("AAAA=")]
    [InlineData("AAA A")]
    [InlineData("AAAA AAAA")]
    [InlineData("AAAA\r")]
    [InlineData("AA-_")]
    [InlineData("\u00e4AAA")]
    public void Text_that_is_no_encoding_is_refused(string text) => Assert.False(SaslBase64.TryDecode(Encoding.Latin1.GetBytes(text), out _));

    [Fact]
    public void Octets_of_every_length_come_back()
    {
        var random = new Random(4648);
        for (int length = 0; length < 200; length++)
        {
            byte[] octets = new byte[length];
            random.NextBytes(octets);
            Assert.True(SaslBase64.TryDecode(Encoding.ASCII.GetBytes(SaslBase64.Encode(octets)), out byte[]? decoded));
            Assert.Equal(octets, decoded);
        }
    }
}
