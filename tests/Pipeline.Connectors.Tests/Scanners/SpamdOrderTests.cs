using Pipeline.Connectors.Scanners;
using Pipeline.Policy.Scanning;

namespace Pipeline.Connectors.Tests.Scanners;

public sealed class SpamdOrderTests
{
    private static readonly TimeSpan Noon = TimeSpan.FromHours(12);

    [Fact]
    public void Higher_priority_comes_first() =>
        Assert.Equal(["c", "a", "b"], Order("a 1 : b 1 pri=-2 : c 1 pri=3", static _ => 0));

    [Theory]
    [InlineData(0, "a,b,c")]
    [InlineData(1, "b,a,c")]
    [InlineData(3, "b,a,c")]
    [InlineData(4, "c,a,b")]
    public void Weight_decides_within_a_priority(long draw, string expected) =>
        Assert.Equal(expected, string.Join(',', Order("a 1 : b 1 weight=3 : c 1", sum => sum == 5 ? draw : 0)));

    [Fact]
    public void Servers_without_weight_keep_their_order() => Assert.Equal(["a", "b"], Order("a 1 weight=0 : b 1 weight=0", static _ => 0));

    [Theory]
    [InlineData("8-17", true)]
    [InlineData("12.0.1-17", false)]
    [InlineData("17-8", false)]
    [InlineData("22-12", true)]
    [InlineData("11.59.59-12", true)]
    public void Server_off_duty_is_left_out(string time, bool asked) => Assert.Equal(asked ? 1 : 0, Order($"a 1 time={time}", static _ => 0).Count);

    private static List<string> Order(string list, Func<long, long> draw)
    {
        var servers = SpamdServerList.Parse(list, out var problem);
        Assert.Equal("", problem);
        return [.. SpamdOrder.Of(servers, Noon, draw).Select(server => server.Host)];
    }
}
