using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Pipeline.Node.CommandLine;

namespace Pipeline.EndToEnd.Tests.Demo;

public sealed class DemoCommandTests
{
    [Fact]
    public async Task The_summary_of_a_demonstration_adds_up_and_shows_every_kind_of_ending()
    {
        var run = await RunAsync("--messages", "40", "--json");
        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        using var summary = JsonDocument.Parse(run.Output);
        var root = summary.RootElement;
        Assert.True(root.GetProperty("balances").GetBoolean());
        Assert.Equal(40, root.GetProperty("submitted").GetInt32());
        Assert.Equal(40, Number(root, "messages", "accepted") + Number(root, "messages", "refused"));
        Assert.Equal(
            Number(root, "recipients", "accepted") + Number(root, "recipients", "children") - Number(root, "recipients", "redirected")
                - Number(root, "recipients", "duplicates") + Number(root, "messages", "notifications"),
            Number(root, "recipients", "delivered") + Number(root, "recipients", "failed") + Number(root, "recipients", "queued"));
        Assert.All(["internet", "maildir", "quarantine", "smarthost"], transport => Assert.True(Number(root, "deliveredBy", transport) > 0, transport));
        Assert.All(
            ["spf pass", "spf fail", "spf softfail", "spf none", "dkim pass", "dkim fail", "dkim none"],
            check => Assert.True(Number(root, "verified", check) > 0, check));
        Assert.All(
            root.GetProperty("account").EnumerateArray(),
            check => Assert.Equal(check.GetProperty("expected").GetInt64(), check.GetProperty("found").GetInt64()));

        // The messages that every demonstration has: nobody@ twice and a domain that does not exist; later@ twice; large ones above 5 MiB together.
        Assert.Equal(3, Number(root, "recipients", "failed"));
        Assert.Equal(3, Number(root, "messages", "notifications"));
        Assert.Equal(2, Number(root, "recipients", "queued"));
        Assert.True(root.GetProperty("octets").GetInt64() > 5 * 1024 * 1024);
    }

    [Fact]
    public async Task A_person_sees_the_account_and_a_timeline_with_an_alias_a_failure_and_a_deferral()
    {
        var run = await RunAsync("--messages", "20");
        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        Assert.Empty(run.Errors);
        Assert.Contains("20 of 20 submitted", run.Output, StringComparison.Ordinal);
        Assert.Contains("The numbers add up.", run.Output, StringComparison.Ordinal);
        Assert.Contains("delivered by SMTP = recipients that the next hop counted", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("!!", run.Output, StringComparison.Ordinal);
        Assert.Contains("redirected     by router aliases to <bert@meadow.example> (2), <nobody@partner.example> (3)", run.Output, StringComparison.Ordinal);
        Assert.Contains("550 5.1.1 no such mailbox", run.Output, StringComparison.Ordinal);
        Assert.Contains("451 4.7.1 greylisted", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_folder_goes_with_the_command_unless_it_is_to_be_kept()
    {
        var gone = FolderOf(await RunAsync("--messages", "20"));
        Assert.False(Directory.Exists(gone));
        var run = await RunAsync("--messages", "20", "--keep", "--seed", "2");
        var kept = FolderOf(run);
        try
        {
            Assert.True(File.Exists(Path.Combine(kept, "demo.conf")));
            Assert.Contains($"rm -r {kept}", run.Output, StringComparison.Ordinal);
            var queue = await InvokeAsync("queue", "list", "--node", Path.Combine(kept, "node.json"));
            Assert.Equal(0, queue.ExitCode);
            Assert.Contains("later@garden-club.example", queue.Output, StringComparison.Ordinal);
            var forged = await InvokeAsync("explain", "--node", Path.Combine(kept, "node.json"), "--sender", "security@bank.example");
            Assert.Equal(0, forged.ExitCode);
            var check = await InvokeAsync("config", "check", Path.Combine(kept, "demo.conf"));
            Assert.Equal(0, check.ExitCode);
        }
        finally
        {
            Directory.Delete(kept, recursive: true);
        }
    }

    [Theory]
    [InlineData("19")]
    [InlineData("100001")]
    public async Task A_number_of_messages_out_of_range_is_refused(string messages)
    {
        var run = await RunAsync("--messages", messages);
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("a number from 20 to 100000", run.Errors, StringComparison.Ordinal);
    }

    private static int Number(JsonElement root, string group, string name) => root.GetProperty(group).GetProperty(name).GetInt32();

    private static string FolderOf(Run run)
    {
        var first = run.Output[..run.Output.IndexOf('\n', StringComparison.Ordinal)];
        return first["folder".Length..].Trim();
    }

    private static Task<Run> RunAsync(params string[] options) => InvokeAsync(["demo", .. options]);

    private static async Task<Run> InvokeAsync(params string[] arguments)
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        using var errors = new StringWriter(CultureInfo.InvariantCulture);
        var exitCode = await CommandLineEntry.CreateRoot().Parse(arguments).InvokeAsync(new InvocationConfiguration { Output = output, Error = errors });
        return new Run(exitCode, output.ToString(), errors.ToString());
    }

    private sealed record Run(int ExitCode, string Output, string Errors);
}
