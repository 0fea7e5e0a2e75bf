using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Pipeline.Node.CommandLine;
using Pipeline.Node.CommandLine.ClusterDemo;
using Pipeline.Storage.TestKit;

namespace Pipeline.Node.Tests.CommandLine.ClusterDemo;

public sealed class ClusterDemoCommandTests
{
    [PostgresFact]
    public async Task Cluster_that_loses_a_node_under_load_loses_no_mail_and_leaves_nothing_behind()
    {
        var (exitCode, output, errors) = await RunAsync("--messages", "120", "--json");
        Assert.True(exitCode == ExitCodes.Success, output + errors);
        using var summary = JsonDocument.Parse(output);
        var (root, account) = (summary.RootElement, summary.RootElement.GetProperty("account"));
        Assert.Equal(120, account.GetProperty("acknowledged").GetInt32());
        Assert.Equal(account.GetProperty("recipients").GetInt32(), account.GetProperty("delivered").GetInt32());
        Assert.Equal(0, account.GetProperty("lost").GetInt32());
        Assert.Equal(0, account.GetProperty("duplicates").GetInt32());
        Assert.Equal("node-3", root.GetProperty("killed").GetString());
        Assert.Equal(["up", "up", "up"], States(root, "before"));
        Assert.Equal(["up", "up", "down"], States(root, "after"));
        Assert.All(Folders(errors), folder => Assert.False(Directory.Exists(folder), folder));
    }

    [Theory]
    [InlineData("--messages", "19")]
    [InlineData("--messages", "100001")]
    [InlineData("--nodes", "1")]
    [InlineData("--nodes", "9")]
    public async Task Numbers_beyond_the_bounds_are_refused(string option, string value)
    {
        var (exitCode, _, errors) = await RunAsync(option, value);
        Assert.NotEqual(ExitCodes.Success, exitCode);
        Assert.Contains($"{option}: a number from", errors, StringComparison.Ordinal);
    }

    private static string[] States(JsonElement root, string when) =>
        [.. root.GetProperty(when).EnumerateArray().Select(node => node.GetProperty("state").GetString()!)];

    /// <summary>The two folders that the first lines tell of.</summary>
    private static string[] Folders(string progress)
    {
        var lines = progress.Split('\n');
        string[] folders = [lines[0]["folder    ".Length..].Trim(), lines[1].Split('(', ')')[1]];
        Assert.All(folders, folder => Assert.StartsWith(Path.GetTempPath(), folder, StringComparison.Ordinal));
        return folders;
    }

    private static async Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] options)
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        using var errors = new StringWriter(CultureInfo.InvariantCulture);
        var command = ClusterDemoCommand.Create([Path.Combine(AppContext.BaseDirectory, "mailpipeline")]);
        var exitCode = await command.Parse(options).InvokeAsync(new InvocationConfiguration { Output = output, Error = errors });
        return (exitCode, output.ToString(), errors.ToString());
    }
}
