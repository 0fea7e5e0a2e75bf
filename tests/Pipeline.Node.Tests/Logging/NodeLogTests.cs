using System.Text.RegularExpressions;
using Pipeline.Node.CommandLine.Exim;
using Pipeline.Node.Configuration;
using Pipeline.Node.Hosting;
using Pipeline.Node.Tests.CommandLine.Exim;

namespace Pipeline.Node.Tests.Logging;

/// <summary>The main log of a whole node.</summary>
public sealed class NodeLogTests : IDisposable
{
    private readonly EximFixture _exim = new();

    public void Dispose() => _exim.Dispose();

    [Fact]
    public async Task Node_logs_arrival_delivery_and_completion_of_what_it_took_and_the_refusal_of_what_not()
    {
        await using var output = new StringWriter();
        await using (var node = await StartAsync(new LogSettings(), output))
        {
            await SubmitAsync("all@example.com");
            await _exim.RunWithInputAsync("EHLO me\nMAIL FROM:<sender@example.org>\nRCPT TO:<user@elsewhere.example>\nQUIT\n", "-bs");
        }

        var lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        const string Frame = @"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d ";
        const string Id = "[0-9A-Za-z]{6}-[0-9A-Za-z]{11}-[0-9A-Za-z]{4} ";
        Assert.Matches($@"{Frame}{Id}<= sender@example\.org U=\S+ P=local-esmtp S=\d+ id=one@here$", lines[0]);
        Assert.Equal(2, lines.Count(line => Regex.IsMatch(line, $@"{Frame}{Id}=> (one|two) <all@example\.com> R=local T=maildir$")));
        Assert.Single(lines, line => Regex.IsMatch(line, $"{Frame}{Id}Completed$"));
        Assert.Single(lines, line => Regex.IsMatch(line, $@"{Frame}local F=<sender@example\.org> rejected RCPT <user@elsewhere\.example>: no relaying$"));
        Assert.Equal(5, lines.Length);
        Assert.DoesNotContain("secret body", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Log_goes_to_the_file_of_the_settings()
    {
        await using var output = new StringWriter();
        await using (await StartAsync(new LogSettings { File = _exim.Path("mainlog") }, output))
        {
            await SubmitAsync("user@example.com");
        }

        Assert.Empty(output.ToString());
        Assert.Equal(3, (await File.ReadAllLinesAsync(_exim.Path("mainlog"))).Length);
    }

    [Fact]
    public async Task Log_that_is_switched_off_is_empty()
    {
        await using var output = new StringWriter();
        await using (await StartAsync(new LogSettings { Main = false }, output))
        {
            await SubmitAsync("user@example.com");
        }

        Assert.Empty(output.ToString());
    }

    [Fact]
    public async Task Log_file_that_cannot_be_written_is_a_reason_not_to_start()
    {
        var error = await Assert.ThrowsAsync<NodeStartException>(() => StartAsync(new LogSettings { File = _exim.Path("no/such/folder") }, null));
        Assert.StartsWith("Log:File: ", Assert.Single(error.Problems), StringComparison.Ordinal);
        await using var node = await StartAsync(new LogSettings(), null);
    }

    private Task<EximRun> SubmitAsync(string recipient) => _exim.RunWithInputAsync(
        $"EHLO me\nMAIL FROM:<sender@example.org>\nRCPT TO:<{recipient}>\nDATA\nMessage-Id: <one@here>\nSubject: x\n\nsecret body\n.\nQUIT\n", "-bs");

    private Task<MailNode> StartAsync(LogSettings log, TextWriter? output)
    {
        var (command, _) = EximArguments.Read(["-bdf", "-C", _exim.ConfigurationFile, "--node", _exim.Path("node.json"), "-DWORD=word"], null);
        var (choice, _) = command!.Choose();
        var options = choice!.ToNodeOptions();
        return MailNode.StartAsync(
            options with { Listen = "127.0.0.1.0", Settings = options.Settings with { Log = log }, MainLog = output }, CancellationToken.None);
    }
}
