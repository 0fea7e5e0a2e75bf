using System.Net;
using Pipeline.Actors.Receipt;
using Pipeline.Actors.Tests.Support;

namespace Pipeline.Actors.Tests.Receipt;

/// <summary>Clients behind a proxy: whom the policy takes for one, and what it is told of it.</summary>
public sealed class ProxySessionTests : ReceiptTestKit
{
    private const string Shown = """
        acl_smtp_connect = c
        begin acl
        c:
          accept logwrite = $proxy_session $proxy_local_address:$proxy_local_port $proxy_external_address:$proxy_external_port $sender_host_address

        """;

    [Theory]
    [InlineData("", "10.1.2.3", false)]
    [InlineData("hosts_proxy = 10.0.0.0/8", "10.1.2.3", true)]
    [InlineData("hosts_proxy = 10.0.0.0/8", "::ffff:10.1.2.3", true)]
    [InlineData("hosts_proxy = 10.0.0.0/8", "192.0.2.1", false)]
    [InlineData("hosts_proxy = !10.1.2.3 : 10.0.0.0/8", "10.1.2.3", false)]
    public async Task Proxies_are_those_of_the_list(string options, string peer, bool proxy) =>
        Assert.Equal(proxy, await Service(new TestPolicy(options, Time)).IsProxyAsync(IPAddress.Parse(peer), CancellationToken.None));

    [Fact]
    public async Task Policy_sees_the_proxy_beside_the_client()
    {
        var policy = new TestPolicy(Shown, Time);
        var proxy = new ProxySession(IPEndPoint.Parse("[::ffff:10.0.0.1]:4096"), IPEndPoint.Parse("198.51.100.1:25"));
        await using (await OpenAsync(Service(policy), Client() with { Proxy = proxy }))
        {
        }

        Assert.Equal("yes 10.0.0.1:4096 198.51.100.1:25 192.0.2.1", policy.Lines.First());
    }

    [Fact]
    public async Task Client_without_a_proxy_has_none()
    {
        var policy = new TestPolicy(Shown, Time);
        await using (await OpenAsync(Service(policy)))
        {
        }

        Assert.Equal("no :0 :0 192.0.2.1", policy.Lines.First());
    }
}
