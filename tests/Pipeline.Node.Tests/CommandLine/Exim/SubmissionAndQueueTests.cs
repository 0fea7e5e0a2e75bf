using Pipeline.Node.Admin;
using Pipeline.Node.CommandLine.Exim;
using Pipeline.Node.Hosting;

namespace Pipeline.Node.Tests.CommandLine.Exim;

public sealed class SubmissionAndQueueTests : IDisposable
{
    private readonly EximFixture _exim = new();

    public void Dispose() => _exim.Dispose();

    [Fact]
    public async Task Session_on_standard_input_accepts_and_delivers()
    {
        var run = await SubmitAsync("user@example.com");
        Assert.Equal(0, run.ExitCode);
        Assert.Empty(run.Errors);
        Assert.Equal(["220", "250", "250", "250", "354", "250", "221"], Codes(run.Output));
        var content = await File.ReadAllTextAsync(Assert.Single(_exim.Mailbox("user")));
        Assert.Contains("with local-esmtp", content, StringComparison.Ordinal);
        Assert.EndsWith("\n\nbody\n", content.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Equal("0\n", (await _exim.RunAsync("-bpc")).Output);
    }

    [Fact]
    public async Task Session_shows_the_policy_the_client_of_the_options()
    {
        var run = await SubmitAsync("user@example.com", "-oMa", "192.0.2.1.4711");
        Assert.Contains("Hello me [192.0.2.1]", run.Output, StringComparison.Ordinal);
        Assert.Contains("[192.0.2.1]", await File.ReadAllTextAsync(Assert.Single(_exim.Mailbox("user"))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refused_recipient_is_refused_here_too()
    {
        var run = await _exim.RunWithInputAsync("EHLO me\nMAIL FROM:<sender@example.org>\nRCPT TO:<user@elsewhere.example>\nQUIT\n", "-bs");
        Assert.Equal(["220", "250", "250", "550", "221"], Codes(run.Output));
        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public async Task Session_is_held_by_the_node_that_runs()
    {
        await using var node = await StartNodeAsync();
        var run = await SubmitAsync("user@example.com");
        Assert.Equal(["220", "250", "250", "250", "354", "250", "221"], Codes(run.Output));
        Assert.Equal(0, run.ExitCode);
        await node.StopAsync();
        Assert.Single(_exim.Mailbox("user"));
    }

    [Fact]
    public async Task Only_its_user_can_open_the_socket_of_a_node()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        await using var node = await StartNodeAsync();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(SpoolPaths.AdminSocket(_exim.StoreDirectory)));
    }

    [Fact]
    public async Task Sessions_of_several_programs_at_once_are_all_served()
    {
        var runs = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(() => SubmitAsync($"user{i}@example.com"))));
        Assert.All(runs, run => Assert.Contains("250 OK id=", run.Output, StringComparison.Ordinal));
        Assert.All(Enumerable.Range(0, 4), i => Assert.Single(_exim.Mailbox($"user{i}")));
    }

    [Fact]
    public async Task Messages_are_frozen_thawed_tried_and_removed_with_and_without_a_node()
    {
        await SubmitAsync("later-user@example.com");
        await SubmitAsync("later-other@example.com");
        var ids = (await _exim.RunAsync("-bp")).Output.Split(' ', '\n').Where(word => word.Count(c => c == '-') == 2 && !word.Contains('@', StringComparison.Ordinal)).ToArray();
        Assert.Equal(2, ids.Length);
        Assert.Equal((0, $"Message {ids[0]} is now frozen\nMessage {ids[1]} is now frozen\n"), await OrderAsync(["-Mf", .. ids]));
        Assert.Equal(2, (await _exim.RunAsync("-bp")).Output.Split("*** frozen ***").Length - 1);
        Assert.Equal((1, $"Message {ids[0]} is already frozen\n"), await OrderAsync("-Mf", ids[0]));
        await using (var node = await StartNodeAsync())
        {
            Assert.Equal((0, $"Message {ids[0]} is no longer frozen\n"), await OrderAsync("-Mt", ids[0]));
            Assert.Equal((0, $"Message {ids[1]} has been removed\n"), await OrderAsync("-Mrm", ids[1]));
            await node.StopAsync();
        }

        Assert.Equal("1\n", (await _exim.RunAsync("-bpc")).Output);
        await File.WriteAllTextAsync(_exim.Path("go"), "");
        Assert.Equal((0, ""), await OrderAsync("-M", ids[0]));
        Assert.Single(_exim.Mailbox("later-user"));
        Assert.Equal((1, $"Spool data file for {ids[0]} does not exist\n"), await OrderAsync("-Mrm", ids[0]));
        Assert.Equal("exim: malformed message id nonsense after -Mrm option\n", (await _exim.RunAsync("-Mrm", "nonsense")).Errors);
        Assert.Equal("exim: no message ids given after -M option\n", (await _exim.RunAsync("-M")).Errors);
    }

    [Fact]
    public async Task Deferred_message_is_listed_waits_for_its_time_and_is_forced_out()
    {
        await SubmitAsync("later-user@example.com");
        Assert.Equal("1\n", (await _exim.RunAsync("-bpc")).Output);
        var list = (await _exim.RunAsync("-bp")).Output;
        Assert.Matches(@"^ 0m +\d+ [0-9A-Za-z]{6}-[0-9A-Za-z]{6,11}-[0-9A-Za-z]{2,4} <sender@example\.org>\n          later-user@example\.com\n\n$", list);
        var id = list.Split(' ', StringSplitOptions.RemoveEmptyEntries)[2];
        Assert.Equal(list, (await _exim.RunAsync("-bpu", id)).Output);
        Assert.Empty((await _exim.RunAsync("-bp", "1xxxxx-xxxxxx-xx")).Output);

        await File.WriteAllTextAsync(_exim.Path("go"), "");
        Assert.Equal(0, (await _exim.RunAsync("-q")).ExitCode);
        Assert.Empty(_exim.Mailbox("later-user"));
        Assert.Equal(new EximRun(0, "", ""), await _exim.RunAsync("-qff"));
        Assert.Single(_exim.Mailbox("later-user"));
        Assert.Empty((await _exim.RunAsync("-bp")).Output);
    }

    [Fact]
    public async Task Running_node_is_told_to_run_the_queue()
    {
        await SubmitAsync("later-user@example.com");
        await File.WriteAllTextAsync(_exim.Path("go"), "");
        await using var node = await StartNodeAsync();
        Assert.Equal(new EximRun(0, "", ""), await _exim.RunAsync("-qf"));
        await node.StopAsync();
        Assert.Single(_exim.Mailbox("later-user"));
    }

    [Theory]
    [InlineData("-q", "")]
    [InlineData("-qf", " -qf")]
    public async Task Queue_run_is_logged(string option, string how)
    {
        using var exim = new EximFixture("log_file_path = DIR/%slog\n" + EximFixture.Default);
        Assert.Equal(new EximRun(0, "", ""), await exim.RunAsync(option));
        var log = await File.ReadAllTextAsync(exim.Path("mainlog"));
        Assert.Matches($" Start queue run: pid=[0-9]+{how}\n", log);
        Assert.Matches($" End queue run: pid=[0-9]+{how}\n", log);
    }

    [Fact]
    public async Task Queue_without_a_store_is_empty()
    {
        Assert.Equal(new EximRun(0, "", ""), await _exim.RunAsync("-bp"));
        Assert.Equal(new EximRun(0, "0\n", ""), await _exim.RunAsync("-bpc"));
    }

    private static string[] Codes(string output) =>
        [.. output.Split("\r\n").Where(line => line.Length > 3 && line[3] == ' ').Select(line => line[..3])];

    private Task<EximRun> SubmitAsync(string recipient, params string[] options) => _exim.RunWithInputAsync(
        $"EHLO me\r\nMAIL FROM:<sender@example.org>\r\nRCPT TO:<{recipient}>\r\nDATA\r\nSubject: x\r\n\r\nbody\r\n.\r\nQUIT\r\n", ["-bs", .. options]);

    private Task<MailNode> StartNodeAsync()
    {
        var (command, _) = EximArguments.Read(["-bdf", "-C", _exim.ConfigurationFile, "--node", _exim.Path("node.json"), "-DWORD=word"], null);
        var (choice, _) = command!.Choose();
        return MailNode.StartAsync(choice!.ToNodeOptions() with { Listen = "127.0.0.1.0" }, CancellationToken.None);
    }

    private async Task<(int, string)> OrderAsync(params string[] arguments)
    {
        var run = await _exim.RunAsync(arguments);
        return (run.ExitCode, run.Output);
    }
}
