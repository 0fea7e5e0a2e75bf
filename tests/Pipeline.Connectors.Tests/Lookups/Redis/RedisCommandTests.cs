using System.Buffers;
using System.Text;
using Pipeline.Connectors.Lookups.Redis;

namespace Pipeline.Connectors.Tests.Lookups.Redis;

public sealed class RedisCommandTests
{
    [Theory]
    [InlineData("GET key", "GET|key")]
    [InlineData("  SET\tkey\n two\\ words ", "SET|key|two words")]
    [InlineData("SET key a\\\\b\\\tc\\\nd", "SET|key|a\\b\tc\nd")]
    [InlineData("SET key \\", "SET|key|\\")]
    [InlineData("SET key \\ ", "SET|key| ")]
    public void Words_are_split_as_the_operator_quotes_them(string query, string expected) => Assert.Equal(expected, string.Join('|', RedisCommand.Parse(query)!.Words));

    [Theory]
    [InlineData("")]
    [InlineData(" \t\n")]
    public void Nothing_is_no_command(string query) => Assert.Null(RedisCommand.Parse(query));

    [Theory]
    [InlineData(RedisCommand.MaxWords - 1, true)]
    [InlineData(RedisCommand.MaxWords, true)]
    [InlineData(RedisCommand.MaxWords + 1, false)]
    public void Words_have_a_bound(int count, bool expected) => Assert.Equal(expected, RedisCommand.Parse(string.Join(' ', Enumerable.Repeat("x", count))) is not null);

    [Fact]
    public void Words_are_counted_on_the_wire()
    {
        var output = new ArrayBufferWriter<byte>();
        new RedisCommand(["SET", "k\r\n", "\u00C3\u00A9"]).WriteTo(output);
        Assert.Equal("*3\r\n$3\r\nSET\r\n$3\r\nk\r\n\r\n$2\r\n\u00C3\u00A9\r\n", Encoding.Latin1.GetString(output.WrittenSpan));
    }

    [Theory]
    [InlineData("get x", true)]
    [InlineData("SMEMBERS x", true)]
    [InlineData("INCR x", false)]
    [InlineData("GETDEL x", false)]
    public void What_writes_is_known(string query, bool onlyReads) => Assert.Equal(onlyReads, RedisCommand.Parse(query)!.OnlyReads);
}
