using System.Text;
using Pipeline.Mail.Smtp;

namespace Pipeline.Mail.Tests.Smtp;

public sealed class DotDataDecoderTests
{
    private const BareLineEndPolicy Refuse = BareLineEndPolicy.Refuse;
    private const BareLineEndPolicy Normalise = BareLineEndPolicy.Normalise;

    public static TheoryData<string, string, string> WellFormed => new()
    {
        // wire, content, octets left behind the end
        { ".\r\n", "", "" },
        { "\r\n.\r\n", "\r\n", "" },
        { "a\r\n.\r\n", "a\r\n", "" },
        { "a\r\n..\r\n.\r\n", "a\r\n.\r\n", "" },
        { "a\r\n...\r\n.\r\n", "a\r\n..\r\n", "" },
        { "..a\r\n.\r\n", ".a\r\n", "" },
        { ".a\r\n.\r\n", "a\r\n", "" },
        { "a.\r\n.\r\n", "a.\r\n", "" },
        { "a\r\n.\r\nQUIT\r\n", "a\r\n", "QUIT\r\n" },
        { "a\r\n.\r\n.\r\n", "a\r\n", ".\r\n" },
        { "S: x\r\n\r\nbody\r\n.\r\n\r\n", "S: x\r\n\r\nbody\r\n", "\r\n" },
        { "\u00e9\r\n.\r\n", "\u00e9\r\n", "" },
    };

    /// <summary>The smuggling table: sequences that some server somewhere took for the end of data.</summary>
    public static TheoryData<string, DataDefects, string> NotTheEnd => new()
    {
        // wire, defects, content after normalisation
        { "a\n.\n", DataDefects.BareLf, "a\r\n.\r\n" },
        { "a\r.\r", DataDefects.BareCr, "a ." },
        { "a\r.\rb", DataDefects.BareCr, "a . b" },
        { "a\r\n.\n", DataDefects.BareLf, "a\r\n\r\n" },
        { "a\r\n.\rb", DataDefects.BareCr, "a\r\n b" },
        { "a\n.\r\n", DataDefects.BareLf, "a\r\n.\r\n" },
        { "a\n..\r\n", DataDefects.BareLf, "a\r\n..\r\n" },
        { "a\r.\r\n", DataDefects.BareCr, "a .\r\n" },
        { "a\r\n.\r\r\n", DataDefects.BareCr, "a\r\n \r\n" },
        { "a\r\r\n.\n", DataDefects.BareCr | DataDefects.BareLf, "a \r\n\r\n" },
        { "a\r\n\n.\r\n", DataDefects.BareLf, "a\r\n\r\n.\r\n" },
        { "a\n\r\n.\rb", DataDefects.BareLf | DataDefects.BareCr, "a\r\n\r\n b" },
        { "a\r\n\r.\r\n", DataDefects.BareCr, "a\r\n .\r\n" },
        { "a\r\n\0.\r\n", DataDefects.Nul, "a\r\n\0.\r\n" },
        { "a\r\n.\0\r\n", DataDefects.Nul, "a\r\n\0\r\n" },
        { "a\r\0\n.\r\n", DataDefects.BareCr | DataDefects.BareLf | DataDefects.Nul, "a \0\r\n.\r\n" },
        { "\n.\r\n", DataDefects.BareLf, "\r\n.\r\n" },
        { "\r.\r\n", DataDefects.BareCr, " .\r\n" },
        { ".\n", DataDefects.BareLf, "\r\n" },
        { ".\rb", DataDefects.BareCr, " b" },
        { "a\r\n .\r\n", DataDefects.None, "a\r\n .\r\n" },
        { "a\r\n. \r\n", DataDefects.None, "a\r\n \r\n" },
        { "a\r\n..\r\n", DataDefects.None, "a\r\n.\r\n" },
    };

    [Theory]
    [MemberData(nameof(WellFormed))]
    public void Data_that_is_well_formed_ends_at_its_dot_and_is_unstuffed(string wire, string content, string left)
    {
        byte[] octets = Encoding.Latin1.GetBytes(wire);
        foreach (BareLineEndPolicy policy in Enum.GetValues<BareLineEndPolicy>())
        {
            DecodedData decoded = DecodedData.OfDot(policy, 4096, octets);
            Assert.True(decoded.Ended);
            Assert.Equal(content, Encoding.Latin1.GetString(decoded.Content));
            Assert.Equal(left, Encoding.Latin1.GetString(octets[decoded.Consumed..]));
            Assert.Equal(DataDefects.None, decoded.Defects);
        }
    }

