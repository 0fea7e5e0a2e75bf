using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Postgres;
using Pipeline.Storage.Postgres.Private;

namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>A PostgreSQL of its own, some node processes on it, a next hop, and a folder that all nodes deliver to.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private const string Database = "cluster";

    private readonly string _folder = Directory.CreateTempSubdirectory("mp-cluster-").FullName;
    private readonly List<NodeProcess> _nodes = [];
    private readonly List<Link> _links = [];
    private readonly List<SmallDisk> _disks = [];
    private string _database = "";
    private PostgresMessageStore? _store;

    private TestCluster(PrivatePostgres server) => Server = server;

    public PrivatePostgres Server { get; }

    public SmtpSink Sink { get; } = new();

    public IReadOnlyList<NodeProcess> Nodes => _nodes;

    /// <summary>The ways of the nodes to the database, in the order of the nodes.</summary>
    public IReadOnlyList<Link> Links => _links;

    /// <summary>The disks of the nodes' own folders, in the order of the nodes; empty where this machine cannot mount any.</summary>
    public IReadOnlyList<SmallDisk> Disks => _disks;

    /// <summary>Why there are no disks.</summary>
    public string? WhyNoDisks { get; private set; }

    /// <summary>What all nodes share, seen from beside them.</summary>
    public IMessageStore Store => _store!;

    public string Folder => _folder;

    public string MailFolder => Path.Combine(_folder, "mail");

    public string QueueFolder => Path.Combine(_folder, "out");

    /// <param name="policy">What the nodes are configured with; null for three recipients that are all delivered.</param>
    /// <param name="program">What the nodes run at first; null for the program that these tests were built with. With another one, <see cref="OpenStoreAsync"/> is the caller's.</param>
    public static async Task<TestCluster> StartAsync(
        int nodes, CancellationToken cancellationToken, Func<TestCluster, string>? policy = null, string? program = null)
    {
        var cluster = new TestCluster(await PrivatePostgres.StartAsync(durable: false, cancellationToken));
        try
        {
            await cluster.StartNodesAsync(nodes, policy?.Invoke(cluster) ?? cluster.Policy(), program, cancellationToken);
            if (program is null)
            {
                await cluster.OpenStoreAsync(cancellationToken);
            }

            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>One recipient for each way of delivery.</summary>
    public static ImmutableArray<string> RecipientsOf(int token) =>
        [string.Create(CultureInfo.InvariantCulture, $"box{token % 5}@maildir.test"), "spool@queue.test", "far@smtp.test"];

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            node.Dispose();
        }

        if (_store is not null)
        {
            await _store.DisposeAsync();
        }

        _links.ForEach(static link => link.Dispose());
        _disks.ForEach(static disk => disk.Dispose());
        Sink.Dispose();
        await Server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Opens <see cref="Store"/>, once a node has brought the database to this version's schema.</summary>
    public async Task OpenStoreAsync(CancellationToken cancellationToken) =>
        _store = await PostgresMessageStore.OpenAsync(
            new PostgresOptions { ConnectionString = _database, Node = "observer", Migrate = false },
            Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance,
            cancellationToken);

    private async Task StartNodesAsync(int count, string configuration, string? program, CancellationToken cancellationToken)
    {
        _database = await Server.CreateDatabaseAsync(Database, cancellationToken);
        Directory.CreateDirectory(QueueFolder);
        var zone = Write("zone.json", "{}");
        var policy = Write("mailpipeline.conf", configuration);
        for (var i = 1; i <= count; i++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"n{i}");
            var own = Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;
            if (SmallDisk.TryMount(own, out var reason) is { } disk)
            {
                _disks.Add(disk);
            }

            WhyNoDisks ??= reason;
            var link = new Link(Server.Port);
            _links.Add(link);
            var endpoint = FreeEndpoint();
            var settings = Write(name + ".json", JsonSerializer.Serialize(new
            {
                Name = name,
                StoreDirectory = own,
                Listen = new[] { new { Address = endpoint.ToString() } },
                Dns = new { ZoneFile = zone },
                Cluster = new { Database = $"Host=127.0.0.1;Port={link.Port};Username=mailpipeline;Database={Database}" },
            }));
            _nodes.Add(new NodeProcess(name, policy, settings, Path.Combine(_folder, name + ".log"), endpoint) { Program = program ?? NodeProcess.ThisProgram });
        }

        await _nodes[0].StartAsync(cancellationToken);
        await Task.WhenAll(_nodes.Skip(1).Select(node => node.StartAsync(cancellationToken)));
    }

    private string Policy() => $$"""
        primary_hostname = mx.cluster.test
        spool_directory = {{_folder}}/spool
        acl_smtp_rcpt = check_rcpt

        begin acl
        check_rcpt:
          accept domains = maildir.test : queue.test : smtp.test

        begin routers
        boxes:
          driver = accept
          domains = maildir.test
          transport = maildir
        spools:
          driver = accept
          domains = queue.test
          transport = spool_out
        far:
          driver = manualroute
          domains = smtp.test
          route_list = * 127.0.0.1::{{Sink.Port}}
          self = send
          transport = smtp

        begin transports
        maildir:
          driver = appendfile
          directory = {{MailFolder}}/$local_part
          maildir_format
        spool_out:
          driver = queuefile
          directory = {{QueueFolder}}
        smtp:
          driver = smtp
          allow_localhost

        begin retry
        * * F,2h,2s
        """;

    private string Write(string name, string content)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, content);
        return path;
    }

    private static IPEndPoint FreeEndpoint()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (IPEndPoint)probe.LocalEndPoint!;
    }
}
