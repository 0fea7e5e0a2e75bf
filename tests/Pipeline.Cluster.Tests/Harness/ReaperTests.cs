using System.Diagnostics;
using System.Globalization;
using Pipeline.Cluster.Tests.Cluster;
using Pipeline.Storage.TestKit;
using Pipeline.Tests.Support;

namespace Pipeline.Cluster.Tests.Harness;

public sealed class ReaperTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Where ip(8) keeps those that have names.</summary>
    private const string Namespaces = "/run/netns";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mp-reaper-test-");

    private Process? _run;

    private string Trace => Path.Combine(_folder.FullName, "trace");

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        if (_run is { HasExited: false })
        {
            _run.Kill();
        }

        _run?.Dispose();
    }

    [Fact]
    public void What_was_done_last_is_undone_first_and_what_was_taken_back_is_not()
    {
        using (var reaper = new Reaper())
        {
            reaper.Undo($"echo first >>{Trace}");
            var needless = reaper.Undo($"echo needless >>{Trace}");
            reaper.Undo($"echo fails >>{Trace}; false");
            reaper.Undo($"echo last >>{Trace}");
            File.Delete(needless);
        }

        Assert.Equal(["last", "fails", "first"], File.ReadAllLines(Trace));
    }

    /// <summary>How a run ends that cannot clean up: SIGKILL, and what a terminal and timeout(1) send.</summary>
    [PostgresTheory]
    [InlineData("KILL")]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task A_run_that_is_killed_leaves_nothing_behind(string signal)
    {
        var run = _run = Start();
        var about = await run.StandardOutput.ReadLineAsync().WaitAsync(Patience);
        if (about is null)
        {
            Assert.Fail($"the run did not come so far: {await run.StandardError.ReadToEndAsync().WaitAsync(Patience)}");
        }

        var places = about.Split(' ', ',').Where(static word => word.StartsWith(Path.GetTempPath(), StringComparison.Ordinal)).ToArray();
        Assert.Equal(2, places.Length);
        var bridge = about.Split(' ')[^1];
        Assert.Equal(3, ProcessesOf(places[0]).Count(static command => command.Contains("mailpipeline.dll", StringComparison.Ordinal)));

        Assert.Null(await Shell.RunAsync("kill -$1 $2", [signal, run.Id.ToString(CultureInfo.InvariantCulture)], default));
        await run.WaitForExitAsync().WaitAsync(Patience);

        Assert.True(
            await Polling.UntilAsync(() => Task.FromResult(!LeftBehind(places, bridge).Any()), Patience),
            $"{about} left behind:\n{string.Join('\n', LeftBehind(places, bridge))}");
    }

    private static IEnumerable<string> LeftBehind(IReadOnlyList<string> places, string bridge) =>
        places.Where(Directory.Exists)
            .Concat(places.SelectMany(ProcessesOf))
            .Concat(File.ReadLines("/proc/mounts").Where(mount => places.Any(place => mount.Contains(place, StringComparison.Ordinal))))
            .Concat(Directory.EnumerateDirectories("/sys/class/net", bridge + "*"))
            .Concat(Directory.Exists(Namespaces) ? Directory.EnumerateFiles(Namespaces, bridge + "*") : []);

    private static Process Start()
    {
        // The same configuration of the long form, beside this project.
        var program = AppContext.BaseDirectory.Replace("tests/Pipeline.Cluster.Tests", "benchmarks/Pipeline.ClusterRun", StringComparison.Ordinal);

        // A shell that was started in the background would leave SIGINT ignored: env sets it right.
        return Process.Start(new ProcessStartInfo(
            "env", ["--default-signal=INT", "dotnet", Path.Combine(program, "Pipeline.ClusterRun.dll"), "--rounds", "100", "--nodes", "3", "--fault", nameof(Fault.DatabaseRestart)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
    }

    /// <summary>Command lines of processes that name a folder.</summary>
    private static IEnumerable<string> ProcessesOf(string folder) =>
        Directory.EnumerateDirectories("/proc")
            .Where(static process => char.IsAsciiDigit(Path.GetFileName(process)[0]))
            .Select(CommandOf)
            .Where(command => command.Contains(folder, StringComparison.Ordinal));

    private static string CommandOf(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline")).Replace('\0', ' ');
        }
        catch (IOException)
        {
            return "";
        }
    }
}
