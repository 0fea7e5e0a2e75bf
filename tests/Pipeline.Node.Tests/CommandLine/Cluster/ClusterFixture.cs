using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Node.CommandLine;
using Pipeline.Node.Configuration;
using Pipeline.Node.Hosting;
using Pipeline.Node.Hosting.Clustering;
using Pipeline.Node.Tests.CommandLine.Exim;
using Pipeline.Storage.Ports.Cluster;
using Pipeline.Storage.Postgres;
using Pipeline.Storage.Postgres.Membership;
using Pipeline.Storage.TestKit;

namespace Pipeline.Node.Tests.CommandLine.Cluster;

/// <summary>Nodes in this process on one database, and the command line beside them.</summary>
internal sealed class ClusterFixture : IAsyncDisposable
{
    /// <summary>How long a test waits at most for what must come.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly List<ClusterNode> _nodes = [];

    private ClusterFixture(string database, PostgresCluster cluster) => (Database, Cluster) = (database, cluster);

    public EximFixture Files { get; } = new();

    public string Database { get; }

    public PostgresCluster Cluster { get; }

    public static async Task<ClusterFixture> CreateAsync()
    {
        var database = await SharedPostgres.CreateDatabaseAsync();
        return new ClusterFixture(database, await PostgresCluster.OpenAsync(
            new PostgresOptions { ConnectionString = database, Node = "test" }, new MembershipOptions(), NullLogger.Instance, default));
    }

    /// <param name="admin">Where it takes orders over the network; null for nowhere.</param>
    public async Task<ClusterNode> StartAsync(string name, AdminSettings? admin = null)
    {
        var options = new NodeOptions
        {
            PolicyFile = Files.ConfigurationFile,
            Macros = new Dictionary<string, string> { ["WORD"] = "word" },
            Listen = "127.0.0.1.0",
            Settings = new NodeSettings
            {
                Name = name,
                StoreDirectory = Files.Path(name),
                Dns = new DnsSettings { ZoneFile = Files.Path("zone.json") },
                Cluster = new ClusterSettings { Database = Database },
                Admin = admin,
            },
        };
        await WriteSettingsAsync(name);
        var node = new ClusterNode(options, await MailNode.StartAsync(options, default));
        _nodes.Add(node);
        return node;
    }

    /// <summary>Stops a node in order.</summary>
    public async Task StopAsync(ClusterNode node)
    {
        _nodes.Remove(node);
        await node.DisposeAsync();
    }

    /// <summary>The settings by which the command line finds a node, as <c>NAME.json</c>.</summary>
    public Task WriteSettingsAsync(string name) => File.WriteAllTextAsync(
        Files.Path(name + ".json"), $$$"""{"Name":"{{{name}}}","StoreDirectory":"{{{Files.Path(name)}}}","Cluster":{"Database":"{{{Database}}}"}}""");

    /// <summary>What a client says to submit a message.</summary>
    public static string Submission(string recipient) => $"HELO x\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<{recipient}>\r\nDATA\r\nSubject: x\r\n\r\nx\r\n.\r\nQUIT\r\n";

    /// <summary>Runs a command on the machine of a node.</summary>
    public async Task<(int Code, string Output, string Errors)> RunAsync(string node, params string[] arguments)
    {
        using StringWriter output = new() { NewLine = "\n" }, errors = new() { NewLine = "\n" };
        var parsed = CommandLineEntry.CreateRoot().Parse([.. arguments, "--node", Files.Path(node + ".json")]);
        var code = await parsed.InvokeAsync(new() { Output = output, Error = errors }, CancellationToken.None);
        return (code, output.ToString(), errors.ToString());
    }

    /// <summary>Waits until the cluster tells of an event.</summary>
    public async Task<ClusterEvent> SeenAsync(Func<ClusterEvent, bool> wanted)
    {
        using var enough = new CancellationTokenSource(Patience);
        var before = new List<string>();
        await foreach (var e in Cluster.WatchAsync(0, enough.Token))
        {
            before.Add($"{e.Node} {e.Kind} {e.Epoch}");
            if (wanted(e))
            {
                return e;
            }
        }

        throw new TimeoutException("the event did not come; those that came: " + string.Join(", ", before));
    }

    public async Task ChangeAsync(string sql)
    {
        await using var source = Npgsql.NpgsqlDataSource.Create(Database);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        await Cluster.DisposeAsync();
        Files.Dispose();
    }
}

/// <summary>A node with its lives, as <c>run</c> has it.</summary>
internal sealed class ClusterNode : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly NodeLives _lives;

    public ClusterNode(NodeOptions options, MailNode node)
    {
        Node = node;
        _lives = new NodeLives(options, node, NullLogger.Instance);
        Ran = _lives.RunAsync(_stop.Token);
    }

    /// <summary>In its first life.</summary>
    public MailNode Node { get; }

    /// <summary>False when the node was ordered out: the process would end with code 4.</summary>
    public Task<bool> Ran { get; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Ran;
        await _lives.DisposeAsync();
        _stop.Dispose();
    }
}
