using System.CommandLine;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Pipeline.Node.Admin;
using Pipeline.Node.CommandLine;
using Pipeline.Node.Tests.Admin;

namespace Pipeline.Node.Tests.CommandLine.Actor;

public sealed class ActorCommandTests : IAsyncLifetime
{
    private AdminNode _node = null!;

    public async Task InitializeAsync() => _node = await AdminNode.StartAsync();

    public async Task DisposeAsync() => await _node.DisposeAsync();

    [Fact]
    public async Task Hierarchy_shows_the_tree_of_a_node_far_away()
    {
        var (certificate, key) = _node.Authority.Sign("bob", "viewer");
        var run = await RunAsync(
            "actor", "hierarchy", "/user", "--address", $"127.0.0.1:{_node.Node.AdminEndpoint!.Port.ToString(CultureInfo.InvariantCulture)}",
            "--cert", certificate, "--key", key, "--ca", _node.Authority.File);
        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        Assert.Equal("/user  Guardian\n├─ failure-reports  FailureReportActor\n└─ pipeline  FlowActor\n   ├─ delivery  DeliveryActor\n   └─ messages  MessageSupervisorActor\n", run.Output);
    }

    [Fact]
    public async Task System_counts_actors_of_the_node_on_this_machine()
    {
        var run = await LocalAsync("actor", "system", "--json");
        using var json = JsonDocument.Parse(run.Output);
        Assert.Equal(1, json.RootElement.GetProperty("actorsByType").GetProperty("DeliveryActor").GetInt32());
    }

    [Fact]
    public async Task Inspect_lets_an_actor_say_what_it_is_at()
    {
        var run = await LocalAsync("actor", "inspect", "/user/pipeline/delivery");
        Assert.Contains("type      DeliveryActor\n", run.Output, StringComparison.Ordinal);
        Assert.EndsWith("says      0 deliveries under way, 0 wait for their turn\n", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inspect_finds_a_message_by_its_id()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(_node.Node.Endpoints[0]);
        using var reader = new StreamReader(client.GetStream());
        Assert.StartsWith("220", await reader.ReadLineAsync(), StringComparison.Ordinal);
        foreach (var command in new[] { "HELO client.test\r\n", "MAIL FROM:<a@sender.test>\r\n" })
        {
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(command));
            Assert.StartsWith("250", await reader.ReadLineAsync(), StringComparison.Ordinal);
        }

        var tree = await LocalAsync("actor", "hierarchy", "/user/pipeline/messages", "--depth", "1", "--json");
        using var json = JsonDocument.Parse(tree.Output);
        var id = json.RootElement.GetProperty("children")[0].GetProperty("name").GetString()!;
        var run = await LocalAsync("actor", "inspect", id);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("says      is being received", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_at_a_path_is_said()
    {
        var run = await LocalAsync("actor", "inspect", "1xV3ze-IUvupnsd1MR-393w");
        Assert.Equal((1, "no actor at 1xV3ze-IUvupnsd1MR-393w\n"), (run.ExitCode, run.Errors));
    }

    [Fact]
    public async Task Health_of_a_running_node_is_good_and_without_a_node_it_is_not()
    {
        var run = await LocalAsync("health");
        Assert.Equal((0, "node: live and ready\n"), (run.ExitCode, run.Output));
        var json = JsonSerializer.Deserialize((await LocalAsync("health", "--json", "--live")).Output, AdminJson.Default.HealthReport)!;
        Assert.True(json.Ready);
        await _node.Node.StopAsync();
        Assert.Equal(1, (await LocalAsync("health")).ExitCode);
    }

    [Fact]
    public async Task Address_without_certificates_is_refused_before_anything_is_sent()
    {
        var run = await RunAsync("actor", "system", "--address", "127.0.0.1:1");
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("--cert is missing", run.Errors, StringComparison.Ordinal);
        Assert.Contains("is not HOST:PORT", (await RunAsync("actor", "system", "--address", "nowhere")).Errors, StringComparison.Ordinal);
    }

    private Task<Run> LocalAsync(params string[] arguments) => RunAsync([.. arguments, "-C", _node.ConfigurationFile, "-D", "WORD=word"]);

    private static async Task<Run> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var errors = new StringWriter { NewLine = "\n" };
        var exitCode = await CommandLineEntry.CreateRoot().Parse(arguments).InvokeAsync(new InvocationConfiguration { Output = output, Error = errors });
        return new Run(exitCode, output.ToString(), errors.ToString());
    }

    private sealed record Run(int ExitCode, string Output, string Errors);
}