    [Theory]
    [MemberData(nameof(NotTheEnd))]
    public void Data_with_a_sequence_that_resembles_its_end_does_not_end(string wire, DataDefects defects, string normalised)
    {
        // What follows is a whole transaction that a smuggler would like to see executed, and then the real end.
        const string Tail = "x\r\nMAIL FROM:<smuggled@example.com>\r\nDATA\r\n.\r\n";
        byte[] octets = Encoding.Latin1.GetBytes(wire + Tail);

        DecodedData strict = DecodedData.OfDot(Refuse, 4096, octets);
        Assert.True(strict.Ended);
        Assert.Equal(octets.Length, strict.Consumed);
        Assert.Equal(defects, strict.Defects);

        DecodedData lenient = DecodedData.OfDot(Normalise, 4096, octets);
        Assert.True(lenient.Ended);
        Assert.Equal(octets.Length, lenient.Consumed);
        string held = wire.EndsWith('\r') ? " " : "";
        Assert.Equal(normalised + held + Tail[..^3], Encoding.Latin1.GetString(lenient.Content));
    }

    [Theory]
    [MemberData(nameof(NotTheEnd))]
    public void Data_normalised_holds_no_bare_line_end(string wire, DataDefects defects, string normalised)
    {
        _ = defects;
        _ = normalised;
        DecodedData decoded = DecodedData.OfDot(Normalise, 4096, Encoding.Latin1.GetBytes(wire + "\r\n.\r\n"));
        string content = Encoding.Latin1.GetString(decoded.Content).Replace("\r\n", "", StringComparison.Ordinal);
        Assert.DoesNotContain('\r', content);
        Assert.DoesNotContain('\n', content);
    }

    [Fact]
    public void Data_split_at_every_position_decodes_alike_for_every_destination_size()
    {
        IEnumerable<string> wires = WellFormed.Select(row => (string)row[0]).Concat(NotTheEnd.Select(row => (string)row[0] + "x\r\n.\r\nRSET\r\n"));
        foreach (string wire in wires)
        {
            byte[] octets = Encoding.Latin1.GetBytes(wire);
            foreach (BareLineEndPolicy policy in Enum.GetValues<BareLineEndPolicy>())
            {
                DecodedData whole = DecodedData.OfDot(policy, 4096, octets);
                for (int split = 0; split <= octets.Length; split++)
                {
                    foreach (int size in (int[])[DotDataDecoder.MinDestination, 4, 7, 4096])
                    {
                        DecodedData parts = DecodedData.OfDot(policy, size, octets[..split], octets[split..]);
                        whole.AssertSame(parts, $"{Uri.EscapeDataString(wire)} split at {split}, destination {size}, {policy}");
                    }
                }

                whole.AssertSame(DecodedData.OfDot(policy, DotDataDecoder.MinDestination, [.. octets.Select(o => new[] { o })]), $"{Uri.EscapeDataString(wire)} octet by octet");
            }
        }
    }

    public static TheoryData<string, string, string> LineFeedLines => new()
    {
        // wire, content, octets left behind the end
        { ".\n", "", "" },
        { "a\n.\nQUIT\n", "a\r\n", "QUIT\n" },
        { "a\n..\n.b\n.\n", "a\r\n.\r\nb\r\n", "" },
        { "a\n\n.\n", "a\r\n\r\n", "" },
        { "a\r\nb\n.\r\nx", "a\r\nb\r\n", "x" },
        { "a\r\n.\nx", "a\r\n", "x" },
        { "a\n.\r\nx", "a\r\n", "x" },
        { "a\rb\n.\rc\n.\n", "a b\r\n c\r\n", "" },
        { "a.\n .\n. \n.\n", "a.\r\n .\r\n \r\n", "" },
        { "a\r\r\n.\n", "a \r\n", "" },
    };

    [Theory]
    [MemberData(nameof(LineFeedLines))]
    public void Data_where_line_feeds_end_lines_ends_at_its_dot_at_every_split_and_comes_out_in_crlf(string wire, string content, string left)
    {
        byte[] octets = Encoding.Latin1.GetBytes(wire);
        for (int split = 0; split <= octets.Length; split++)
        {
            foreach (int size in (int[])[DotDataDecoder.MinDestination, 4, 4096])
            {
                DecodedData decoded = DecodedData.OfDot(BareLineEndPolicy.LineEnd, size, octets[..split], octets[split..]);
                Assert.True(decoded.Ended, $"split at {split}");
                Assert.Equal(content, Encoding.Latin1.GetString(decoded.Content));
                Assert.Equal(left, Encoding.Latin1.GetString(octets[decoded.Consumed..]));
                Assert.False(decoded.Defects.HasFlag(DataDefects.BareLf));
            }
        }
    }

