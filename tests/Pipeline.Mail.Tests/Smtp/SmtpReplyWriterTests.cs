using System.Buffers;
using System.Text;
using Pipeline.Mail.Smtp;

namespace Pipeline.Mail.Tests.Smtp;

public sealed class SmtpReplyWriterTests
{
    private static readonly EnhancedStatusCode Policy = new(5, 7, 1);

    [Fact]
    public void Reply_of_one_line_has_a_blank_after_the_code() =>
        Assert.Equal("250 2.1.0 OK\r\n", Write(new SmtpReply(250, new EnhancedStatusCode(2, 1, 0), "OK")));

    [Fact]
    public void Reply_of_several_lines_has_code_and_enhanced_code_on_each() =>
        Assert.Equal("550-5.7.1 a\r\n550-5.7.1 b\r\n550 5.7.1 c\r\n", Write(new SmtpReply(550, Policy, "a", "b", "c")));

    [Fact]
    public void Reply_without_text_is_still_one_line()
    {
        Assert.Equal("250 \r\n", Write(new SmtpReply(250)));
        Assert.Equal("550 5.7.1 \r\n", Write(new SmtpReply(550, Policy)));
        Assert.Equal("550-5.7.1 \r\n550 5.7.1 x\r\n", Write(new SmtpReply(550, Policy, "", "x")));
    }

    [Fact]
    public void Reply_text_can_not_end_its_line() =>
        Assert.Equal("550 5.7.1 a  250 OK  b\r\n", Write(new SmtpReply(550, Policy, "a\r\n250 OK\r\nb")));

    [Fact]
    public void Reply_text_outside_ascii_is_sent_only_to_a_client_that_takes_it()
    {
        var reply = new SmtpReply(550, Policy, "m\u00fcller \U0001F4E7");
        Assert.Equal("550 5.7.1 m?ller ?\r\n", Write(reply));
        Assert.Equal("550 5.7.1 m\u00fcller \U0001F4E7\r\n", Write(reply, utf8: true));
    }

    [Theory]
    [InlineData(499)]
    [InlineData(500)]
    [InlineData(501)]
    public void Reply_line_that_is_too_long_goes_on_in_the_next(int length)
    {
        // 512 with CRLF leaves 500 for text behind "550 5.7.1 ".
        string text = new('x', length);
        string wire = Write(new SmtpReply(550, Policy, text));
        string[] lines = wire.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(length <= 500 ? 1 : 2, lines.Length);
        Assert.Equal(text, string.Concat(lines.Select(line => line[10..])));
        Assert.All(lines, line => Assert.True(line.Length + 2 <= SmtpReplyWriter.MaxLine));
        Assert.All(lines[..^1], line => Assert.StartsWith("550-5.7.1 ", line, StringComparison.Ordinal));
        Assert.StartsWith("550 5.7.1 ", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Reply_line_that_is_too_long_is_broken_at_a_blank_and_loses_nothing()
    {
        string text = string.Join(' ', Enumerable.Range(0, 300).Select(i => $"w\u00f6rd{i}"));
        string[] lines = Write(new SmtpReply(550, Policy, text), utf8: true).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.True(lines.Length > 1);
        Assert.Equal(text, string.Concat(lines.Select(line => line[10..])));
        Assert.All(lines[..^1], line => Assert.EndsWith(" ", line, StringComparison.Ordinal));
        Assert.All(lines, line => Assert.True(Encoding.UTF8.GetByteCount(line) + 2 <= SmtpReplyWriter.MaxLine));
    }

    [Theory]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(129)]
    public void Reply_has_a_bounded_number_of_lines_and_always_a_last_one(int count)
    {
        string[] text = [.. Enumerable.Range(0, count).Select(i => $"line {i}")];
        string[] lines = Write(new SmtpReply(214, text)).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Math.Min(count, SmtpReplyWriter.MaxLines), lines.Length);
        Assert.All(lines[..^1], line => Assert.StartsWith("214-", line, StringComparison.Ordinal));
        Assert.StartsWith("214 ", lines[^1], StringComparison.Ordinal);
    }

    private static string Write(SmtpReply reply, bool utf8 = false)
    {
        var output = new ArrayBufferWriter<byte>();
        SmtpReplyWriter.Write(output, reply, utf8);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
