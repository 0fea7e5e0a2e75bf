using Pipeline.Node.Admin;

namespace Pipeline.Node.Tests.Admin;

public sealed class RemoteNodeTests
{
    [Theory]
    [InlineData("mx1.example.net:8425", "mx1.example.net", 8425)]
    [InlineData("192.0.2.1:1", "192.0.2.1", 1)]
    [InlineData("[2001:db8::1]:65535", "2001:db8::1", 65535)]
    public void Host_and_port_are_read(string text, string host, int port)
    {
        Assert.True(RemoteNode.TryReadAddress(text, out var readHost, out var readPort));
        Assert.Equal((host, port), (readHost, readPort));
        Assert.Equal(text, new RemoteNode(readHost, readPort, "", "", "").ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("mx1")]
    [InlineData(":8425")]
    [InlineData("mx1:")]
    [InlineData("mx1:0")]
    [InlineData("mx1:65536")]
    [InlineData("mx1:-1")]
    [InlineData("mx1: 25")]
    [InlineData("2001:db8::1:25")]
    [InlineData("[]:25")]
    public void Anything_else_is_no_address(string text) => Assert.False(RemoteNode.TryReadAddress(text, out _, out _));
}
