using System.Text;
using Pipeline.Actors.Receipt;

namespace Pipeline.Actors.Tests.Receipt;

public sealed class LineMeterTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("abc", 3)]
    [InlineData("abc\r\n", 3)]
    [InlineData("a\r\nbcde\r\nf\r\n", 4)]
    [InlineData("a\r\n\r\nbcdef", 5)]
    [InlineData("a\rb\r\n", 3)]
    [InlineData("\r\n\r\n", 0)]
    [InlineData("ab\nc\n", 2)]
    public void Longest_line_is_found_wherever_the_text_is_cut(string text, int longest)
    {
        var octets = Encoding.ASCII.GetBytes(text);
        for (var cut = 0; cut <= octets.Length; cut++)
        {
            var meter = new LineMeter();
            meter.Append(octets.AsSpan(..cut));
            meter.Append(octets.AsSpan(cut..));
            Assert.Equal((cut, longest), (cut, meter.Longest));
        }
    }
}
