using Pipeline.Node.Configuration;
using Pipeline.Node.Hosting;
using Pipeline.Policy.Configuration;

namespace Pipeline.Node.Tests.Hosting;

public sealed class ListenPlanTests
{
    [Theory]
    [InlineData("2525", "[::]:2525")]
    [InlineData("127.0.0.1.26", "127.0.0.1:26")]
    [InlineData("127.0.0.1", "127.0.0.1:25")]
    [InlineData("[127.0.0.1]:26", "127.0.0.1:26")]
    [InlineData("[::1]:26", "[::1]:26")]
    [InlineData("[::1]", "[::1]:25")]
    [InlineData("<; ::1 ; 127.0.0.1 ; 26", "[::1]:26 127.0.0.1:26")]
    [InlineData("smtp : submission : 127.0.0.1", "127.0.0.1:25 127.0.0.1:587")]
    [InlineData("<; ::0 ; 0.0.0.0 ; 2525", "[::]:2525")]
    public void An_override_names_ports_and_addresses(string overridden, string expected) =>
        Assert.Equal(
            expected, string.Join(' ', ListenPlan.Make(overridden, new NodeSettings(), MainOptions.Defaults).Select(endpoint => endpoint.Address.ToString())));

    [Theory]
    [InlineData("nonsense")]
    [InlineData("127.0.0.1.x")]
    [InlineData("[127.0.0.1]26")]
    [InlineData("70000")]
    public void An_override_that_cannot_be_read_is_refused(string overridden) =>
        Assert.Throws<FormatException>(() => ListenPlan.Make(overridden, new NodeSettings(), MainOptions.Defaults));

    [Fact]
    public void Node_settings_come_before_the_policy()
    {
        var settings = new NodeSettings { Listen = [new ListenSettings("127.0.0.1:2526", ImplicitTls: true, ProxyFrom: ["192.0.2.0/24", "2001:db8::1"])] };

        var endpoint = Assert.Single(ListenPlan.Make(null, settings, MainOptions.Defaults));

        Assert.Equal("127.0.0.1:2526", endpoint.Address.ToString());
        Assert.True(endpoint.ImplicitTls);
        Assert.Equal(["192.0.2.0/24", "2001:db8::1/128"], endpoint.ProxyNetworks.Select(network => network.ToString()));
    }
}
