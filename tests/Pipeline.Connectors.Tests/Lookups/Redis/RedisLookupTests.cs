using System.Text;
using Pipeline.Tests.Support;
using Pipeline.Tests.Support.Scanning;

namespace Pipeline.Connectors.Tests.Lookups.Redis;

public sealed class RedisLookupTests : IDisposable
{
    private readonly LookupScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [RedisFact]
    public async Task Commands_give_what_the_specification_says()
    {
        var (port, socket) = await SharedRedis.WayAsync();
        var options = $"hide redis_servers = 127.0.0.1::1// : 127.0.0.1::{port}/3/{SharedRedis.Password}";
        foreach (var (text, expected) in new[]
        {
            ("${lookup redis{SET k ${quote_redis:two words\\nand \\\\ more}}}", "OK"),
            ("${lookup redis{GET k}}", "two words\nand \\ more"),
            ("${lookup redis{GET none}{yes}{no}}", "no"),
            ("${lookup redis{SET e ${quote_redis:}}}", "Deferred: lookup of \"SET e \" gave DEFER: REDIS: query failed: ERR wrong number of arguments for 'set' command"),
            ("${lookup redis{EXISTS k}}${lookup redis{EXISTS none}}", "truefalse"),
            ("${lookup redis{INCR n}}${lookup redis{INCR n}}${lookup redis{GET n}}", "truetrue2"),
            ("${lookup redis{RPUSH l a 2 ${quote_redis:c d}}}${lookup redis{LRANGE l 0 -1}}", "truea\n2\nc d"),
            ("${lookup redis{LRANGE none 0 -1}{yes}{no}}", "no"),
            ("${lookup redis{HSET h f v}}${lookup redis{HMGET h f g}}", "truev\n"),
            ("${lookup redis{EVAL ${quote_redis:return \\{1,\\{'a','b'\\},'c'\\}} 0}}", "1\na\nb\nc"),
            ("${lookup redis{GET k ${quote_redis:x}}{yes}{no}}", "Deferred: lookup of \"GET k x\" gave DEFER: REDIS: query failed: ERR wrong number of arguments for 'get' command"),
            ($"${{lookup redis,servers=({socket})/3/{SharedRedis.Password}{{GET n}}}}", "2"),
            ($"${{lookup redis,servers=({socket})//{SharedRedis.Password}{{GET n}}{{yes}}{{no}}}}", "no"),
            ($"${{lookup redis{{servers=127.0.0.1::{port};GET n}}}}", "2"),
            ($"${{lookup redis,servers=({socket})/99/{SharedRedis.Password}{{GET n}}}}", "Deferred: lookup of \"GET n\" gave DEFER: REDIS: selection of database 99 failed: ERR DB index is out of range"),
            ($"${{lookup redis,servers=({socket})//{{GET n}}}}", "Deferred: lookup of \"GET n\" gave DEFER: REDIS: query failed: NOAUTH Authentication required."),
            ("${lookup redis{}{yes}{no}}", "no"),
        })
        {
            Assert.Equal($"{text}\n{expected}", $"{text}\n{await _scene.ExpandAsync(text, options)}");
        }

        Assert.StartsWith(
            "Deferred: lookup of \"GET n\" gave DEFER: REDIS: authentication failed: WRONGPASS",
            await _scene.ExpandAsync($"${{lookup redis,servers=({socket})//wrong{{GET n}}}}", options),
            StringComparison.Ordinal);
    }

    [RedisFact]
    public async Task Large_values_come_whole_and_larger_ones_do_not()
    {
        var (_, socket) = await SharedRedis.WayAsync();
        var options = $"redis_servers = ({socket})/4/{SharedRedis.Password}";
        const string Fill = "${lookup redis{EVAL ${quote_redis:redis.call('set', 'big', string.rep('x', tonumber(ARGV[1])))} 0 SIZE}}";
        await _scene.ExpandAsync(Fill.Replace("SIZE", "1000000", StringComparison.Ordinal), options);
        Assert.Equal("1000000", await _scene.ExpandAsync("${strlen:${lookup redis{GET big}}}", options));
        await _scene.ExpandAsync(Fill.Replace("SIZE", "2000000", StringComparison.Ordinal), options);
        Assert.EndsWith("REDIS: query failed: the answer is none of Redis", await _scene.ExpandAsync("${lookup redis{GET big}}", options), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "the server ends the connection")]
    [InlineData("$5\r\nhe", "the server ends the connection")]
    [InlineData("HTTP/1.1 400 Bad Request\r\n", "the answer is none of Redis")]
    [InlineData("+OK\r\n+OK\r\n", "there is more than one answer to a command")]
    public async Task Server_that_answers_something_else_defers(string answer, string expected)
    {
        await using var server = new ScriptedDaemon(said => said.AsSpan().EndsWith("key\r\n"u8), _ => Encoding.Latin1.GetBytes(answer));
        Assert.Equal(
            $"Deferred: lookup of \"GET key\" gave DEFER: REDIS: query failed: {expected}",
            await _scene.ExpandAsync("${lookup redis{GET key}{yes}{no}}", $"redis_servers = 127.0.0.1::{server.Address.Split(' ')[1]}//"));
        Assert.Equal("*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n", Encoding.Latin1.GetString(Assert.Single(server.Requests)));
    }

    [Fact]
    public async Task Server_that_does_not_answer_defers_after_ten_seconds()
    {
        var time = new ManualTime();
        using var scene = new LookupScene { Time = time };
        await using var server = new ScriptedDaemon(said => said.AsSpan().EndsWith("key\r\n"u8), _ => null);
        var lookup = scene.ExpandAsync("${lookup redis{GET key}}", $"redis_servers = 127.0.0.1::{server.Address.Split(' ')[1]}//");
        Assert.True(await Polling.UntilAsync(() => Task.FromResult(server.Requests.Count == 1), TimeSpan.FromSeconds(20)));
        Assert.False(lookup.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("Deferred: lookup of \"GET key\" gave DEFER: REDIS: no answer within 10 s", await lookup);
    }

    [Theory]
    [InlineData("", "no Redis servers defined (redis_servers option)")]
    [InlineData("redis_servers = 127.0.0.1::PORT/0/topsecret", "REDIS connection failed: Connection refused")]
    [InlineData("redis_servers = 127.0.0.1::PORT/0/topsecret : (/none/socket)/0/topsecret", "REDIS connection failed: ")]
    public async Task Server_that_is_not_there_defers_and_nobody_learns_its_password(string option, string expected)
    {
        using var port = new ClosedPort();
        var result = await _scene.ExpandAsync("${lookup redis{GET x}}", option.Replace("PORT", $"{port.Port}", StringComparison.Ordinal));
        Assert.StartsWith($"Deferred: lookup of \"GET x\" gave DEFER: {expected}", result, StringComparison.Ordinal);
        Assert.DoesNotContain("topsecret", result, StringComparison.Ordinal);
    }
}
