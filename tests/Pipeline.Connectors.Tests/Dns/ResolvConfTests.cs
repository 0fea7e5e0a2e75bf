using System.Net;
using Pipeline.Connectors.Dns;

namespace Pipeline.Connectors.Tests.Dns;

public sealed class ResolvConfTests
{
    [Fact]
    public void Parse_takes_servers_in_order_and_trust_ad()
    {
        var conf = ResolvConf.Parse("""
            # a comment
            ; another
            domain example.com
              nameserver   192.0.2.53
            nameserver	2001:db8::53
            nameserver not-an-address
            nameserverx 192.0.2.1
            nameserver
            options ndots:2   trust-ad edns0
            """);

        Assert.Equal(["192.0.2.53", "2001:db8::53"], conf.Servers.Select(s => s.Address.ToString()));
        Assert.All(conf.Servers, s => Assert.Equal(53, s.Port));
        Assert.True(conf.TrustAuthenticData);
    }

    [Fact]
    public void Parse_without_servers_means_this_host()
    {
        var conf = ResolvConf.Parse("options trust-adx\n");

        Assert.Equal<IPEndPoint>([new IPEndPoint(IPAddress.Loopback, 53)], conf.Servers);
        Assert.False(conf.TrustAuthenticData);
    }

    [Theory]
    [InlineData("domain example.com", "example.com")]
    [InlineData("domain example.com\nsearch a.example.\tb.example", "a.example b.example")]
    [InlineData("search a.example\ndomain b.example", "b.example")]
    [InlineData("search a..example b.example .", "b.example")]
    [InlineData("searchx a", "")]
    [InlineData("", "")]
    public void Parse_takes_the_last_search_list(string text, string expected) => Assert.Equal(expected, string.Join(' ', ResolvConf.Parse(text).SearchDomains));

    [Fact]
    public void Parse_number_of_search_domains_is_bounded() =>
        Assert.Equal(32, ResolvConf.Parse("search" + string.Concat(Enumerable.Repeat(" a.example", 40))).SearchDomains.Length);

    [Fact]
    public void Parse_number_of_servers_is_bounded() =>
        Assert.Equal(8, ResolvConf.Parse(string.Concat(Enumerable.Repeat("nameserver 192.0.2.1\n", 20))).Servers.Length);

    [Fact]
    public void Load_of_a_missing_file_means_this_host() =>
        Assert.Equal<IPEndPoint>([new IPEndPoint(IPAddress.Loopback, 53)], ResolvConf.Load(Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString())).Servers);
}
