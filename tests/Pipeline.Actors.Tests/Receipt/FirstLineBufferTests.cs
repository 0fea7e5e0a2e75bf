using System.Text;
using Pipeline.Actors.Receipt;

namespace Pipeline.Actors.Tests.Receipt;

public sealed class FirstLineBufferTests
{
    [Theory]
    [InlineData("From me Thu\r\nrest", "From me Thu\r\n", "From me Thu")]
    [InlineData("From me\nThu\r\nrest", "From me\nThu\r\n", "From me\nThu")]
    [InlineData("From: me\r\n", "From:", null)]
    [InlineData("Subject: x\r\n", "S", null)]
    [InlineData("\r\n", "\r", null)]
    public void First_line_is_kept_back_while_it_may_be_one_however_it_comes(string message, string kept, string? line)
    {
        var octets = Encoding.ASCII.GetBytes(message);
        for (var first = 0; first <= octets.Length; first++)
        {
            var buffer = new FirstLineBuffer();
            var isDecided = buffer.Append(octets.AsSpan(0, first), out var consumed);
            Assert.True(isDecided || consumed == first);
            if (!isDecided)
            {
                Assert.True(buffer.Append(octets.AsSpan(first), out consumed));
            }

            Assert.Equal(kept, Encoding.ASCII.GetString(buffer.Octets));
            Assert.Equal(line, buffer.Line is { } whole ? Encoding.ASCII.GetString(whole) : null);
        }
    }

    [Fact]
    public void Line_that_is_too_long_is_none()
    {
        var line = Encoding.ASCII.GetBytes("From " + new string('x', 2000) + "\r\n");
        var buffer = new FirstLineBuffer();
        Assert.True(buffer.Append(line, out var consumed));
        Assert.Null(buffer.Line);
        Assert.Equal((consumed, true), (buffer.Octets.Length, consumed < line.Length));
    }

    [Fact]
    public void Message_that_ends_in_its_first_line_has_none()
    {
        var buffer = new FirstLineBuffer();
        Assert.False(buffer.Append("From me"u8, out _));
        Assert.Null(buffer.Line);
    }
}
