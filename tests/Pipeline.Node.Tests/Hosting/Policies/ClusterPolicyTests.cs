using System.Collections.Immutable;
using System.Text;
using Pipeline.Node.CommandLine.Config;
using Pipeline.Node.Hosting;
using Pipeline.Node.Hosting.Policies;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Postgres;
using Pipeline.Storage.Postgres.Policies;
using Pipeline.Storage.TestKit;

namespace Pipeline.Node.Tests.Hosting.Policies;

/// <summary>Policies of nodes that share a database.</summary>
public sealed class ClusterPolicyTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly PolicyFolder _folder = new();
    private readonly LogLines _log = new();
    private string? _database;
    private PostgresPolicyRegistry? _registry;

    private PostgresPolicyRegistry Registry => _registry!;

    public async Task InitializeAsync()
    {
        if (Storage.Postgres.Private.PrivatePostgres.WhyNot() is null)
        {
            _database = await SharedPostgres.CreateDatabaseAsync();
            _registry = await PostgresPolicyRegistry.OpenAsync(new PostgresOptions { ConnectionString = _database, Node = "test" }, default);
        }
    }

    public async Task DisposeAsync()
    {
        if (_registry is not null)
        {
            await _registry.DisposeAsync();
        }
    }

    public void Dispose() => _folder.Dispose();

    [PostgresFact]
    public async Task The_file_of_the_first_node_becomes_policy_1_and_that_of_another_is_only_compared()
    {
        _folder.WritePolicy("one.test");
        await using var first = await StartAsync("n1");
        _folder.WritePolicy("two.test");
        await using var second = await StartAsync("n2");

        Assert.Equal(["one.test", "one.test"], [Host(first), Host(second)]);
        Assert.Contains($"The cluster had no policy: published {_folder.Main} as policy 1", _log.All);
        Assert.Contains($"{_folder.Main} is not the current policy of the cluster and is not used: policy 1, published by n1, is", _log.All);
    }

    [PostgresFact]
    public async Task Nodes_that_start_together_on_an_empty_registry_agree()
    {
        _folder.WritePolicy("one.test");

        var nodes = await Task.WhenAll(Enumerable.Range(1, 3).Select(i => StartAsync($"n{i}")));

        Assert.All(nodes, node => Assert.Equal((1, "one.test"), (node.Current.Policy.Number, Host(node))));
        foreach (var node in nodes)
        {
            await node.DisposeAsync();
        }

        Assert.Empty(await Registry.ReadNodesAsync(default));
    }

    [PostgresFact]
    public async Task An_empty_registry_is_not_filled_with_the_built_in_configuration()
    {
        var options = _folder.Options(database: _database) with { PolicyFile = BuiltInPolicy.Name, PolicySource = new BuiltInPolicy(BuiltInPolicy.Default) };

        var error = await Assert.ThrowsAsync<NodeStartException>(() => PolicyFolder.StartAsync(options, _log));

        Assert.StartsWith("the cluster has no policy yet", Assert.Single(error.Problems), StringComparison.Ordinal);
    }

    [PostgresFact]
    public async Task All_nodes_take_up_what_is_published_and_old_messages_keep_theirs_on_any_node()
    {
        _folder.WritePolicy("one.test");
        await using var first = await StartAsync("n1");
        await using var second = await StartAsync("n2");

        var nodes = await PublishAsync("primary_hostname = two.test\n");

        Assert.All(nodes, node => Assert.Equal((2, 2, null), (node.Number, node.Wanted, node.Problem)));
        Assert.Equal(["two.test", "two.test"], [Host(first), Host(second)]);

        await using var third = await StartAsync("n3");
        Assert.Equal("one.test", (await third.Source.GetAsync(1, default)).Environment.PrimaryHostname);
        Assert.Equal("two.test", (await third.Source.GetAsync(2, default)).Environment.PrimaryHostname);
    }

    [PostgresFact]
    public async Task A_policy_that_a_node_cannot_compile_changes_nothing_until_a_better_one_comes()
    {
        _folder.WritePolicy("one.test");
        await using var node = await StartAsync("n1");

        var refused = Assert.Single(await PublishAsync("option_of_the_next_version = x\n"));

        Assert.Equal((1, 2), (refused.Number, refused.Wanted));
        Assert.StartsWith("/etc/main.conf:1: main option \"option_of_the_next_version\" unknown", refused.Problem, StringComparison.Ordinal);
        Assert.Equal("one.test", Host(node));
        Assert.Contains(_log.All, line => line.StartsWith("Policy 2 cannot be used here, policy 1 stays in force: /etc/main.conf:1: ", StringComparison.Ordinal));

        var better = Assert.Single(await PublishAsync("primary_hostname = three.test\n"));
        Assert.Equal((3, 3, null), (better.Number, better.Wanted, better.Problem));
        Assert.Equal("three.test", Host(node));
    }

    [PostgresFact]
    public async Task A_certificate_that_one_node_lacks_keeps_only_that_node_behind()
    {
        _folder.WritePolicy("one.test");
        await using var receiver = await StartAsync("n1");
        await using var deliverer = await PolicyFolder.StartAsync(_folder.Options("n2", _database, acceptsMail: false), _log);

        var nodes = await PublishAsync($"primary_hostname = two.test\ntls_certificate = {_folder.Of("none.pem")}\n");

        Assert.Equal([("n1", 1), ("n2", 2)], nodes.Select(node => (node.Node, node.Number)));
        Assert.StartsWith($"tls_certificate {_folder.Of("none.pem")}", nodes[0].Problem, StringComparison.Ordinal);
    }

    [PostgresFact]
    public async Task A_node_that_starts_while_the_current_policy_is_bad_runs_the_one_before_as_its_peers_do()
    {
        _folder.WritePolicy("one.test");
        await (await StartAsync("n1")).DisposeAsync();
        await PublishAsync("option_of_the_next_version = x\n");

        await using var node = await StartAsync("n1", epoch: 2);

        Assert.Equal((1, "one.test"), (node.Current.Policy.Number, Host(node)));
        Assert.Equal((1, 2), Assert.Single(await Registry.ReadNodesAsync(default)) is var state ? (state.Number, state.Wanted) : default);
    }

    [PostgresFact]
    public async Task What_the_operator_repaired_on_the_node_is_taken_up_by_a_reload()
    {
        _folder.WritePolicy("one.test");
        await using var node = await StartAsync("n1");
        await PublishAsync($"primary_hostname = two.test\ntls_certificate = {_folder.Of("cert.pem")}\n");
        using (var key = System.Security.Cryptography.ECDsa.Create())
        {
            var request = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=two.test", key, System.Security.Cryptography.HashAlgorithmName.SHA256);
            using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
            _folder.Write("cert.pem", certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
        }

        await node.ReloadAsync(default);

        Assert.Equal("two.test", Host(node));
        Assert.False(node.Certificates!.IsEmpty);
        Assert.Null(Assert.Single(await Registry.ReadNodesAsync(default)).Problem);
    }

    [PostgresFact]
    public async Task A_database_out_of_reach_starts_no_node_and_is_named()
    {
        _folder.WritePolicy("one.test");

        var error = await Assert.ThrowsAsync<NodeStartException>(
            () => PolicyFolder.StartAsync(_folder.Options(database: "Host=127.0.0.1;Port=1;Username=x;Database=x"), _log));

        Assert.StartsWith("the database of the cluster: ", Assert.Single(error.Problems), StringComparison.Ordinal);
        Assert.True(error.MayPass);
    }

    private static string Host(NodePolicies policies) => policies.Current.Environment.PrimaryHostname;

    private Task<NodePolicies> StartAsync(string node, long epoch = 1) => PolicyFolder.StartAsync(_folder.Options(node, _database), _log, epoch);

    /// <summary>Publishes a text without checking it, as a later version would, and waits for the nodes.</summary>
    private async Task<ImmutableArray<NodePolicy>> PublishAsync(string main)
    {
        var bundle = PolicyBundle.TryCreate("/etc/main.conf", [], [new PolicyFile("/etc/main.conf", Encoding.UTF8.GetBytes(main))], out _)!;
        var outcome = await Registry.PublishAsync(new PolicyPublication { Bundle = bundle, By = "test" }, default);
        return await SwitchWait.ForAsync(
            Registry, Assert.IsType<PublishOutcome.Published>(outcome).Record.Number, Patience, TimeProvider.System, default);
    }
}
