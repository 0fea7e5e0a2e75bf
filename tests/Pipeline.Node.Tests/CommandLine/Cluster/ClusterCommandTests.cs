using System.Net.Sockets;
using System.Text.Json;
using Pipeline.Node.CommandLine;
using Pipeline.Storage.Ports.Cluster;
using Pipeline.Storage.TestKit;

namespace Pipeline.Node.Tests.CommandLine.Cluster;

/// <summary>The commands about the cluster, as an operator types them beside nodes that run.</summary>
public sealed class ClusterCommandTests
{
    [PostgresFact]
    public async Task Nodes_are_listed_with_a_mark_for_the_one_asked_by_itself_and_by_the_database()
    {
        await using var fixture = await ClusterFixture.CreateAsync();
        await fixture.StartAsync("n1");
        await fixture.StartAsync("n2");

        var shown = await fixture.RunAsync("n1", "cluster", "show");
        Assert.Equal((0, ""), (shown.Code, shown.Errors));
        Assert.Matches("(?m)^\\*  n1 +up +all ", shown.Output);
        Assert.Matches("(?m)^   n2 +up +all ", shown.Output);

        var status = await fixture.RunAsync("n2", "cluster", "status");
        Assert.Equal(0, status.Code);
        Assert.Matches("(?m)^state +up +up$", status.Output);
        Assert.Matches("(?m)^lease +held +held$", status.Output);

        var direct = await fixture.RunAsync("n1", "cluster", "show", "--database", "--json");
        Assert.Equal(0, direct.Code);
        using var document = JsonDocument.Parse(direct.Output);
        Assert.Equal(["n1", "n2"], document.RootElement.GetProperty("nodes").EnumerateArray().Select(node => node.GetProperty("name").GetString()));
        Assert.Equal(JsonValueKind.Null, document.RootElement.GetProperty("own").ValueKind);

        Assert.Equal(0, (await fixture.RunAsync("n1", "cluster", "leader")).Code);
        var lag = await fixture.RunAsync("n1", "cluster", "lag");
        Assert.Equal(0, lag.Code);
        Assert.Matches("(?m)^route +0 +0 +- +0$", lag.Output);
        Assert.Matches("(?m)^n2 +up +0 ", lag.Output);
        var join = await fixture.RunAsync("n1", "cluster", "join");
        Assert.Equal((0, "n1 is a member already\n"), (join.Code, join.Output));
    }

    [PostgresFact]
    public async Task A_row_that_was_changed_behind_the_back_of_a_node_is_told_with_exit_code_2()
    {
        await using var fixture = await ClusterFixture.CreateAsync();
        await fixture.StartAsync("n1");
        await fixture.ChangeAsync("UPDATE node SET state = 3");

        var shown = await fixture.RunAsync("n1", "cluster", "show");

        Assert.Equal(ExitCodes.Differs, shown.Code);
        Assert.EndsWith("differs: n1 is up by its own word, draining in the database\n", shown.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Differs, (await fixture.RunAsync("n1", "cluster", "status", "--json")).Code);
        Assert.Equal(ExitCodes.Success, (await fixture.RunAsync("n1", "cluster", "show", "--database")).Code);
    }

    [PostgresFact]
    public async Task A_node_that_drains_refuses_mail_and_takes_orders_and_joining_begins_a_new_life()
    {
        await using var fixture = await ClusterFixture.CreateAsync();
        var node = await fixture.StartAsync("n1");
        var endpoint = node.Node.Endpoints[0];

        var drain = await fixture.RunAsync("n1", "cluster", "drain", "n1");
        Assert.Equal((0, ""), (drain.Code, drain.Errors));
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(endpoint);
            using var reader = new StreamReader(client.GetStream());
            Assert.StartsWith("421 ", await reader.ReadLineAsync().WaitAsync(ClusterFixture.Patience), StringComparison.Ordinal);
        }

        Assert.Equal(ExitCodes.Failure, (await fixture.RunAsync("n1", "health")).Code);
        Assert.Matches("(?m)^state +draining +draining$", (await fixture.RunAsync("n1", "cluster", "status")).Output);

