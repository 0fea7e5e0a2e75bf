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
        Assert.Single(lines, line => Regex.IsMatch(line, $@"{Frame}U={Environment.UserName} F=<sender@example\.org> rejected RCPT <user@elsewhere\.example>: no relaying$"));
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
    public async Task Logs_go_where_the_policy_says_and_a_refused_message_is_in_the_reject_log_with_its_header()
    {
        var configuration = await File.ReadAllTextAsync(_exim.ConfigurationFile);
        await File.WriteAllTextAsync(_exim.ConfigurationFile, "log_file_path = $spool_directory/logs/%slog\nacl_smtp_data = check_data\n" + configuration.Replace(
            "begin acl\n", "begin acl\ncheck_data:\n  deny message = not this\n       condition = ${if match{$h_subject:}{refused}}\n  accept\n", StringComparison.Ordinal));
        await using var output = new StringWriter();
        await using (await StartAsync(new LogSettings(), output))
        {
            await SubmitAsync("user@example.com");
            await SubmitAsync("user@example.com", "refused");
        }

        Assert.Empty(output.ToString());
        Assert.Equal(4, (await File.ReadAllLinesAsync(_exim.Path("s/logs/mainlog"))).Length);
        var reject = await File.ReadAllLinesAsync(_exim.Path("s/logs/rejectlog"));
        Assert.Matches(@"F=<sender@example\.org> rejected after DATA: not this$", reject[0]);
        Assert.Equal(["Envelope-from: <sender@example.org>", "Envelope-to: <user@example.com>"], reject[1..3]);
        Assert.Contains("  Subject: refused", reject);
    }

    [Fact]
    public async Task Json_log_has_the_events_of_the_journal()
    {
        await using (await StartAsync(new LogSettings { File = _exim.Path("log.json"), Form = LogSettings.Json }, null))
        {
            await SubmitAsync("user@example.com");
        }

        var events = (await File.ReadAllLinesAsync(_exim.Path("log.json")))
            .Select(line => System.Text.Json.JsonDocument.Parse(line).RootElement.GetProperty("event").GetString());
        Assert.Superset(new HashSet<string?> { "tx", "accepted", "routed", "delivered", "done" }, events.ToHashSet());
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
        Assert.StartsWith("the log cannot be written: ", Assert.Single(error.Problems), StringComparison.Ordinal);
        await using var node = await StartAsync(new LogSettings(), null);
    }

    private Task<EximRun> SubmitAsync(string recipient, string subject = "x") => _exim.RunWithInputAsync(
        $"EHLO me\nMAIL FROM:<sender@example.org>\nRCPT TO:<{recipient}>\nDATA\nMessage-Id: <one@here>\nSubject: {subject}\n\nsecret body\n.\nQUIT\n", "-bs");

    private Task<MailNode> StartAsync(LogSettings log, TextWriter? output)
    {
        var (command, _) = EximArguments.Read(["-bdf", "-C", _exim.ConfigurationFile, "--node", _exim.Path("node.json"), "-DWORD=word"], null);
        var (choice, _) = command!.Choose();
        var options = choice!.ToNodeOptions();
        return MailNode.StartAsync(
            options with { Listen = "127.0.0.1.0", Settings = options.Settings with { Log = log }, MainLog = output }, CancellationToken.None);
    }
}
