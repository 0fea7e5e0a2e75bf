using System.Text;
using Pipeline.Connectors.Smtp;

namespace Pipeline.Connectors.Tests.Smtp;

public sealed class DotStufferTests
{
    [Theory]
    [InlineData("", ".\r\n")]
    [InlineData("a\r\n", "a\r\n.\r\n")]
    [InlineData("a", "a\r\n.\r\n")]
    [InlineData(".", "..\r\n.\r\n")]
    [InlineData(".\r\n", "..\r\n.\r\n")]
    [InlineData("..\r\n", "...\r\n.\r\n")]
    [InlineData("a\r\n.\r\nb\r\n", "a\r\n..\r\nb\r\n.\r\n")]
    [InlineData("a\r\n.b.\r\n..c\r\n", "a\r\n..b.\r\n...c\r\n.\r\n")]
    [InlineData("a.\r\nb\r\n", "a.\r\nb\r\n.\r\n")]
    [InlineData("\r\n\r\n", "\r\n\r\n.\r\n")]
    [InlineData("a\n.\nb\n", "a\r\n..\r\nb\r\n.\r\n")]
    [InlineData("a\r.\rb\r", "a\r\n..\r\nb\r\n.\r\n")]
    [InlineData("a\r\r\n.\r\n", "a\r\n\r\n..\r\n.\r\n")]
    [InlineData("a\n\r\n.", "a\r\n\r\n..\r\n.\r\n")]
    [InlineData("a\r\n.\n.\r\n", "a\r\n..\r\n..\r\n.\r\n")]
    [InlineData("\n", "\r\n.\r\n")]
    [InlineData("\r", "\r\n.\r\n")]
    public void Append_in_any_pieces_gives_the_same(string data, string expected)
    {
        var octets = Encoding.Latin1.GetBytes(data);
        for (var first = 0; first <= octets.Length; first++)
        {
            for (var second = first; second <= octets.Length; second++)
            {
                Assert.Equal(expected, Stuff(octets[..first], octets[first..second], octets[second..]));
            }
        }
    }

    [Fact]
    public void Append_random_data_has_one_end_and_gives_back_what_went_in()
    {
        var random = new Random(5321);
        for (var i = 0; i < 20_000; i++)
        {
            var data = new byte[random.Next(40)];
            for (var j = 0; j < data.Length; j++)
            {
                data[j] = "\r\n.a"u8[random.Next(4)];
            }

            var cut = random.Next(data.Length + 1);
            var wire = Stuff(data[..cut], data[cut..]);

            Assert.Equal(wire.Length - (wire.Length == 3 ? 3 : 5), wire.Length == 3 ? 0 : ("\r\n" + wire).IndexOf("\r\n.\r\n", StringComparison.Ordinal) - 2);
            var plain = Encoding.Latin1.GetString(data).Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
            plain = plain.Length == 0 || plain.EndsWith('\n') ? plain : plain + "\n";
            var lines = wire[..^3].Replace("\r\n", "\n", StringComparison.Ordinal);
            Assert.DoesNotContain('\r', lines);
            Assert.Equal(plain, string.Concat(lines.Split('\n').SkipLast(1).Select(line => (line.StartsWith('.') ? line[1..] : line) + "\n")));
        }
    }

    [Theory]
    [InlineData("abc\r\n", 3)]
    [InlineData("abc", 3)]
    [InlineData("a\r\nabcd\r\nab\r\n", 4)]
    [InlineData("a\nabcd\rab", 4)]
    [InlineData(".a\r\n", 2)]
    [InlineData("", 0)]
    public void LongestLine_counts_octets_without_line_end_in_any_pieces(string data, int expected)
    {
        var octets = Encoding.Latin1.GetBytes(data);
        for (var cut = 0; cut <= octets.Length; cut++)
        {
            using var output = new PooledBuffer(16);
            var stuffer = default(DotStuffer);
            stuffer.Append(octets.AsSpan(0, cut), output);
            stuffer.Append(octets.AsSpan(cut), output);
            stuffer.Finish(output);
            Assert.Equal(expected, stuffer.LongestLine);
        }
    }

    private static string Stuff(params byte[][] pieces)
    {
        using var output = new PooledBuffer(16);
        var stuffer = default(DotStuffer);
        foreach (var piece in pieces)
        {
            stuffer.Append(piece, output);
        }

        stuffer.Finish(output);
        return Encoding.Latin1.GetString(output.Written.Span);
    }
}
