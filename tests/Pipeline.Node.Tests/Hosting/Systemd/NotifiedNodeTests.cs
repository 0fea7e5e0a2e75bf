using System.Diagnostics;
using System.Globalization;
using Pipeline.Node.Hosting.Systemd;
using Pipeline.Node.Tests.CommandLine.Exim;

namespace Pipeline.Node.Tests.Hosting.Systemd;

public sealed class NotifiedNodeTests : IDisposable
{
    private readonly EximFixture _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Node_says_when_it_is_ready_that_it_lives_and_when_it_stops()
    {
        using var manager = new NotifySocket();
        using var node = Process.Start(new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, "mailpipeline"),
            ["run", "--listen", "127.0.0.1.0", "-C", _files.ConfigurationFile, "--node", _files.Path("node.json"), "-D", "WORD=word"])
        {
            RedirectStandardError = true,
            Environment =
            {
                [SystemdNotifier.SocketVariable] = manager.Address,
                [SystemdWatchdog.IntervalVariable] = "60000000",
            },
        })!;
        var log = node.StandardError.ReadToEndAsync();
        var first = await manager.ReceiveUntilAsync("READY=1");
        Assert.Contains("STATUS=takes mail on 127.0.0.1:", first[^1], StringComparison.Ordinal);
        await manager.ReceiveUntilAsync("WATCHDOG=1");
        using var kill = Process.Start("kill", [node.Id.ToString(CultureInfo.InvariantCulture)]);
        var last = await manager.ReceiveUntilAsync("STOPPING=1");
        Assert.Contains("EXTEND_TIMEOUT_USEC=60000000", last[^1], StringComparison.Ordinal);
        await node.WaitForExitAsync();
        Assert.Equal(0, node.ExitCode);
        Assert.Contains("Stopped", await log, StringComparison.Ordinal);
    }
}