        Assert.Equal(0, (await fixture.RunAsync("n1", "cluster", "join", "n1")).Code);
        var up = await fixture.SeenAsync(e => e.Kind == ClusterEventKind.Up && e.Epoch > 1);
        Assert.Equal("n1", up.Node);
        Assert.False(node.Ran.IsCompleted);
    }

    [PostgresFact]
    public async Task A_node_that_leaves_ends_in_order_and_is_told_how_to_join_again()
    {
        await using var fixture = await ClusterFixture.CreateAsync();
        await fixture.StartAsync("n1");
        var second = await fixture.StartAsync("n2");

        var far = await fixture.RunAsync("n1", "cluster", "leave", "n2");
        Assert.Equal(1, far.Code);
        Assert.StartsWith("n2 must be asked itself: ", far.Errors, StringComparison.Ordinal);

        Assert.Equal(0, (await fixture.RunAsync("n2", "cluster", "leave")).Code);
        Assert.False(await second.Ran.WaitAsync(ClusterFixture.Patience));

        Assert.Matches("(?m)^   n2 +left ", (await fixture.RunAsync("n1", "cluster", "show")).Output);
        Assert.Matches("(?s) n2 +up .* n2 +leaving .* n2 +left ", (await fixture.RunAsync("n1", "cluster", "tail")).Output);
        var join = await fixture.RunAsync("n1", "cluster", "join", "n2");
        Assert.Equal(1, join.Code);
        Assert.StartsWith("n2 is left: start it on its machine (mailpipeline run", join.Errors, StringComparison.Ordinal);
    }

    [PostgresFact]
    public async Task A_node_that_is_put_down_stops_and_the_events_tell_by_whom()
    {
        await using var fixture = await ClusterFixture.CreateAsync();
        await fixture.StartAsync("n1");
        var second = await fixture.StartAsync("n2");

        var itself = await fixture.RunAsync("n2", "cluster", "down", "n2");
        Assert.Equal(1, itself.Code);
        var down = await fixture.RunAsync("n1", "cluster", "down", "n2");
        Assert.Equal((0, ""), (down.Code, down.Errors));
        Assert.False(await second.Ran.WaitAsync(ClusterFixture.Patience));

        var tail = await fixture.RunAsync("n1", "cluster", "tail");
        Assert.Equal(0, tail.Code);
        Assert.Matches("(?m)n2 +down +epoch 2, by operator on n1", tail.Output);
        Assert.Single((await fixture.RunAsync("n1", "cluster", "tail", "--limit", "1", "--json")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal((1, "n9: no such node lives in the cluster\n"), (await fixture.RunAsync("n1", "cluster", "down", "n9")) is var none ? (none.Code, none.Errors) : default);
        Assert.Equal("no node is unreachable\n", (await fixture.RunAsync("n1", "cluster", "down-unreachable")).Output);
    }

    [PostgresTheory]
    [InlineData("n1")]
    [InlineData("console")]
    public async Task Following_the_events_prints_them_as_they_come_and_ends_in_order(string where)
    {
        await using var fixture = await ClusterFixture.CreateAsync();
        await fixture.StartAsync("n1");
        await fixture.WriteSettingsAsync("console");
        using var stop = new CancellationTokenSource();
        using var output = new AwaitedWriter("n2               down");
        var parsed = CommandLineEntry.CreateRoot().Parse(["cluster", "tail", "--follow", "--node", fixture.Files.Path(where + ".json")]);
        var follows = parsed.InvokeAsync(new() { Output = output, Error = TextWriter.Null }, stop.Token);

        await fixture.StartAsync("n2");
        Assert.Equal(0, (await fixture.RunAsync("n1", "cluster", "down", "n2")).Code);
        await output.Printed.WaitAsync(ClusterFixture.Patience);
        await stop.CancelAsync();

        Assert.Equal(0, await follows.WaitAsync(ClusterFixture.Patience));
    }

    [PostgresFact]
    public async Task When_no_node_answers_the_database_is_asked_and_can_take_the_order()
    {
        await using var fixture = await ClusterFixture.CreateAsync();
        var node = await fixture.StartAsync("n1");
        await fixture.WriteSettingsAsync("console");

        var shown = await fixture.RunAsync("console", "cluster", "show");
        Assert.Equal((0, "no node runs here; asking the database\n"), (shown.Code, shown.Errors));
        Assert.Matches("(?m)^   n1 +up ", shown.Output);

        Assert.Equal(0, (await fixture.RunAsync("console", "cluster", "down", "n1")).Code);
        Assert.False(await node.Ran.WaitAsync(ClusterFixture.Patience));
        Assert.Matches("(?m)^   n1 +down ", (await fixture.RunAsync("console", "cluster", "show")).Output);
        var join = await fixture.RunAsync("console", "cluster", "join");
        Assert.Equal(1, join.Code);
        Assert.Contains("mailpipeline run", join.Errors, StringComparison.Ordinal);
    }

    [PostgresFact]
    public async Task The_shared_queue_is_read_beside_the_nodes_and_an_order_names_the_node_that_has_the_message()
    {
        await using var fixture = await ClusterFixture.CreateAsync();
        var node = await fixture.StartAsync("n1");
        await File.WriteAllTextAsync(fixture.Files.Path("node.json"), await File.ReadAllTextAsync(fixture.Files.Path("n1.json")));
        var sent = await fixture.Files.RunWithInputAsync(ClusterFixture.Submission("later-one@example.com"), "-bs");
        var id = sent.Output[(sent.Output.IndexOf("id=", StringComparison.Ordinal) + 3)..].Split('\r', '\n', ' ')[0];
        await fixture.WriteSettingsAsync("console");

        var list = await fixture.RunAsync("console", "queue", "list");
        Assert.Equal((0, ""), (list.Code, list.Errors));
        Assert.Contains(id, list.Output, StringComparison.Ordinal);
        Assert.Contains("later-one@example.com", (await fixture.RunAsync("console", "queue", "show", id)).Output, StringComparison.Ordinal);
        Assert.Contains("a@b.test", (await fixture.RunAsync("console", "explain", id)).Output, StringComparison.Ordinal);
        Assert.Contains(id, (await fixture.Files.RunAsync("-bp")).Output, StringComparison.Ordinal);
        Assert.Contains("1 messages", (await fixture.RunAsync("console", "store", "check")).Output, StringComparison.Ordinal);

        await fixture.StopAsync(node);
        await fixture.ChangeAsync("UPDATE queue SET owner = 'n2', epoch = 9");
        await fixture.StartAsync("n1");
        var retry = await fixture.RunAsync("n1", "queue", "retry", id);
        Assert.Equal((1, $"{id}: it is in the hands of n2: give the order there (on its machine)\n"), (retry.Code, retry.Output));
        Assert.Matches("(?m)^(route|deliver) +0 +0 +- +1$", (await fixture.RunAsync("n1", "cluster", "lag")).Output);
    }
}
