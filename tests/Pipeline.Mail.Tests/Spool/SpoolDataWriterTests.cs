using System.Buffers;
using System.Text;
using Pipeline.Mail.Spool;

namespace Pipeline.Mail.Tests.Spool;

public sealed class SpoolDataWriterTests
{
    [Theory]
    [InlineData(SpoolBodyForm.Unix, "Body line 1\r\n. dotted\r\nlast\r\n", "Body line 1\n. dotted\nlast\n", 3, 11, 0)]
    [InlineData(SpoolBodyForm.Wire, "wire body\r\n.dot\r\n", "wire body\r\n.dot\r\n", 2, 9, 0)]
    [InlineData(SpoolBodyForm.Unix, "", "", 0, 0, 0)]
    [InlineData(SpoolBodyForm.Unix, "no end", "no end", 0, 6, 0)]
    [InlineData(SpoolBodyForm.Unix, "a\r\r\nb\rc\nd\r", "a\r\nb\rc\nd\r", 2, 3, 0)]
    [InlineData(SpoolBodyForm.Wire, "a\r\r\nb\rc\nd\r", "a\r\r\nb\rc\nd\r", 2, 3, 0)]
    [InlineData(SpoolBodyForm.Unix, "\0a\0\r\n", "\0a\0\n", 1, 3, 2)]
    public void A_body_is_written_in_its_form_and_counted_wherever_it_is_cut(SpoolBodyForm form, string body, string expected, int lines, int longest, int zeros)
    {
        var octets = Encoding.ASCII.GetBytes(body);
        for (var cut = 0; cut <= octets.Length; cut++)
        {
            var output = new ArrayBufferWriter<byte>();
            var writer = new SpoolDataWriter(form);
            SpoolDataWriter.Start("1xV0aA-0001ab-Cd", output);
            writer.Append(octets.AsSpan(0, cut), output);
            writer.Append(octets.AsSpan(cut), output);
            writer.Finish(output);

            Assert.Equal("1xV0aA-0001ab-Cd-D\n" + expected, Encoding.ASCII.GetString(output.WrittenSpan));
            Assert.Equal((lines, longest, zeros), (writer.LineCount, writer.MaxLineLength, writer.ZeroCount));
        }
    }
}
