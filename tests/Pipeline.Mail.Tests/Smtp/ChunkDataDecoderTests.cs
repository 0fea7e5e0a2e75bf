using System.Text;
using Pipeline.Mail.Smtp;

namespace Pipeline.Mail.Tests.Smtp;

public sealed class ChunkDataDecoderTests
{
    public static TheoryData<string, string, DataDefects, string> Texts => new()
    {
        // octets of all chunks, content as refused mode passes it, defects, content when normalised
        { "", "", DataDefects.None, "" },
        { "a\r\n", "a\r\n", DataDefects.None, "a\r\n" },
        { "a", "a\r\n", DataDefects.None, "a\r\n" },
        { "a\r\n.\r\nb\r\n", "a\r\n.\r\nb\r\n", DataDefects.None, "a\r\n.\r\nb\r\n" },
        { "..a\r\n", "..a\r\n", DataDefects.None, "..a\r\n" },
        { "a\nb\r\n", "a\nb\r\n", DataDefects.BareLf, "a\r\nb\r\n" },
        { "a\rb\r\n", "a\rb\r\n", DataDefects.BareCr, "a b\r\n" },
        { "a\r", "a\r\r\n", DataDefects.BareCr, "a \r\n" },
        { "\n.\n", "\n.\n\r\n", DataDefects.BareLf, "\r\n.\r\n" },
        { "\0\r\n", "\0\r\n", DataDefects.Nul, "\0\r\n" },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void Chunks_of_text_are_held_to_line_ends_at_every_chunk_border(string text, string kept, DataDefects defects, string normalised)
    {
        byte[] octets = Encoding.Latin1.GetBytes(text);
        for (int split = 0; split <= octets.Length; split++)
        {
            foreach (int size in (int[])[ChunkDataDecoder.MinDestination, 5, 4096])
            {
                DecodedData refused = DecodedData.OfChunks(BareLineEndPolicy.Refuse, false, size, octets[..split], octets[split..]);
                Assert.Equal(defects, refused.Defects);
                Assert.Equal(kept, Encoding.Latin1.GetString(refused.Content));

                DecodedData lenient = DecodedData.OfChunks(BareLineEndPolicy.Normalise, false, size, octets[..split], octets[split..]);
                Assert.Equal(defects, lenient.Defects);
                Assert.Equal(normalised, Encoding.Latin1.GetString(lenient.Content));
            }
        }
    }

    [Fact]
    public void Chunks_of_binary_pass_untouched()
    {
        byte[] octets = new byte[1024];
        new Random(1).NextBytes(octets);
        DecodedData decoded = DecodedData.OfChunks(BareLineEndPolicy.Refuse, true, 100, octets[..500], octets[500..]);
        Assert.Equal(octets, decoded.Content);
        Assert.Equal(DataDefects.None, decoded.Defects);
    }
}
