using System.Diagnostics;
using System.Globalization;
using Pipeline.Node.Admin;
using Pipeline.Node.CommandLine.Exim;

namespace Pipeline.Node.Tests.CommandLine.Exim;

public sealed class DaemonTests : IDisposable
{
    private readonly EximFixture _exim = new();

    public void Dispose() => _exim.Dispose();

    [Theory]
    [InlineData("-bd -C a:b -DX=1 -DA=b=c -oX 127.0.0.1.0 -oP pid --node n", "-bdf --detached -C a:b --node n -oX 127.0.0.1.0 -oP pid -DA=b=c -DX=1")]
    [InlineData("-bd -q30m", "-bdf -q30m --detached")]
    [InlineData("-q30m", "-q30m --detached")]
    [InlineData("-bd -qGslow/1h", "-bdf -qGslow/1h --detached")]
    public void Node_is_started_with_the_same_choices(string arguments, string foreground)
    {
        var command = EximArguments.Read(arguments.Split(' '), null).Command!;
        var started = Daemon.ForegroundArguments(command);
        Assert.Equal(foreground, string.Join(' ', started));
        var read = EximArguments.Read(started, null).Command!;
        Assert.True(read.Detached);
        Assert.Equal((command.ConfigurationFiles, command.Listen, command.WithoutListeners), (read.ConfigurationFiles, read.Listen, read.WithoutListeners));
        Assert.Equal((command.QueueInterval, command.Queue), (read.QueueInterval, read.Queue));
        Assert.Equal(command.Macros, read.Macros);
    }

    [Fact]
    public async Task Daemon_answers_when_the_command_has_ended_and_stops_at_a_signal()
    {
        var pidFile = _exim.Path("pid");
        var (exitCode, errors) = await RunProgramAsync("-bd", "-oX", "127.0.0.1.0", "-oP", pidFile);
        Assert.Equal((0, ""), (exitCode, errors));
        using var node = Process.GetProcessById(int.Parse((await File.ReadAllTextAsync(pidFile)).Trim(), CultureInfo.InvariantCulture));
        try
        {
            using (var client = await AdminClient.ConnectAsync(_exim.StoreDirectory, CancellationToken.None))
            {
                Assert.StartsWith("127.0.0.1:", Assert.Single((await client!.StatusAsync(CancellationToken.None)).Listening), StringComparison.Ordinal);
            }

            var second = await RunProgramAsync("-bd");
            Assert.Equal(1, second.ExitCode);
            Assert.Contains("another node runs", second.Errors, StringComparison.Ordinal);
        }
        finally
        {
            using var kill = Process.Start("kill", [node.Id.ToString(CultureInfo.InvariantCulture)]);
            await kill.WaitForExitAsync();
            await node.WaitForExitAsync();
        }

        Assert.Contains("Stopped", await File.ReadAllTextAsync(_exim.Path("s/log/mailpipeline.log")), StringComparison.Ordinal);
        Assert.Null(await AdminClient.ConnectAsync(_exim.StoreDirectory, CancellationToken.None));
    }

    [Fact]
    public async Task Daemon_that_cannot_start_says_why()
    {
        var (exitCode, errors) = await RunProgramAsync("-bd", "-oX", "not-an-address.x");
        Assert.Equal(1, exitCode);
        Assert.Contains("not-an-address.x", errors, StringComparison.Ordinal);
    }

    private async Task<(int ExitCode, string Errors)> RunProgramAsync(params string[] arguments)
    {
        string[] all = ["-C", _exim.ConfigurationFile, "--node", _exim.Path("node.json"), "-DWORD=word", .. arguments];
        using var program = Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "mailpipeline"), all) { RedirectStandardError = true })!;
        var errors = await program.StandardError.ReadToEndAsync();
        await program.WaitForExitAsync();
        return (program.ExitCode, errors);
    }
}