    [Fact]
    public void Data_of_random_octets_where_line_feeds_end_lines_decodes_as_the_same_data_in_crlf()
    {
        var random = new Random(20260725);
        byte[] alphabet = "\r\n\n.a"u8.ToArray();
        for (int round = 0; round < 30_000; round++)
        {
            byte[] octets = new byte[random.Next(0, 24)];
            for (int i = 0; i < octets.Length; i++)
            {
                octets[i] = alphabet[random.Next(alphabet.Length)];
            }

            string crlf = Encoding.Latin1.GetString(octets).Replace("\r\n", "\n", StringComparison.Ordinal).Replace("\n", "\r\n", StringComparison.Ordinal);
            DecodedData expected = DecodedData.OfDot(Normalise, 4096, Encoding.Latin1.GetBytes(crlf));
            DecodedData decoded = DecodedData.OfDot(BareLineEndPolicy.LineEnd, random.Next(DotDataDecoder.MinDestination, 32), Cut(octets, random));
            Assert.Equal(expected.Ended, decoded.Ended);
            Assert.Equal(expected.Content, decoded.Content);
        }
    }

    [Theory]
    [InlineData(998)]
    [InlineData(999)]
    [InlineData(1000)]
    public void Data_line_length_is_counted_with_its_line_end_and_without_the_stuffed_dot(int length)
    {
        byte[] octets = Encoding.ASCII.GetBytes("short\r\n." + new string('.', length - 2) + "\r\n.\r\n");
        Assert.Equal(length, DecodedData.OfDot(Refuse, 64, octets).LongestLine);
    }

    [Fact]
    public void Data_after_its_end_consumes_nothing_more()
    {
        var decoder = new DotDataDecoder();
        byte[] destination = new byte[16];
        Assert.Equal(System.Buffers.OperationStatus.Done, decoder.Decode(".\r\n"u8, destination, out _, out _));
        Assert.Equal(System.Buffers.OperationStatus.Done, decoder.Decode("more"u8, destination, out int consumed, out int written));
        Assert.Equal(0, consumed);
        Assert.Equal(0, written);
    }

    [Fact]
    public void Data_of_random_octets_decodes_as_the_plain_definition_says()
    {
        var random = new Random(20260724);
        byte[] alphabet = "\r\n.a\0"u8.ToArray();
        for (int round = 0; round < 30_000; round++)
        {
            byte[] octets = new byte[random.Next(0, 24)];
            for (int i = 0; i < octets.Length; i++)
            {
                octets[i] = alphabet[random.Next(alphabet.Length)];
            }

            // The definition: the first CRLF.CRLF, where the data begins as if a CRLF had come before.
            string framed = "\r\n" + Encoding.Latin1.GetString(octets);
            int end = framed.IndexOf("\r\n.\r\n", StringComparison.Ordinal);
            DecodedData decoded = DecodedData.OfDot(Refuse, random.Next(DotDataDecoder.MinDestination, 32), Cut(octets, random));

            Assert.Equal(end >= 0, decoded.Ended);
            if (end >= 0)
            {
                string content = framed[..(end + 2)].Replace("\r\n.", "\r\n", StringComparison.Ordinal)[2..];
                Assert.Equal(content, Encoding.Latin1.GetString(decoded.Content));
                Assert.Equal(end + 3, decoded.Consumed);
            }
        }
    }

    private static byte[][] Cut(byte[] octets, Random random)
    {
        int first = random.Next(octets.Length + 1);
        int second = random.Next(first, octets.Length + 1);
        return [octets[..first], octets[first..second], octets[second..]];
    }

    [Theory]
    [InlineData("a\n.\nb", "a\r\n", true)]
    [InlineData("..a\n.b\n.\n", "..a\r\n.b\r\n", true)]
    [InlineData(".\r\n", "", true)]
    [InlineData("a\r\n.\r\n", "a\r\n", true)]
    [InlineData("a", "a\r\n", false)]
    [InlineData("a\n", "a\r\n", false)]
    [InlineData("a\n.", "a\r\n.\r\n", false)]
    [InlineData("a\n.\r", "a\r\n. \r\n", false)]
    [InlineData("a\n.\rb\n", "a\r\n. b\r\n", false)]
    [InlineData("", "", false)]
    public void Text_of_a_local_program_keeps_its_dots_and_ends_at_a_dot_or_with_the_input(string text, string content, bool ended)
    {
        byte[] octets = Encoding.Latin1.GetBytes(text);
        for (var split = 0; split <= octets.Length; split++)
        {
            foreach (int size in (int[])[DotDataDecoder.MinDestination, 4096])
            {
                var decoder = new DotDataDecoder(BareLineEndPolicy.LineEnd, isStuffed: false);
                DecodedData decoded = DecodedData.OfDot(decoder, finish: true, size, octets[..split], octets[split..]);
                Assert.Equal((content, ended), (Encoding.Latin1.GetString(decoded.Content), decoded.Ended));
            }
        }
    }
}
