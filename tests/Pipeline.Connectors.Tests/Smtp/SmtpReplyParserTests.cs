using System.Buffers;
using System.Text;
using Pipeline.Connectors.Smtp;
using Pipeline.Mail.Smtp;

namespace Pipeline.Connectors.Tests.Smtp;

public sealed class SmtpReplyParserTests
{
    [Theory]
    [InlineData("250 OK\r\n", "250 OK")]
    [InlineData("250\r\n", "250 ")]
    [InlineData("250 \r\n", "250 ")]
    [InlineData("220 ready\n", "220 ready")]
    [InlineData("250-first\r\n250-second\r\n250 third\r\n", "250 first second third")]
    [InlineData("250-a\r\n250\r\n", "250 a ")]
    [InlineData("550 5.1.1 no such user\r\n", "550 5.1.1 no such user")]
    [InlineData("550-5.1.1 no such\r\n550 5.1.1 user\r\n", "550 5.1.1 no such user")]
    [InlineData("550-5.1.1 no such\r\n550 5.7.1 user\r\n", "550 5.1.1 no such 5.7.1 user")]
    [InlineData("451 4.7.999 slow down\r\n", "451 4.7.999 slow down")]
    [InlineData("550 4.1.1 class differs\r\n", "550 4.1.1 class differs")]
    [InlineData("550 5.1.1000 too long\r\n", "550 5.1.1000 too long")]
    [InlineData("550 5.1.1x\r\n", "550 5.1.1x")]
    [InlineData("250 a\0b\rc\td\u001be\r\n", "250 a?b?c d?e")]
    [InlineData("250 gr\u00C3\u00BCn\r\n", "250 grün")]
    [InlineData("250 gr\u00FCn\r\n", "250 gr\uFFFDn")]
    public void Parse_reply_in_one_piece_or_any_two(string wire, string expected)
    {
        var octets = Encoding.Latin1.GetBytes(wire);
        for (var split = 0; split <= octets.Length; split++)
        {
            var parser = new SmtpReplyParser();
            var status = parser.Parse(octets.AsSpan(0, split), out var consumed);
            if (split < octets.Length)
            {
                Assert.Equal(OperationStatus.NeedMoreData, status);
                status = parser.Parse(octets.AsSpan(consumed), out var more);
                consumed += more;
            }

            Assert.Equal(OperationStatus.Done, status);
            Assert.Equal(octets.Length, consumed);
            Assert.Equal(expected, parser.ToReply().ToString());
        }
    }

    [Theory]
    [InlineData("\r\n", "an empty line")]
    [InlineData("25 OK\r\n", "25 OK")]
    [InlineData("150 OK\r\n", "150 OK")]
    [InlineData("600 OK\r\n", "600 OK")]
    [InlineData("2x0 OK\r\n", "2x0 OK")]
    [InlineData("250_OK\r\n", "250_OK")]
    [InlineData("HTTP/1.1 400 Bad Request\r\n", "HTTP/1.1 400 Bad Request")]
    [InlineData("250-one\r\n251 two\r\n", "codes 250 and 251 in one reply")]
    public void Parse_what_is_no_reply_is_invalid(string wire, string problem)
    {
        var parser = new SmtpReplyParser();

        Assert.Equal(OperationStatus.InvalidData, parser.Parse(Encoding.Latin1.GetBytes(wire), out _));
        Assert.Equal(problem, parser.Problem);
    }

    [Fact]
    public void Parse_replies_that_come_together_are_read_one_by_one()
    {
        var parser = new SmtpReplyParser();
        var wire = "250 one\r\n550-two\r\n550 two\r\n354 three\r\n"u8;

        Assert.Equal(OperationStatus.Done, parser.Parse(wire, out var consumed));
        Assert.Equal("250 one", parser.ToReply().ToString());
        wire = wire[consumed..];
        Assert.Equal(OperationStatus.Done, parser.Parse(wire, out consumed));
        Assert.Equal("550 two two", parser.ToReply().ToString());
        wire = wire[consumed..];
        Assert.Equal(OperationStatus.Done, parser.Parse(wire, out consumed));
        Assert.Equal(354, parser.Code);
        Assert.Equal(OperationStatus.NeedMoreData, parser.Parse([], out _));
        Assert.Equal(0, parser.Code);
    }

