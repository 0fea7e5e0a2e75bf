using System.Buffers;
using System.Net;
using Pipeline.Connectors.Ports;
using Pipeline.Connectors.Smtp;
using Pipeline.Policy.Transports;
using Pipeline.Tests.Support.Smtp;

namespace Pipeline.Connectors.Tests.Smtp;

/// <summary>Connections through a SOCKS 5 proxy.</summary>
public sealed class SmtpDeliveryProxyTests : SmtpDelivery
{
    [Fact]
    public async Task Deliver_goes_through_the_proxy()
    {
        await using var peer = ScriptedSmtpPeer.Serve();
        await using var proxy = new SocksServer();
        Settings = Settings with { SocksProxy = [new SocksProxy(proxy.Address)] };

        Assert.StartsWith("PRX=127.0.0.1 C=", Delivered(await DeliverOneAsync(Job(peer))).Detail, StringComparison.Ordinal);

        Assert.Equal(peer.EndPoint, proxy.Destination);
        Assert.Single(peer.Messages);
    }

    [Theory]
    [InlineData("secret", true)]
    [InlineData("wrong", false)]
    public async Task Deliver_shows_name_and_password(string password, bool believed)
    {
        await using var peer = ScriptedSmtpPeer.Serve();
        await using var proxy = new SocksServer(method: 2);
        Settings = Settings with { SocksProxy = [new SocksProxy(proxy.Address) { Authenticates = true, Name = "user", Password = password }] };

        var outcome = await DeliverOneAsync(Job(peer));

        Assert.Equal($"user {password}", proxy.Shown);
        Assert.Equal(believed, outcome is DeliveryOutcome.Delivered);
        if (!believed)
        {
            Assert.Equal("SOCKS proxy [127.0.0.1]: the proxy does not believe name and password", Deferred(outcome).Reason);
        }
    }

    [Fact]
    public async Task Deliver_proxy_that_wants_another_authentication_defers()
    {
        await using var peer = ScriptedSmtpPeer.Serve();
        await using var proxy = new SocksServer(method: 2);
        Settings = Settings with { SocksProxy = [new SocksProxy(proxy.Address)] };

        Assert.Equal("SOCKS proxy [127.0.0.1]: the proxy does not take this way of authentication", Deferred(await DeliverOneAsync(Job(peer))).Reason);
    }

    [Fact]
    public async Task Deliver_proxy_that_cannot_connect_defers_with_its_reason()
    {
        await using var peer = ScriptedSmtpPeer.Serve();
        await using var proxy = new SocksServer(answer: 4);
        Settings = Settings with { SocksProxy = [new SocksProxy(proxy.Address)] };

        Assert.Equal("SOCKS proxy [127.0.0.1]: the proxy says: Host unreachable", Deferred(await DeliverOneAsync(Job(peer))).Reason);
    }

    [Fact]
    public async Task Deliver_proxy_that_is_not_there_leads_to_the_next_of_lower_priority()
    {
        await using var peer = ScriptedSmtpPeer.Serve();
        await using var proxy = new SocksServer();
        IPEndPoint gone;
        await using (var stopped = new SocksServer())
        {
            gone = stopped.Address;
        }

        Settings = Settings with { SocksProxy = [new SocksProxy(proxy.Address), new SocksProxy(gone) { Priority = 2 }] };

        Delivered(await DeliverOneAsync(Job(peer)));
    }

    [Fact]
    public async Task Deliver_takes_the_proxy_first_that_has_the_weight()
    {
        await using var peer = ScriptedSmtpPeer.Serve();
        await using var light = new SocksServer();
        await using var heavy = new SocksServer();
        Settings = Settings with { SocksProxy = [new SocksProxy(light.Address) { Weight = 0 }, new SocksProxy(heavy.Address)] };

        Delivered(await DeliverOneAsync(Job(peer)));

        Assert.Equal((null, peer.EndPoint), (light.Destination, heavy.Destination));
    }

