using Pipeline.Node.Hosting.Systemd;

namespace Pipeline.Node.Tests.Hosting.Systemd;

public sealed class SystemdNotifierTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Node_tells_each_state_in_a_datagram_of_its_own(bool isAbstract)
    {
        using var manager = new NotifySocket(isAbstract);
        using var notifier = new SystemdNotifier(manager.Address);
        Assert.True(notifier.IsListenedTo);
        notifier.Ready("takes mail\non 127.0.0.1:25");
        notifier.Alive();
        notifier.Status("üb");
        notifier.Stopping("ends", TimeSpan.FromSeconds(60));
        Assert.Equal("READY=1\nSTATUS=takes mail on 127.0.0.1:25", await manager.ReceiveAsync());
        Assert.Equal("WATCHDOG=1", await manager.ReceiveAsync());
        Assert.Equal("STATUS=üb", await manager.ReceiveAsync());
        Assert.Equal("STOPPING=1\nSTATUS=ends\nEXTEND_TIMEOUT_USEC=60000000", await manager.ReceiveAsync());
        Assert.False(manager.HasMore);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("@")]
    [InlineData("relative/path")]
    [InlineData("vsock:2:1234")]
    public void Without_an_address_nobody_is_told(string? address)
    {
        using var notifier = new SystemdNotifier(address);
        Assert.False(notifier.IsListenedTo);
        notifier.Ready("nobody hears");
    }

    [Fact]
    public void Manager_that_is_gone_does_no_harm()
    {
        var manager = new NotifySocket();
        using var notifier = new SystemdNotifier(manager.Address);
        manager.Dispose();
        notifier.Alive();
        notifier.Stopping("nobody hears", TimeSpan.Zero);
    }
}