    [Theory]
    [InlineData(-1, OperationStatus.Done)]
    [InlineData(0, OperationStatus.Done)]
    [InlineData(1, OperationStatus.InvalidData)]
    public void Parse_line_length_is_limited(int excess, OperationStatus expected)
    {
        var line = "250 " + new string('a', SmtpReplyParser.MaxLineLength - 6 + excess) + "\r\n";

        Assert.Equal(expected, new SmtpReplyParser().Parse(Encoding.Latin1.GetBytes(line), out _));
    }

    [Fact]
    public void Parse_endless_line_is_invalid_before_its_end()
    {
        var line = Encoding.Latin1.GetBytes("250 " + new string('a', SmtpReplyParser.MaxLineLength));

        Assert.Equal(OperationStatus.NeedMoreData, new SmtpReplyParser().Parse(line.AsSpan(0, SmtpReplyParser.MaxLineLength - 1), out _));
        Assert.Equal(OperationStatus.InvalidData, new SmtpReplyParser().Parse(line.AsSpan(0, SmtpReplyParser.MaxLineLength), out _));
    }

    [Theory]
    [InlineData(-1, OperationStatus.Done)]
    [InlineData(0, OperationStatus.Done)]
    [InlineData(1, OperationStatus.InvalidData)]
    public void Parse_number_of_lines_is_limited(int excess, OperationStatus expected)
    {
        var lines = string.Concat(Enumerable.Repeat("250-a\r\n", SmtpReplyParser.MaxLines - 1 + excess)) + "250 a\r\n";

        Assert.Equal(expected, new SmtpReplyParser().Parse(Encoding.Latin1.GetBytes(lines), out _));
    }

    [Fact]
    public void Parse_text_of_a_reply_is_limited()
    {
        var line = "250-" + new string('a', 1023) + "\r\n";
        var full = string.Concat(Enumerable.Repeat(line, 31)) + "250 " + new string('a', 1023) + "\r\n";
        var beyond = string.Concat(Enumerable.Repeat(line, 31)) + "250 " + new string('a', 1024) + "\r\n";

        Assert.Equal(OperationStatus.Done, new SmtpReplyParser().Parse(Encoding.Latin1.GetBytes(full), out _));
        Assert.Equal(OperationStatus.InvalidData, new SmtpReplyParser().Parse(Encoding.Latin1.GetBytes(beyond), out _));
    }

    [Fact]
    public void Parse_enhanced_code_is_apart_from_the_text()
    {
        var parser = new SmtpReplyParser();
        parser.Parse("452-4.2.2 mailbox\r\n452 4.2.2 full\r\n"u8, out _);

        var reply = parser.ToReply();

        Assert.Equal(new EnhancedStatusCode(4, 2, 2), reply.Enhanced);
        Assert.Equal<string>(["mailbox", "full"], reply.Lines);
        Assert.Equal("452-4.2.2 mailbox", parser.FirstLine());
    }

    [Fact]
    public void Parse_garbage_in_pieces_never_throws_and_ends_in_bounds()
    {
        var random = new Random(2033);
        var seeds = new[] { "250-peer\r\n250-SIZE 1000\r\n250 DSN\r\n", "550 5.1.1 no\r\n", "354 go\r\n421 4.3.2 down\n" };
        var done = 0;
        for (var i = 0; i < 100_000; i++)
        {
            var wire = Encoding.Latin1.GetBytes(string.Concat(Enumerable.Range(0, random.Next(1, 4)).Select(_ => seeds[random.Next(seeds.Length)])));
            for (var change = random.Next(4); change > 0; change--)
            {
                wire[random.Next(wire.Length)] = (byte)random.Next(256);
            }

            var parser = new SmtpReplyParser();
            var start = 0;
            for (var end = 0; end <= wire.Length;)
            {
                var status = parser.Parse(wire.AsSpan(start, end - start), out var consumed);
                Assert.InRange(consumed, 0, end - start);
                start += consumed;
                if (status == OperationStatus.InvalidData)
                {
                    break;
                }

                if (status == OperationStatus.Done)
                {
                    done++;
                    Assert.DoesNotContain(parser.ToReply().ToString(), char.IsControl);
                }
                else
                {
                    end = end == wire.Length ? end + 1 : Math.Min(wire.Length, end + random.Next(1, 20));
                }
            }
        }

        Assert.NotEqual(0, done);
    }
}
