using System.Globalization;
using System.Text;
using Pipeline.Faults;

namespace Pipeline.Architecture.Tests;

/// <summary>The list of crash points is what the code has, and the page about them says what the list says.</summary>
public sealed class CrashPointTests
{
    /// <summary>Set to 1, the test writes the page instead of comparing it.</summary>
    private const string WriteSwitch = "MAILPIPELINE_WRITE_CRASH_POINT_PAGE";

    [Fact]
    public void Every_point_is_in_the_code()
    {
        var code = string.Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(static file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/Pipeline.Faults/", StringComparison.Ordinal))
            .Select(File.ReadAllText));

        // With what follows a name, so that no name is found in a longer one.
        string[] missing = [.. Enum.GetValues<CrashPoint>().Where(point => !new[] { ")", ",", ";", " " }.Any(end => code.Contains($"CrashPoint.{point}{end}", StringComparison.Ordinal))).Select(static point => point.Name)];
        Assert.Equal([], missing);
    }

    [Fact]
    public void Names_are_of_a_phase_and_can_be_read()
    {
        foreach (var point in Enum.GetValues<CrashPoint>())
        {
            Assert.Contains(point.Phase, (string[])["accept", "route", "deliver", "takeover"]);
            Assert.True(CrashOrder.TryParse(point.Name + ":7", out var order, out _));
            Assert.Equal(new CrashOrder(point, 7), order);
        }
    }

    [Theory]
    [InlineData("accept.committed", "accept.committed:1")]
    [InlineData("accept.committed:3", "accept.committed:3")]
    public void An_order_is_a_name_and_a_hit(string text, string order)
    {
        Assert.True(CrashOrder.TryParse(text, out var read, out _));
        Assert.Equal(order, read.ToString());
    }

    [Theory]
    [InlineData("accept", "no crash point \"accept\"")]
    [InlineData("AcceptCommitted", "no crash point \"AcceptCommitted\"")]
    [InlineData("accept.committed:0", "\"0\" is not a positive number")]
    [InlineData("accept.committed:", "\"\" is not a positive number")]
    [InlineData("accept.committed:-1", "\"-1\" is not a positive number")]
    [InlineData("accept.committed:99999999999", "is not a positive number")]
    public void An_order_that_is_none_is_refused_with_the_reason(string text, string reason)
    {
        Assert.False(CrashOrder.TryParse(text, out _, out var problem));
        Assert.Contains(reason, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Page_says_what_the_list_says() => GeneratedPage.AssertIs(Page(), "docs/crash-points.md", WriteSwitch);

    private static string Page()
    {
        var page = new StringBuilder();
        page.Append(
            CultureInfo.InvariantCulture,
            $"""
            # Crash points

            Places at which a test can have a node die at once, as by kill -9: `{Crash.Variable}=deliver.maildir.linked` in the environment of `mailpipeline` kills the process when it comes there, and
            `{Crash.Variable}=deliver.maildir.linked:3` when it comes there for the third time. The last word on its standard error says which point it was; its end is by SIGKILL. A name that is none, and a
            number that is not positive, end the program with exit code 2 before it does anything. **For tests alone**: without the variable a point costs nothing and does nothing. Why so: [ADR 10](adr/0010-crash-points.md).

            `tests/Pipeline.Cluster.Tests` kills a node at each of them once, `benchmarks/cluster/run.sh --crash-points 5` five times, each time at another hit. After each death the account must hold: accepted recipients =
            delivered + failed + queued + in doubt, nothing is lost, nothing is doubled in files, and over SMTP not more than the journals list as in doubt.

            What is durable at a point is what another node, or the next life of this one, goes on from. This page is written from the list (`src/Pipeline.Faults/CrashPoint.cs`); a test compares the two.


            """);
        foreach (var phase in Enum.GetValues<CrashPoint>().GroupBy(static point => point.Phase))
        {
            page.Append(CultureInfo.InvariantCulture, $"## {phase.Key}\n\n| point | durable there |\n|---|---|\n");
            foreach (var point in phase)
            {
                page.Append(CultureInfo.InvariantCulture, $"| `{point.Name}` | {point.Durable} |\n");
            }

            page.Append('\n');
        }

        return page.ToString().TrimEnd('\n') + "\n";
    }
}
