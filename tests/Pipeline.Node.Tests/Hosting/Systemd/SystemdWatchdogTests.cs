using System.Threading.Channels;
using Pipeline.Node.Hosting.Systemd;
using Pipeline.Node.Tests.Listeners;

namespace Pipeline.Node.Tests.Hosting.Systemd;

public sealed class SystemdWatchdogTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("20000000", null, 20)]
    [InlineData("20000000", "", 20)]
    [InlineData("20000000", "7", 20)]
    [InlineData("20000000", "8", null)]
    [InlineData("20000000", "x", null)]
    [InlineData("0", null, null)]
    [InlineData("-1", null, null)]
    [InlineData("", null, null)]
    [InlineData(null, "7", null)]
    public void Interval_is_read_for_this_process_alone(string? microseconds, string? process, int? seconds) => Assert.Equal(
        seconds is null ? (TimeSpan?)null : TimeSpan.FromSeconds(seconds.Value), SystemdWatchdog.Interval(microseconds, process, ownProcessId: 7));

    [Fact]
    public async Task Signs_are_given_at_once_and_twice_an_interval_while_the_node_is_alive()
    {
        using var manager = new NotifySocket();
        using var notifier = new SystemdNotifier(manager.Address);
        var time = new ManualTime();
        await using var watchdog = new SystemdWatchdog(notifier, Interval, _ => Task.FromResult<string?>(null), Assert.Fail, time);
        Assert.Equal("WATCHDOG=1", await manager.ReceiveAsync());
        time.Advance((Interval / 2) - TimeSpan.FromTicks(1));
        Assert.False(manager.HasMore);
        time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal("WATCHDOG=1", await manager.ReceiveAsync());
    }

    [Fact]
    public async Task Node_that_is_not_alive_gives_no_sign_and_says_why()
    {
        using var manager = new NotifySocket();
        using var notifier = new SystemdNotifier(manager.Address);
        var reasons = Channel.CreateUnbounded<string>();
        await using var watchdog = new SystemdWatchdog(
            notifier, Interval, _ => Task.FromResult<string?>("stuck"), reason => reasons.Writer.TryWrite(reason), new ManualTime());
        Assert.Equal("stuck", await reasons.Reader.ReadAsync());
        Assert.False(manager.HasMore);
    }

    [Fact]
    public async Task Look_that_fails_or_does_not_end_counts_as_dead_and_life_is_seen_again()
    {
        using var manager = new NotifySocket();
        using var notifier = new SystemdNotifier(manager.Address);
        var time = new ManualTime();
        var reasons = Channel.CreateUnbounded<string>();
        var looks = Channel.CreateUnbounded<Task<string?>>();
        looks.Writer.TryWrite(Task.FromException<string?>(new InvalidOperationException("broken")));
        looks.Writer.TryWrite(new TaskCompletionSource<string?>().Task);
        looks.Writer.TryWrite(Task.FromResult<string?>(null));
        await using var watchdog = new SystemdWatchdog(
            notifier, Interval, _ => looks.Reader.TryRead(out var look) ? look : Task.FromResult<string?>(null), reason => reasons.Writer.TryWrite(reason), time);
        Assert.Equal("broken", await reasons.Reader.ReadAsync());
        time.Advance(Interval / 2);
        await time.TimerStarted(2); // the ticks, and the bound of the look that does not end
        time.Advance(Interval / 2);
        Assert.Contains("timed out", await reasons.Reader.ReadAsync(), StringComparison.Ordinal);
        Assert.Equal("WATCHDOG=1", await manager.ReceiveAsync());
    }
}
