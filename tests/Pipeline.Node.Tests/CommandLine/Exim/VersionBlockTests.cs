using Pipeline.Node.CommandLine.Exim;
using Pipeline.Policy;
using Pipeline.Policy.Configuration;

namespace Pipeline.Node.Tests.CommandLine.Exim;

public sealed class VersionBlockTests
{
    [Fact]
    public async Task Version_block_has_the_lines_that_programs_look_for()
    {
        using var exim = new EximFixture();
        var run = await exim.RunAsync("-bV");
        Assert.Equal(0, run.ExitCode);
        var lines = run.Output.Split('\n');
        Assert.Matches(@"^Exim version 4\.92 \(MailPipeline \S+\) #1 built \d\d-[A-Z][a-z]{2}-\d{4} \d\d:\d\d:\d\d$", lines[0]);
        Assert.Contains(lines, line => line.StartsWith("Support for: ", StringComparison.Ordinal) && line.Contains(" Experimental_QUEUEFILE", StringComparison.Ordinal) && line.Contains(" Experimental_Brightmail ", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("Lookups (built-in): ", StringComparison.Ordinal) && line.Contains(" lsearch ", StringComparison.Ordinal));
        Assert.Contains("Routers: accept dnslookup ipliteral manualroute queryprogram redirect", lines);
        Assert.Contains("Transports: appendfile/maildir autoreply lmtp pipe queuefile smtp", lines);
        Assert.Equal($"Configuration file is {exim.ConfigurationFile}", lines[^2]);
    }

    [Fact]
    public async Task Version_checks_the_configuration_and_shows_problems_in_Exims_form()
    {
        using var exim = new EximFixture("primary_hostname = x\nnonsense_option = 1\n");
        var run = await exim.RunAsync("-bV");
        Assert.Equal(1, run.ExitCode);
        Assert.Matches(
            $@"(?m)^\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d Exim configuration error in line 2 of {exim.ConfigurationFile}:\r?\n  .*nonsense_option", run.Errors);
    }

    [Fact]
    public void Problem_without_a_line_has_none() => Assert.Equal(
        "2026-11-22 01:02:03 Exim configuration error:\n  what (try that)",
        EximConfiguration.Text(new ConfigurationProblem("what", null, "try that"), new DateTimeOffset(2026, 11, 22, 1, 2, 3, TimeSpan.Zero)));

    [Fact]
    public void Every_driver_that_is_shown_exists()
    {
        var path = Path.GetTempFileName();
        try
        {
            foreach (var driver in VersionBlock.Routers)
            {
                AssertKnown(path, $"begin routers\nx:\n  driver = {driver}\n", driver);
            }

            foreach (var driver in VersionBlock.Transports)
            {
                AssertKnown(path, $"begin transports\nx:\n  driver = {driver}\n", driver);
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void AssertKnown(string path, string configuration, string driver)
    {
        File.WriteAllText(path, configuration);
        Assert.DoesNotContain(PolicyCompiler.Compile(path).Problems, problem => problem.Message.Contains($"driver \"{driver}\"", StringComparison.Ordinal));
    }
}
