using System.Text.Json;
using Pipeline.Node.CommandLine;
using Pipeline.Node.Tests.Hosting.Policies;
using Pipeline.Storage.TestKit;

namespace Pipeline.Node.Tests.CommandLine.Config;

/// <summary>The commands about policies, as an operator types them.</summary>
public sealed class PolicyCommandTests : IDisposable
{
    private readonly PolicyFolder _folder = new();
    private readonly LogLines _log = new();

    public void Dispose() => _folder.Dispose();

    [PostgresFact]
    public async Task Publishing_shows_which_nodes_switched()
    {
        var database = await ClusterAsync();
        _folder.WritePolicy("one.test");
        await using var node = await PolicyFolder.StartAsync(_folder.Options("n1", database), _log);
        _folder.WritePolicy("two.test");

        var run = await RunAsync("publish", _folder.Main, "--note", "two now", "--wait", "30");

        Assert.Equal((0, ""), (run.Code, run.Errors));
        Assert.StartsWith("published policy 2 (sha256 ", run.Output, StringComparison.Ordinal);
        Assert.EndsWith("  n1: runs policy 2\n", run.Output, StringComparison.Ordinal);
        Assert.Equal("two.test", node.Current.Environment.PrimaryHostname);

        var again = await RunAsync("publish", _folder.Main);
        Assert.Equal((0, "policy 2 is the same already; no new number\n  n1: runs policy 2\n"), (again.Code, again.Output));

        var history = await RunAsync("history");
        Assert.Equal(2, history.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("two now", history.Output, StringComparison.Ordinal);

        var diff = await RunAsync("diff", "1");
        Assert.Contains("-primary_hostname = one.test\n+primary_hostname = two.test\n", diff.Output, StringComparison.Ordinal);

        var status = await RunAsync("status");
        Assert.Equal(0, status.Code);
        Assert.StartsWith("current policy: 2\n  n1 ", status.Output, StringComparison.Ordinal);
    }

    [PostgresFact]
    public async Task A_bad_configuration_is_refused_with_file_and_line_and_nothing_is_published()
    {
        await ClusterAsync();
        _folder.WritePolicy("one.test", "qualify_domein = x");

        var run = await RunAsync("publish", _folder.Main);

        Assert.Equal((2, ""), (run.Code, run.Output));
        Assert.StartsWith($"{_folder.Main}:3: ", run.Errors, StringComparison.Ordinal);
        Assert.Equal("", (await RunAsync("history")).Output);
    }

    [PostgresFact]
    public async Task A_node_that_cannot_use_the_policy_is_named_with_its_reason()
    {
        var database = await ClusterAsync();
        _folder.WritePolicy("one.test");
        await using var node = await PolicyFolder.StartAsync(_folder.Options("n1", database), _log);
        _folder.WritePolicy("two.test", "tls_certificate = FOLDER/none.pem");

        var run = await RunAsync("publish", _folder.Main, "--wait", "30");

        Assert.Equal(3, run.Code);
        Assert.Contains($"  n1: stays with policy 1: tls_certificate {_folder.Of("none.pem")}", run.Output, StringComparison.Ordinal);
        var status = await RunAsync("status", "--json");
        Assert.Equal(2, status.Code);
        using var json = JsonDocument.Parse(status.Output);
        Assert.True(json.RootElement.GetProperty("differ").GetBoolean());
        Assert.Equal(1, json.RootElement.GetProperty("nodes")[0].GetProperty("number").GetInt32());
    }

    [PostgresFact]
    public async Task Going_back_publishes_the_old_text_under_a_new_number()
    {
        await ClusterAsync();
        _folder.WritePolicy("one.test");
        await RunAsync("publish", _folder.Main);
        _folder.WritePolicy("two.test");
        await RunAsync("publish", _folder.Main);

        var run = await RunAsync("rollback", "1", "--note", "two was wrong");

        Assert.Equal(0, run.Code);
        Assert.StartsWith("published policy 3, the text of policy 1 (sha256 ", run.Output, StringComparison.Ordinal);
        Assert.Equal("", (await RunAsync("diff", "1", "3")).Output);
        Assert.Contains("[back to 1]  two was wrong", (await RunAsync("history")).Output, StringComparison.Ordinal);
        Assert.Equal(1, (await RunAsync("rollback", "9")).Code);
    }

    [PostgresFact]
    public async Task A_publisher_who_worked_from_an_older_number_is_told_unless_forced()
    {
        await ClusterAsync();
        _folder.WritePolicy("one.test");
        await RunAsync("publish", _folder.Main);
        _folder.WritePolicy("two.test");

        var run = await RunAsync("publish", _folder.Main, "--expect", "0");

        Assert.Equal(1, run.Code);
        Assert.StartsWith("policy 1 was published by ", run.Errors, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("publish", _folder.Main, "--expect", "0", "--force")).Code);
    }

