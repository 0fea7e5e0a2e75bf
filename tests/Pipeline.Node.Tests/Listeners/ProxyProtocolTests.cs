using System.Net;
using Pipeline.Actors.Receipt;
using Pipeline.Node.Listeners;
using Pipeline.Node.Listeners.Tls;

namespace Pipeline.Node.Tests.Listeners;

/// <summary>The PROXY protocol over real connections.</summary>
public sealed class ProxyProtocolTests
{
    private static readonly byte[] Version2 =
        [.. "\r\n\r\n\0\r\nQUIT\n"u8, 0x21, 0x11, 0, 12, 192, 0, 2, 7, 198, 51, 100, 1, 0x10, 0, 0, 25];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Client_behind_a_proxy_is_seen_with_its_own_address(bool version2)
    {
        var receipt = new FakeReceipt();
        await using SmtpServer server = await StartAsync(receipt, "127.0.0.0/8");
        await using SmtpTestClient client = await SmtpTestClient.ConnectAsync(server.Endpoints[0]);
        await client.SendAsync(version2 ? Version2 : "PROXY TCP4 192.0.2.7 198.51.100.1 4096 25\r\n"u8.ToArray());
        await client.ExpectAsync("220 ");
        await client.CommandAsync("EHLO client.example", "250-");
        ClientConnection seen = Assert.Single(receipt.Clients);
        Assert.Equal(IPEndPoint.Parse("192.0.2.7:4096"), seen.Client);
        Assert.Equal(IPEndPoint.Parse("198.51.100.1:25"), seen.Local);
    }

    [Fact]
    public async Task Proxy_can_be_one_that_the_policy_names()
    {
        var receipt = new FakeReceipt { Proxy = IPAddress.Loopback };
        await using SmtpServer server = await KestrelFixture.StartAsync(receipt);
        await using SmtpTestClient client = await SmtpTestClient.ConnectAsync(server.Endpoints[0]);
        await client.SendAsync("PROXY TCP4 192.0.2.7 198.51.100.1 4096 25\r\n");
        await client.ExpectAsync("220 ");
        ClientConnection seen = Assert.Single(receipt.Clients);
        Assert.Equal(IPEndPoint.Parse("192.0.2.7:4096"), seen.Client);
        Assert.Equal((IPAddress.Loopback, IPEndPoint.Parse("198.51.100.1:25")), (seen.Proxy!.Address.Address, seen.Proxy.External));
    }

    [Fact]
    public async Task Client_behind_a_proxy_that_talks_too_early_is_noticed()
    {
        var receipt = new FakeReceipt();
        await using SmtpServer server = await StartAsync(receipt, "127.0.0.0/8");
        await using SmtpTestClient client = await SmtpTestClient.ConnectAsync(server.Endpoints[0]);
        await client.SendAsync([.. Version2, .. "EHLO early\r\n"u8]);
        await client.ExpectAsync("554 5.5.0");
    }

    [Fact]
    public async Task Proxy_header_comes_before_implicit_tls()
    {
        var receipt = new FakeReceipt();
        await using SmtpServer server = await StartAsync(
            receipt, "127.0.0.0/8", implicitTls: true, certificates: new ServerCertificates(KestrelFixture.Certificate("mx.example.com")));
        await using SmtpTestClient client = await SmtpTestClient.ConnectAsync(server.Endpoints[0]);
        await client.SendAsync(Version2);
        await client.SecureAsync();
        await client.ExpectAsync("220 ");
        Assert.Equal("192.0.2.7", Assert.Single(receipt.Clients).Client!.Address.ToString());
    }

    [Fact]
    public async Task Proxy_that_speaks_for_itself_is_seen_with_its_own_address()
    {
        var receipt = new FakeReceipt();
        await using SmtpServer server = await StartAsync(receipt, "127.0.0.1/32");
        await using SmtpTestClient client = await SmtpTestClient.ConnectAsync(server.Endpoints[0]);
        await client.SendAsync("PROXY UNKNOWN\r\n");
        await client.ExpectAsync("220 ");
        Assert.Equal(IPAddress.Loopback, Assert.Single(receipt.Clients).Client!.Address);
    }

    [Fact]
    public async Task Proxy_without_header_is_cut_off()
    {
        var receipt = new FakeReceipt();
        await using SmtpServer server = await StartAsync(receipt, "127.0.0.0/8");
        await using SmtpTestClient client = await SmtpTestClient.ConnectAsync(server.Endpoints[0]);
        await client.SendAsync("EHLO client.example\r\n");
        await client.ExpectEndAsync();
        Assert.Empty(receipt.Clients);
    }

    [Fact]
    public async Task Proxy_that_says_nothing_is_cut_off_in_time()
    {
        var receipt = new FakeReceipt();
        var time = new ManualTime();
        await using SmtpServer server = await StartAsync(receipt, "127.0.0.0/8", time: time);
        await using SmtpTestClient client = await SmtpTestClient.ConnectAsync(server.Endpoints[0]);
        await time.TimerStarted(1).WaitAsync(TimeSpan.FromSeconds(20));
        time.Advance(TimeSpan.FromSeconds(10));
        await client.ExpectEndAsync();
        Assert.Empty(receipt.Clients);
    }

    [Fact]
    public async Task Client_that_is_no_proxy_can_not_claim_an_address()
    {
        var receipt = new FakeReceipt();
        await using SmtpServer server = await StartAsync(receipt, "192.0.2.0/24");
        await using SmtpTestClient client = await SmtpTestClient.ConnectAsync(server.Endpoints[0]);
        await client.ExpectAsync("220 ");
        await client.CommandAsync("PROXY TCP4 192.0.2.7 198.51.100.1 4096 25", "500 ");
        Assert.Equal(IPAddress.Loopback, Assert.Single(receipt.Clients).Client!.Address);
    }

    private static Task<SmtpServer> StartAsync(
        FakeReceipt receipt, string network, bool implicitTls = false, ServerCertificates? certificates = null, TimeProvider? time = null) =>
        KestrelFixture.StartAsync(
            receipt,
            options => options with
            {
                Endpoints = [new ListenerEndpoint(KestrelFixture.AnyPort, implicitTls) { ProxyNetworks = [IPNetwork.Parse(network)] }],
            },
            certificates,
            time);
}
