using Pipeline.Policy.Transports;

namespace Pipeline.Policy.Tests.Transports;

/// <summary><c>socks_proxy</c>.</summary>
public sealed class SocksProxyTests
{
    [Fact]
    public void List_has_addresses_with_options()
    {
        var proxies = SocksProxy.Parse("10.0.0.1 : 10.0.0.2 port=1081 auth=name name=u pass=p=q tmo=3s pri=2 weight=3 proto=5", out var problem);

        Assert.Equal("", problem);
        Assert.Equal(["10.0.0.1:1080", "10.0.0.2:1081"], proxies.Select(proxy => proxy.ToString()));
        Assert.Equal((true, "u", "p=q", TimeSpan.FromSeconds(3), 2, 3), (proxies[1].Authenticates, proxies[1].Name, proxies[1].Password, proxies[1].Timeout, proxies[1].Priority, proxies[1].Weight));
        Assert.Equal((false, TimeSpan.FromSeconds(5), 1), (proxies[0].Authenticates, proxies[0].Timeout, proxies[0].Priority));
        Assert.Equal("[2001:db8::1]:1080", Assert.Single(SocksProxy.Parse("<; 2001:db8::1", out _)).ToString());
        Assert.Empty(SocksProxy.Parse("", out problem));
        Assert.Equal("", problem);
    }

    [Theory]
    [InlineData("proxy.example", "socks_proxy: \"proxy.example\" is no IP address")]
    [InlineData("10.0.0.1 nosuch=1", "socks_proxy: option \"nosuch\" of 10.0.0.1 is not known, or its value is wrong")]
    [InlineData("10.0.0.1 port=70000", "socks_proxy: option \"port\" of 10.0.0.1 is not known, or its value is wrong")]
    [InlineData("10.0.0.1 auth=kerberos", "socks_proxy: option \"auth\" of 10.0.0.1 is not known, or its value is wrong")]
    [InlineData("10.0.0.1 proto=4", "socks_proxy: option \"proto\" of 10.0.0.1 is not known, or its value is wrong")]
    public void What_is_wrong_is_told_without_values(string list, string expected)
    {
        Assert.Empty(SocksProxy.Parse(list, out var problem));
        Assert.Equal(expected, problem);
    }
}