    [PostgresFact]
    public async Task Showing_a_policy_hides_what_it_hides_and_writing_it_does_not()
    {
        await ClusterAsync();
        _folder.WritePolicy("one.test", "hide ldap_default_servers = topsecret");
        Assert.Equal(0, (await RunAsync("publish", _folder.Main, "-D", "A=1")).Code);

        var shown = await RunAsync("show", "1");
        Assert.Contains("hide ldap_default_servers = (hidden)\n", shown.Output, StringComparison.Ordinal);
        Assert.Contains("# -D A=1\n", shown.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("topsecret", shown.Output + (await RunAsync("show", "--json")).Output, StringComparison.Ordinal);

        var written = await RunAsync("show", "1", "--to", _folder.Of("out"));
        var copy = _folder.Of("out") + _folder.Main;
        Assert.Equal($"{copy}\n", written.Output);
        Assert.Equal(await File.ReadAllTextAsync(_folder.Main), await File.ReadAllTextAsync(copy));
        Assert.Equal(1, (await RunAsync("show", "7")).Code);
    }

    [Fact]
    public async Task On_a_node_that_is_alone_the_history_can_be_read_and_publishing_is_refused_with_what_to_do()
    {
        _folder.Write("node.json", """{"Name":"n1"}""");
        _folder.WritePolicy("one.test");
        await using (await PolicyFolder.StartAsync(_folder.Options(), _log))
        {
            var status = await RunAsync("status", "-C", _folder.Main);
            Assert.Equal(0, status.Code);
            Assert.StartsWith("current policy: 1\n  n1 ", status.Output, StringComparison.Ordinal);
        }

        Assert.Contains("started with ", (await RunAsync("history", "-C", _folder.Main)).Output, StringComparison.Ordinal);
        var publish = await RunAsync("publish", _folder.Main);
        Assert.Equal(2, publish.Code);
        Assert.Contains("change it and send the node SIGHUP", publish.Errors, StringComparison.Ordinal);
        Assert.Contains("config show N --to DIR", (await RunAsync("rollback", "1")).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_out_of_reach_is_named()
    {
        _folder.Write("node.json", """{"Cluster":{"Database":"Host=127.0.0.1;Port=1;Username=x;Database=x"}}""");

        var run = await RunAsync("status");

        Assert.Equal(1, run.Code);
        Assert.StartsWith("the database of the cluster: ", run.Errors, StringComparison.Ordinal);
    }

    private async Task<string> ClusterAsync()
    {
        var database = await SharedPostgres.CreateDatabaseAsync();
        _folder.Write("node.json", $$$"""{"Name":"console","Cluster":{"Database":"{{{database}}}"}}""");
        return database;
    }

    private async Task<(int Code, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        using StringWriter output = new() { NewLine = "\n" }, errors = new() { NewLine = "\n" };
        var parsed = CommandLineEntry.CreateRoot().Parse(["config", .. arguments, "--node", _folder.Of("node.json")]);
        var code = await parsed.InvokeAsync(new() { Output = output, Error = errors }, CancellationToken.None);
        return (code, output.ToString(), errors.ToString());
    }
}
