using System.Buffers;
using System.Text;
using Pipeline.Connectors.Files;

namespace Pipeline.Connectors.Tests.Files;

public sealed class MailboxLineWriterTests
{
    [Theory]
    [InlineData("a\r\nb\r\n", "a\nb\n")]
    [InlineData("From x\r\nFrom\r\n From y\r\nFrom z", ">From x\nFrom\n From y\n>From z\n")]
    [InlineData("Fro", "Fro\n")]
    [InlineData("Fro\r\n", "Fro\n")]
    [InlineData("FroFrom \r\n", "FroFrom \n")]
    [InlineData("From ", ">From \n")]
    [InlineData("a\nFrom b\n", "a\n>From b\n")]
    [InlineData("a\rFrom b\r\n", "a\rFrom b\n")]
    [InlineData("\rFrom b\r\n", "\rFrom b\n")]
    [InlineData("a\r\r\n", "a\r\n")]
    [InlineData("a\r", "a\r\n")]
    [InlineData("\r\n\r\n", "\n\n")]
    [InlineData("", "")]
    public void Lines_are_stored_and_escaped_wherever_the_message_is_cut(string wire, string expected)
    {
        var octets = Encoding.ASCII.GetBytes(wire);
        for (var cut = 0; cut <= octets.Length; cut++)
        {
            foreach (var crlf in new[] { false, true })
            {
                var output = new ArrayBufferWriter<byte>();
                var writer = new MailboxLineWriter("From "u8.ToArray(), ">From "u8.ToArray(), crlf);
                writer.Append(octets.AsSpan(0, cut), output);
                writer.Append(octets.AsSpan(cut), output);
                writer.Finish(output);

                Assert.Equal(expected.Replace("\n", crlf ? "\r\n" : "\n", StringComparison.Ordinal), Encoding.ASCII.GetString(output.WrittenSpan));
            }
        }
    }
}
