using Pipeline.Node.Tests.CommandLine.Exim;
using Pipeline.Node.Tests.Packaging;

namespace Pipeline.Node.Tests.Logging;

/// <summary>Debian's own programs read a log that a node wrote.</summary>
public sealed class LogToolTests : IDisposable
{
    private readonly EximFixture _exim = new();

    public void Dispose() => _exim.Dispose();

    [NeedsProgramFact("exigrep")]
    public async Task Exigrep_finds_all_lines_of_a_message_and_those_of_refusals()
    {
        var log = await WriteLogAsync();

        var delivered = await ProgramRun.OfAsync("exigrep", "sender@example.org", log);
        Assert.Equal(0, delivered.ExitCode);
        var lines = delivered.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains(lines, line => line.Contains(" <= sender@example.org U=", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains(" => user <user@example.com> ", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains(" Completed", StringComparison.Ordinal));

        var refused = await ProgramRun.OfAsync("exigrep", "no relaying", log);
        Assert.Contains("rejected RCPT <user@elsewhere.example>: no relaying", refused.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Completed", refused.Output, StringComparison.Ordinal);
    }

    [NeedsProgramFact("eximstats")]
    public async Task Eximstats_counts_what_came_and_went()
    {
        var run = await ProgramRun.OfAsync("eximstats", "-nr", "-t5", await WriteLogAsync());
        Assert.Equal(0, run.ExitCode);
        var rows = run.Output.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(words => words.Length > 2).ToArray();
        Assert.Equal("3", Count("Received", 2));
        Assert.Equal("2", Count("Delivered", 2));

        string Count(string row, int column) => rows.First(words => words[0] == row)[column];
    }

    /// <summary>Two messages that are delivered, one of them without SMTP; one that waits; one that is refused; and a session that comes to nothing.</summary>
    private async Task<string> WriteLogAsync()
    {
        // The programs of Exim before 4.97 know only the ids of that time.
        _exim.UseShortMessageIds();
        var log = _exim.Path("mainlog");
        var configuration = await File.ReadAllTextAsync(_exim.ConfigurationFile);
        await File.WriteAllTextAsync(
            _exim.ConfigurationFile, $"log_file_path = {_exim.Path("%slog")}\nlog_selector = +all\n" + configuration);
        Assert.Equal(0, (await SessionAsync("RCPT TO:<user@example.com>")).ExitCode);
        Assert.Equal(0, (await SessionAsync("RCPT TO:<later-x@example.com>")).ExitCode);
        Assert.Equal(0, (await SessionAsync("RCPT TO:<user@elsewhere.example>")).ExitCode);
        await _exim.RunWithInputAsync("HELO me\nFOO\nRCPT TO:<a@b.example>\nQUIT\n", "-bs");
        Assert.Equal(0, (await _exim.RunWithInputAsync("Subject: x\n\nbody\n", "-f", "other@example.org", "two@example.com")).ExitCode);

        var text = await File.ReadAllTextAsync(log);
        Assert.Contains($"SMTP syntax error in \"FOO\" U={Environment.UserName} unrecognized command\n", text, StringComparison.Ordinal);
        Assert.Contains($"SMTP protocol error in \"RCPT TO:<a@b.example>\" U={Environment.UserName} sender not yet given\n", text, StringComparison.Ordinal);
        Assert.Contains($"no MAIL in SMTP connection from {Environment.UserName} D=", text, StringComparison.Ordinal);
        return log;
    }

    private Task<EximRun> SessionAsync(string recipient) =>
        _exim.RunWithInputAsync($"EHLO me\nMAIL FROM:<sender@example.org>\n{recipient}\nDATA\nSubject: x\n\nbody\n.\nQUIT\n", "-bs");
}
