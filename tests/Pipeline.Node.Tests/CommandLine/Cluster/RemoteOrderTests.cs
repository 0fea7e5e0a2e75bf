using Pipeline.Node.Admin;
using Pipeline.Node.Admin.Cluster;
using Pipeline.Node.CommandLine;
using Pipeline.Node.Configuration;
using Pipeline.Node.Tests.Admin;
using Pipeline.Storage.TestKit;
using Pipeline.Tests.Support.Tls;

namespace Pipeline.Node.Tests.CommandLine.Cluster;

/// <summary>The commands about the cluster over mutual TLS, from a machine without a node.</summary>
public sealed class RemoteOrderTests
{
    [PostgresFact]
    public async Task An_order_for_another_node_goes_to_the_address_that_it_advertises()
    {
        await using var fixture = await ClusterFixture.CreateAsync();
        using var authority = Authority(fixture);
        var (first, second) = (await StartAsync(fixture, authority, "n1"), await StartAsync(fixture, authority, "n2"));
        var asked = Access(first, authority, authority.Sign("alice", "operator"));

        var drain = await RunAsync(fixture, asked, "cluster", "drain", "n2");
        Assert.Equal((0, "n2 takes no more mail and finishes what it has; cluster join n2 undoes it\n", ""), drain);
        var (_, shown, _) = await RunAsync(fixture, asked, "cluster", "show");
        Assert.Matches("(?m)^\\*  n1 +up ", shown);
        Assert.Matches("(?m)^   n2 +draining ", shown);

        Assert.Equal(0, (await RunAsync(fixture, asked, "cluster", "leave", "n2")).Code);
        Assert.False(await second.Ran.WaitAsync(ClusterFixture.Patience));
        Assert.Equal((1, "", "n2 is left already\n"), await RunAsync(fixture, asked, "cluster", "leave", "n2"));
        Assert.False(first.Ran.IsCompleted);
    }

    [PostgresFact]
    public async Task An_address_that_is_not_the_nodes_own_gets_no_order_through()
    {
        await using var fixture = await ClusterFixture.CreateAsync();
        using var authority = Authority(fixture);
        using var another = new TestAuthority(fixture.Files.Path("."), "another");
        var first = await StartAsync(fixture, authority, "n1");
        another.Sign("n2", "node", isServer: true, file: "stranger");
        var stranger = await fixture.StartAsync("n2", Settings(fixture, authority, "stranger"));
        await AdvertiseAsync(fixture, "n2", stranger);

        var (code, output, errors) = await RunAsync(fixture, Access(first, authority, authority.Sign("alice", "operator")), "cluster", "drain", "n2");

        Assert.Equal((1, ""), (code, output));
        Assert.Contains("no secure connection", errors, StringComparison.Ordinal);
        Assert.Contains("Ready", (await fixture.RunAsync("n2", "health")).Output, StringComparison.OrdinalIgnoreCase);
    }

    [PostgresTheory]
    [InlineData("viewer")]
    [InlineData("node")]
    public async Task Whoever_may_look_sees_the_cluster_and_gives_no_order_about_it(string role)
    {
        await using var fixture = await ClusterFixture.CreateAsync();
        using var authority = Authority(fixture);
        var first = await StartAsync(fixture, authority, "n1");
        var second = await StartAsync(fixture, authority, "n2");
        var shown = authority.Sign("bob", role);
        var asked = Access(first, authority, shown);
        var refusal = $"bob is a {role}, who may look; orders are for operators";

        foreach (var look in new[] { "show", "leader", "tail", "lag" })
        {
            Assert.Equal((0, ""), (await RunAsync(fixture, asked, "cluster", look)) is var seen ? (seen.Code, seen.Errors) : default);
        }

        foreach (var order in new[] { "drain", "join", "leave" })
        {
            Assert.Equal((1, "", refusal + "\n"), await RunAsync(fixture, asked, "cluster", order));
            Assert.Equal((1, "", refusal + "\n"), await RunAsync(fixture, asked, "cluster", order, "n2"));
        }

        Assert.Equal((1, "", refusal + "\n"), await RunAsync(fixture, asked, "cluster", "down", "n2"));
        Assert.Equal((1, "", refusal + "\n"), await RunAsync(fixture, asked, "cluster", "down-unreachable"));
        using var client = AdminClient.To(
            new RemoteNode("127.0.0.1", first.Node.AdminEndpoint!.Port, shown.Certificate, shown.Key, authority.File), TimeProvider.System);
        Assert.All((await new NodeDesk(client).ReadAsync(default)).Nodes, static node => Assert.Equal("up", node.State));
        Assert.False(second.Ran.IsCompleted);
    }

    private static TestAuthority Authority(ClusterFixture fixture) => new(fixture.Files.Path("."), "authority");

    private static async Task<ClusterNode> StartAsync(ClusterFixture fixture, TestAuthority authority, string name)
    {
        authority.Sign(name, "node", isServer: true, file: name);
        var node = await fixture.StartAsync(name, Settings(fixture, authority, name));
        await AdvertiseAsync(fixture, name, node);
        return node;
    }

    private static AdminSettings Settings(ClusterFixture fixture, TestAuthority authority, string certificate) => new()
    {
        Listen = "127.0.0.1:0",
        Certificate = fixture.Files.Path(certificate + ".crt"),
        Key = fixture.Files.Path(certificate + ".key"),
        ClientCa = authority.File,
    };

    /// <summary>The port is free, so that the node could not name it in its settings.</summary>
    private static Task AdvertiseAsync(ClusterFixture fixture, string name, ClusterNode node) =>
        fixture.ChangeAsync($"UPDATE node SET admin_address = '{node.Node.AdminEndpoint}' WHERE name = '{name}'");

    private static string[] Access(ClusterNode asked, TestAuthority authority, (string Certificate, string Key) shown) =>
        ["--address", $"{asked.Node.AdminEndpoint}", "--cert", shown.Certificate, "--key", shown.Key, "--ca", authority.File];

    private static async Task<(int Code, string Output, string Errors)> RunAsync(ClusterFixture fixture, string[] access, params string[] command)
    {
        await fixture.WriteSettingsAsync("console");
        return await fixture.RunAsync("console", [.. command, .. access]);
    }
}
