using System.Buffers;
using System.Text;
using Pipeline.Mail.Mime;

namespace Pipeline.Mail.Tests.Mime;

public sealed class TransferDecoderTests
{
    [Theory]
    [InlineData("base64", "aGVsbG8gd29y\r\nbGQhCg==\r\n", "hello world!\n", 0)]
    [InlineData("base64", "aGVsbG*8g!d29y\r\nbGQ\r\n", "hello world", 2)]
    [InlineData("base64", "YQ==YmM=ZGVm", "abcdef", 0)]
    [InlineData("base64", "A", "", 2)]
    [InlineData("base64", "-_8=", "", 2)]
    [InlineData("base64", "", "", 0)]
    [InlineData("quoted-printable", "hel=\r\nlo =3D x  \r\n", "hello = x  \n", 0)]
    [InlineData("quoted-printable", "a= \t\r\nb=\nc", "abc", 0)]
    [InlineData("quoted-printable", "=c3=A4=\r", "\u00c3\u00a4=\r", 1)]
    [InlineData("quoted-printable", "=zz =4\r\n==41=", "=zz =4\n=A=", 1)]
    [InlineData("quoted-printable", "a\rb\r\r\n", "a\rb\r\n", 0)]
    [InlineData("7bit", "a\r\nb\rc\r\r\nd\n\r", "a\nb\rc\r\nd\n\r", 0)]
    [InlineData("x-unknown", "begin 644 f\r\n", "begin 644 f\n", 0)]
    public void Content_is_decoded_at_every_split_and_what_is_broken_is_noted(string encoding, string encoded, string decoded, int level)
    {
        var octets = Encoding.Latin1.GetBytes(encoded);
        for (var split = 0; split <= octets.Length; split++)
        {
            var output = new ArrayBufferWriter<byte>();
            var decoder = TransferDecoder.For(encoding);
            decoder.Append(octets.AsSpan(0, split), output);
            decoder.Append(octets.AsSpan(split), output);
            decoder.Complete(output);
            Assert.Equal(decoded, Encoding.Latin1.GetString(output.WrittenSpan));
            Assert.Equal(level, decoder.Anomaly?.Level ?? 0);
        }
    }

    [Theory]
    [InlineData("base64")]
    [InlineData("quoted-printable")]
    [InlineData("8bit")]
    public void Octets_of_any_kind_are_decoded_alike_however_they_are_cut(string encoding)
    {
        var random = new Random(4711);
        var alphabet = "=\r\n 4aZ+/\0\u00ff"u8.ToArray();
        for (var round = 0; round < 3000; round++)
        {
            var octets = Enumerable.Range(0, random.Next(100)).Select(_ => alphabet[random.Next(alphabet.Length)]).ToArray();
            var whole = Decode(encoding, [octets]);
            Assert.True(whole.Length <= octets.Length);
            Assert.Equal(whole, Decode(encoding, [.. octets.Select(octet => new[] { octet })]));
        }
    }

    private static byte[] Decode(string encoding, byte[][] pieces)
    {
        var output = new ArrayBufferWriter<byte>();
        var decoder = TransferDecoder.For(encoding);
        foreach (var piece in pieces)
        {
            decoder.Append(piece, output);
        }

        decoder.Complete(output);
        return output.WrittenSpan.ToArray();
    }
}
