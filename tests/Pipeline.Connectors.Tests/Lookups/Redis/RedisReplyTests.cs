using System.Buffers;
using System.Text;
using Pipeline.Connectors.Lookups.Redis;

namespace Pipeline.Connectors.Tests.Lookups.Redis;

public sealed class RedisReplyTests
{
    private const string Nested = "*3\r\n$3\r\na\r\n\r\n:7\r\n*3\r\n+b\r\n$-1\r\n$0\r\n\r\n";

    [Theory]
    [InlineData("+OK\r\n", "OK")]
    [InlineData("-ERR no\r\n", "ERR no")]
    [InlineData(":0\r\n", "false")]
    [InlineData(":00\r\n", "false")]
    [InlineData(":42\r\n", "true")]
    [InlineData(":-1\r\n", "true")]
    [InlineData("$5\r\nhe\r\no\r\n", "he\r\no")]
    [InlineData("$0\r\n\r\n", "")]
    [InlineData("$-1\r\n", null)]
    [InlineData("*-1\r\n", null)]
    [InlineData("*0\r\n", null)]
    [InlineData("*1\r\n*0\r\n", null)]
    [InlineData("*1\r\n:0\r\n", "0")]
    [InlineData("*1\r\n$-1\r\n", "")]
    [InlineData(Nested, "a\r\n\n7\nb\n\n")]
    public void Reply_is_read(string octets, string? result)
    {
        Assert.Equal(OperationStatus.Done, Parse(octets, out var reply, out var consumed));
        Assert.Equal((result, octets.Length), (reply.ToResult(), consumed));
    }

    [Theory]
    [InlineData("\r\n")]
    [InlineData("OK\r\n")]
    [InlineData("$x\r\n")]
    [InlineData("$-2\r\n")]
    [InlineData("$1048577\r\n")]
    [InlineData("$1\r\nabc\r\n")]
    [InlineData("*1048577\r\n")]
    [InlineData(":\r\n")]
    [InlineData(":1a\r\n")]
    [InlineData(":99999999999999999999\r\n")]
    [InlineData("*1\r\nx\r\n")]
    public void What_is_none_has_a_reason(string octets)
    {
        Assert.Equal(OperationStatus.InvalidData, RedisReply.Parse(Encoding.Latin1.GetBytes(octets), out _, out _, out var problem));
        Assert.Equal("the answer is none of Redis", problem);
    }

    [Fact]
    public void Reply_is_whole_at_its_last_octet_and_not_before()
    {
        for (var length = 0; length < Nested.Length; length++)
        {
            Assert.Equal(OperationStatus.NeedMoreData, Parse(Nested[..length], out _, out _));
        }

        Assert.Equal(OperationStatus.Done, Parse(Nested + ":1\r\n", out _, out var consumed));
        Assert.Equal(Nested.Length, consumed);
    }

    [Theory]
    [InlineData(-1, OperationStatus.Done)]
    [InlineData(0, OperationStatus.Done)]
    [InlineData(1, OperationStatus.InvalidData)]
    public void Arrays_in_arrays_have_a_bound(int more, OperationStatus expected) =>
        Assert.Equal(expected, Parse(string.Concat(Enumerable.Repeat("*1\r\n", RedisReply.MaxDepth + more)) + ":1\r\n", out _, out _));

    [Theory]
    [InlineData(-1, OperationStatus.NeedMoreData)]
    [InlineData(0, OperationStatus.InvalidData)]
    public void Reply_has_a_bound(int more, OperationStatus expected)
    {
        var begin = $"${RedisReply.MaxBytes}\r\n";
        Assert.Equal(expected, Parse(begin + new string('x', RedisReply.MaxBytes - begin.Length + more), out _, out _));
    }

    [Theory]
    [InlineData(-1, OperationStatus.NeedMoreData)]
    [InlineData(0, OperationStatus.InvalidData)]
    public void Line_has_a_bound(int more, OperationStatus expected) => Assert.Equal(expected, Parse("+" + new string('x', (16 * 1024) - 1 + more), out _, out _));

    [Fact]
    public void Any_octets_end_in_a_reply_a_reason_or_a_wish_for_more()
    {
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            var octets = Encoding.Latin1.GetBytes(Nested);
            for (var change = 0; change < 3; change++)
            {
                octets[random.Next(octets.Length)] = (byte)"*$:+-0123\r\nx"[random.Next(12)];
            }

            var status = RedisReply.Parse(octets.AsSpan(0, random.Next(octets.Length + 1)), out _, out _, out var problem);
            Assert.Equal(status == OperationStatus.InvalidData, problem.Length > 0);
        }
    }

    private static OperationStatus Parse(string octets, out RedisReply reply, out int consumed) => RedisReply.Parse(Encoding.Latin1.GetBytes(octets), out reply, out consumed, out _);
}
