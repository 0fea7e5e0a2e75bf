using Pipeline.Node.Configuration;

namespace Pipeline.Node.Tests.Packaging;

public sealed class SystemdUnitTests
{
    public static TheoryData<string> Units => ["mailpipeline.service", "mailpipeline@.service"];

    [Theory]
    [MemberData(nameof(Units))]
    public void Unit_gives_more_time_to_stop_than_a_drain_takes(string unit)
    {
        var limit = TimeSpan.FromSeconds(int.Parse(Value(unit, "TimeoutStopSec"), System.Globalization.CultureInfo.InvariantCulture));
        Assert.True(limit > new NodeSettings().DrainTime * 2, $"{limit}");
    }

    [Theory]
    [MemberData(nameof(Units))]
    public void Unit_is_notified_watched_restarted_and_confined(string unit)
    {
        foreach (var (name, value) in new[]
        {
            ("Type", "notify"), ("Restart", "always"), ("RestartPreventExitStatus", "4"), ("WatchdogSec", "60"), ("User", "mailpipeline"), ("ProtectSystem", "strict"), ("NoNewPrivileges", "yes"),
            ("AmbientCapabilities", "CAP_NET_BIND_SERVICE"), ("CapabilityBoundingSet", "CAP_NET_BIND_SERVICE"), ("LimitNOFILE", "65536"),
        })
        {
            Assert.Equal(value, Value(unit, name));
        }
    }

    [Fact]
    public void Units_differ_in_their_names_alone()
    {
        string[] one = Lines("mailpipeline.service"), many = Lines("mailpipeline@.service");
        Assert.Equal(one.Length, many.Length);
        Assert.All(one.Zip(many).Where(pair => pair.First != pair.Second), pair => Assert.Contains("%i", pair.Second, StringComparison.Ordinal));
    }

    [NeedsProgramFact("systemd-analyze")]
    public async Task Units_are_good_in_the_eyes_of_systemd()
    {
        var folder = Directory.CreateTempSubdirectory("un");
        try
        {
            // Program and user are of the machine that the unit is installed on.
            foreach (var (unit, copy) in new[] { ("mailpipeline.service", "mailpipeline.service"), ("mailpipeline@.service", "mailpipeline@one.service") })
            {
                var text = Repository.Read("packaging", "systemd", unit)
                    .Replace("/opt/mailpipeline/mailpipeline", "/bin/true", StringComparison.Ordinal)
                    .Replace("=mailpipeline\nGroup=mailpipeline", "=root\nGroup=root", StringComparison.Ordinal);
                var path = Path.Combine(folder.FullName, copy);
                await File.WriteAllTextAsync(path, text);
                var run = await ProgramRun.OfAsync("systemd-analyze", "verify", path);
                Assert.True(run.ExitCode == 0 && !run.Output.Contains(copy, StringComparison.Ordinal), run.Output);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Value(string unit, string name) =>
        Assert.Single(Lines(unit), line => line.StartsWith($"{name}=", StringComparison.Ordinal))[(name.Length + 1)..];

    private static string[] Lines(string unit) =>
        [.. Repository.Read("packaging", "systemd", unit).Split('\n').Where(line => !line.StartsWith('#'))];
}
