using System.Net;
using Pipeline.Node.Hosting;

namespace Pipeline.Node.Tests.Hosting;

public sealed class OwnEndpointsTests
{
    private static readonly IPAddress[] Interfaces = [IPAddress.Parse("192.0.2.9"), IPAddress.Parse("2001:db8::9")];

    [Theory]
    [InlineData("192.0.2.9:25", "192.0.2.9:25", true)]
    [InlineData("192.0.2.9:25", "192.0.2.9:26", false)]
    [InlineData("192.0.2.9:25", "192.0.2.10:25", false)]
    [InlineData("192.0.2.9:25", "127.0.0.1:25", false)]
    [InlineData("192.0.2.9:25", "[::ffff:192.0.2.9]:25", true)]
    [InlineData("127.0.0.1:25", "0.0.0.0:25", true)]
    [InlineData("192.0.2.9:25", "0.0.0.0:25", false)]
    [InlineData("0.0.0.0:25", "192.0.2.9:25", true)]
    [InlineData("0.0.0.0:25", "127.0.0.1:25", true)]
    [InlineData("0.0.0.0:25", "127.1.2.3:25", true)]
    [InlineData("0.0.0.0:25", "192.0.2.10:25", false)]
    [InlineData("0.0.0.0:25", "192.0.2.9:2525", false)]
    [InlineData("0.0.0.0:25", "[2001:db8::9]:25", false)]
    [InlineData("[::]:25", "[2001:db8::9]:25", true)]
    [InlineData("[::]:25", "192.0.2.9:25", true)]
    [InlineData("[::]:25", "[::1]:25", true)]
    [InlineData("[::]:25", "[2001:db8::10]:25", false)]
    public void Address_is_this_nodes_when_a_listener_takes_connections_to_it(string listener, string destination, bool own) =>
        Assert.Equal(own, new OwnEndpoints([IPEndPoint.Parse(listener)], () => Interfaces).Contains(IPEndPoint.Parse(destination)));

    [Fact]
    public void Listeners_count_with_their_real_ports_once_they_have_started()
    {
        var own = new OwnEndpoints([IPEndPoint.Parse("127.0.0.1:0")], () => Interfaces);
        Assert.False(own.Contains(IPEndPoint.Parse("127.0.0.1:4711")));
        own.Started([IPEndPoint.Parse("127.0.0.1:4711"), IPEndPoint.Parse("0.0.0.0:25")]);
        Assert.True(own.Contains(IPEndPoint.Parse("127.0.0.1:4711")));
        Assert.True(own.Contains(IPEndPoint.Parse("192.0.2.9:25")));
    }

    [Fact]
    public void Node_without_listeners_has_none() =>
        Assert.False(new OwnEndpoints([], () => Interfaces).Contains(IPEndPoint.Parse("127.0.0.1:25")));
}
