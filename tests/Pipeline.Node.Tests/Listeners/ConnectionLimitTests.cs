using System.Net;
using Pipeline.Node.Listeners;

namespace Pipeline.Node.Tests.Listeners;

public sealed class ConnectionLimitTests
{
    [Fact]
    public void Connections_are_bounded_in_all()
    {
        var limiter = new ConnectionLimiter(new SmtpLimits { MaxConnections = 2 });
        Assert.Null(limiter.Enter(IPAddress.Parse("192.0.2.1")));
        Assert.Null(limiter.Enter(null));
        Assert.Equal(ConnectionRefusal.TooMany, limiter.Enter(IPAddress.Parse("192.0.2.3")));
        limiter.Leave(null);
        Assert.Null(limiter.Enter(IPAddress.Parse("192.0.2.3")));
        Assert.Equal(2, limiter.Count);
    }

    [Fact]
    public void Connections_are_bounded_by_address_however_it_is_written()
    {
        var limiter = new ConnectionLimiter(new SmtpLimits { MaxConnectionsPerAddress = 2 });
        Assert.Null(limiter.Enter(IPAddress.Parse("192.0.2.1")));
        Assert.Null(limiter.Enter(IPAddress.Parse("::ffff:192.0.2.1")));
        Assert.Equal(ConnectionRefusal.TooManyFromAddress, limiter.Enter(IPAddress.Parse("192.0.2.1")));
        Assert.Null(limiter.Enter(IPAddress.Parse("192.0.2.2")));
        limiter.Leave(IPAddress.Parse("192.0.2.1"));
        Assert.Null(limiter.Enter(IPAddress.Parse("192.0.2.1")));
    }

    [Fact]
    public void Connections_are_bounded_by_ipv6_network()
    {
        var limiter = new ConnectionLimiter(new SmtpLimits { MaxConnectionsPerAddress = 1, MaxConnectionsPerIPv6Network = 2 });
        Assert.Null(limiter.Enter(IPAddress.Parse("2001:db8:0:1::1")));
        Assert.Equal(ConnectionRefusal.TooManyFromAddress, limiter.Enter(IPAddress.Parse("2001:db8:0:1::1")));
        Assert.Null(limiter.Enter(IPAddress.Parse("2001:db8:0:1:ffff::2")));
        Assert.Equal(ConnectionRefusal.TooManyFromNetwork, limiter.Enter(IPAddress.Parse("2001:db8:0:1::3")));
        Assert.Null(limiter.Enter(IPAddress.Parse("2001:db8:0:2::3")));
        limiter.Leave(IPAddress.Parse("2001:db8:0:1::1"));
        Assert.Null(limiter.Enter(IPAddress.Parse("2001:db8:0:1::3")));
    }

    [Fact]
    public void Connections_without_bound_are_without_bound()
    {
        var limiter = new ConnectionLimiter(new SmtpLimits { MaxConnectionsPerAddress = 0, MaxConnectionsPerIPv6Network = 0, MaxConnections = 1000 });
        for (int i = 0; i < 1000; i++)
        {
            Assert.Null(limiter.Enter(IPAddress.Parse("2001:db8::1")));
        }
    }

    [Fact]
    public void Connections_from_loopback_count_among_all_only()
    {
        var limiter = new ConnectionLimiter(new SmtpLimits { MaxConnectionsPerAddress = 1, MaxConnections = 3 });
        Assert.Null(limiter.Enter(IPAddress.Loopback));
        Assert.Null(limiter.Enter(IPAddress.Loopback));
        Assert.Null(limiter.Enter(IPAddress.IPv6Loopback));
        Assert.NotNull(limiter.Enter(IPAddress.Loopback));
        limiter.Leave(IPAddress.Loopback);
        Assert.Null(limiter.Enter(IPAddress.Loopback));
    }

    [Fact]
    public async Task Connection_beyond_the_limit_is_told_421_and_reported()
    {
        var receipt = new FakeReceipt();
        await using SmtpServer server = await KestrelFixture.StartAsync(
            receipt, options => options with { Limits = new SmtpLimits { MaxConnections = 1 } });
        await using SmtpTestClient first = await SmtpTestClient.GreetedAsync(server.Endpoints[0]);
        await using SmtpTestClient second = await SmtpTestClient.ConnectAsync(server.Endpoints[0]);
        await second.ExpectAsync("421 4.7.0 Too many concurrent SMTP connections; please try again later.");
        await second.ExpectEndAsync();
        Assert.Equal("connect|421|too many connections", Assert.Single(receipt.Incidents));
        await first.CommandAsync("NOOP", "250 ");
    }
}