    [Fact]
    public async Task Deliver_leaves_a_silent_proxy_after_its_own_time()
    {
        await using var peer = ScriptedSmtpPeer.Serve();
        await using var silent = ScriptedSmtpPeer.Start(static session => session.StaySilentAsync());
        await using var proxy = new SocksServer();
        var time = TimeSpan.FromSeconds(7);
        Settings = Settings with { SocksProxy = [new SocksProxy(silent.EndPoint) { Priority = 2, Timeout = time }, new SocksProxy(proxy.Address)] };

        var delivery = DeliverOneAsync(Job(peer));
        await Time.TimerDueAsync(time);
        Time.Advance(time);

        Delivered(await delivery);
    }

    [Fact]
    public async Task Deliver_gives_all_proxies_together_the_time_of_a_connection()
    {
        await using var peer = ScriptedSmtpPeer.Serve();
        await using var silent = ScriptedSmtpPeer.Start(static session => session.StaySilentAsync());
        await using var proxy = new SocksServer();
        var time = TimeSpan.FromSeconds(3);
        Settings = Settings with
        {
            ConnectTimeout = time,
            SocksProxy = [new SocksProxy(silent.EndPoint) { Priority = 2, Timeout = TimeSpan.FromMinutes(1) }, new SocksProxy(proxy.Address)],
        };

        var delivery = DeliverOneAsync(Job(peer));
        await Time.TimerDueAsync(TimeSpan.FromMinutes(1));
        Time.Advance(time);

        Assert.Equal(FailureClass.ConnectionTimeout, Deferred(await delivery).Class);
        Assert.Null(proxy.Destination);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\u0005")]
    [InlineData("\u0005\0\u0005\0\0\u0001")]
    [InlineData("HTTP/1.0 400 Bad Request\r\n")]
    public async Task Deliver_proxy_that_breaks_off_or_talks_of_something_else_defers(string said)
    {
        await using var peer = ScriptedSmtpPeer.Serve();
        await using var proxy = ScriptedSmtpPeer.Start(session => session.SendRawAsync(said));
        Settings = Settings with { SocksProxy = [new SocksProxy(proxy.EndPoint)] };

        Deferred(await DeliverOneAsync(Job(peer)));

        Assert.Empty(peer.Sessions);
    }

    [Fact]
    public async Task Deliver_without_the_proxy_has_a_connection_of_its_own()
    {
        await using var peer = ScriptedSmtpPeer.Serve();
        await using var proxy = new SocksServer();
        var direct = Settings;
        Settings = Settings with { SocksProxy = [new SocksProxy(proxy.Address)] };
        Delivered(await DeliverOneAsync(Job(peer)));
        Settings = direct;

        Assert.StartsWith("C=", Delivered(await DeliverOneAsync(Job(peer))).Detail, StringComparison.Ordinal);

        Assert.Equal(2, peer.Sessions.Count);
    }

    [Theory]
    [InlineData("05000001010203040019")]
    [InlineData("05040003036162630019")]
    [InlineData("0500000400000000000000000000000000000001FFFF")]
    public void Reply_is_whole_only_at_its_end(string octets)
    {
        var whole = Convert.FromHexString(octets);
        for (var length = 0; length < whole.Length; length++)
        {
            Assert.Equal(OperationStatus.NeedMoreData, SocksReply.Parse(whole.AsSpan(0, length), out _, out var needed));
            Assert.InRange(needed, 1, whole.Length - length);
        }

        Assert.Equal(OperationStatus.Done, SocksReply.Parse(whole, out var code, out _));
        Assert.Equal(whole[1], code);
    }

    [Theory]
    [InlineData("0500000101020304", OperationStatus.NeedMoreData, 2)]
    [InlineData("05000001010203040019", OperationStatus.Done, 0)]
    [InlineData("050000030161", OperationStatus.NeedMoreData, 2)]
    [InlineData("0500000301610019", OperationStatus.Done, 0)]
    [InlineData("", OperationStatus.NeedMoreData, 5)]
    [InlineData("04", OperationStatus.InvalidData, 0)]
    [InlineData("0500000900", OperationStatus.InvalidData, 0)]
    public void Reply_says_how_much_of_it_is_missing(string octets, OperationStatus status, int missing)
    {
        Assert.Equal(status, SocksReply.Parse(Convert.FromHexString(octets), out _, out var needed));
        Assert.Equal(missing, needed);
    }
}
