using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Postgres;
using Pipeline.Storage.Postgres.Private;

namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>A PostgreSQL of its own, some node processes on it, a next hop, and a folder that all nodes deliver to.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private const string Database = "cluster";

    private readonly Reaper _reaper;
    private readonly string _folder = Directory.CreateTempSubdirectory("mp-cluster-").FullName;
    private readonly string _removal;
    private readonly ClusterNetwork _network;
    private readonly List<NodeProcess> _nodes = [];
    private readonly List<Link> _links = [];
    private readonly List<SmallDisk> _disks = [];
    private PrivatePostgres? _server;
    private string _database = "";
    private PostgresMessageStore? _store;

    private TestCluster(Reaper reaper, ClusterNetwork network)
    {
        (_reaper, _network) = (reaper, network);
        _removal = _reaper.Undo($"rm -rf {_folder}");
        Sink = new SmtpSink(_network.Host);
    }

    public PrivatePostgres Server => _server!;

    public SmtpSink Sink { get; }

    public IReadOnlyList<NodeProcess> Nodes => _nodes;

    /// <summary>The ways of the nodes to everything else, in the order of the nodes.</summary>
    public IReadOnlyList<Link> Links => _links;

    /// <summary>The disks of the nodes' own folders, in the order of the nodes; empty where this machine cannot mount any.</summary>
    public IReadOnlyList<SmallDisk> Disks => _disks;

    /// <summary>Why there are no disks.</summary>
    public string? WhyNoDisks { get; private set; }

    /// <summary>Why links are cut to the database only; null when they are cut to everything.</summary>
    public string? WhyNotWhole => _network.WhyNotWhole;

    /// <summary>What all nodes share, seen from beside them.</summary>
    public IMessageStore Store => _store!;

    public string Folder => _folder;

    public string MailFolder => Path.Combine(_folder, "mail");

    /// <summary>Every file is an mbox.</summary>
    public string MboxFolder => Path.Combine(_folder, "mbox");

    public string QueueFolder => Path.Combine(_folder, "out");

    /// <param name="policy">What the nodes are configured with; null for three recipients, each with a way of its own.</param>
    /// <param name="program">What the nodes run at first; null for the program that these tests were built with. With another one, <see cref="OpenStoreAsync"/> is the caller's.</param>
    public static async Task<TestCluster> StartAsync(
        int nodes, CancellationToken cancellationToken, Func<TestCluster, string>? policy = null, string? program = null)
    {
        var reaper = new Reaper();
        var cluster = new TestCluster(reaper, await ClusterNetwork.CreateAsync(reaper, cancellationToken));
        try
        {
            cluster._server = await PrivatePostgres.StartAsync(durable: false, cluster._network.Entrance, cancellationToken);
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
    [
        string.Create(CultureInfo.InvariantCulture, $"box{token % 5}@{Domains.Maildir}"), "spool@" + Domains.Queuefile, $"{SinkAnswers.LocalPartOf(token)}@{Domains.Smtp}",
    ];

    /// <summary>A look into the queue itself, ready for use.</summary>
    public Task<QueueObserver> ObserveAsync(CancellationToken cancellationToken) => QueueObserver.OpenAsync(Server.ConnectionString(Database), cancellationToken);

    /// <summary>What this cluster has on this machine, for whoever watches it.</summary>
    public override string ToString() => $"{_nodes.Count} nodes in {_folder}, PostgreSQL in {Server.Folder}, {_network}";

    /// <summary>Leaves what was delivered and all logs behind, for whoever looks into a failure.</summary>
    /// <param name="findings">What is wrong, as text.</param>
    /// <returns>The folder.</returns>
    public string KeepEvidence(string findings)
    {
        File.Delete(_removal);
        Write("findings.txt", findings);
        var log = Path.Combine(Server.Folder, "log");
        if (File.Exists(log))
        {
            File.Copy(log, Path.Combine(_folder, "postgresql.log"), overwrite: true);
        }

        return _folder;
    }

    public async ValueTask DisposeAsync()
    {
        _nodes.ForEach(static node => node.Dispose());
        if (_store is not null)
        {
            await _store.DisposeAsync();
        }

        _links.ForEach(static link => link.Dispose());
        _reaper.Dispose();
        Sink.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
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
            var (disk, reason) = await SmallDisk.TryMountAsync(own, _reaper, cancellationToken);
            if (disk is not null)
            {
                _disks.Add(disk);
            }

            WhyNoDisks ??= reason;
            var link = await _network.ConnectAsync(i, Server.Port, cancellationToken);
            _links.Add(link);
            var settings = Write(name + ".json", JsonSerializer.Serialize(new
            {
                Name = name,
                StoreDirectory = own,
                Listen = new[] { new { Address = link.Endpoint.ToString() } },
                Dns = new { ZoneFile = zone },
                Cluster = new { Database = $"Host={link.Database.Address};Port={link.Database.Port};Username=mailpipeline;Database={Database}" },
            }));
            _nodes.Add(new NodeProcess(name, policy, settings, Path.Combine(_folder, name + ".log"), link, _reaper) { Program = program ?? NodeProcess.ThisProgram });
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
          accept domains = {{Domains.Maildir}} : {{Domains.Queuefile}} : {{Domains.Smtp}}

        begin routers
        boxes:
          driver = accept
          domains = {{Domains.Maildir}}
          transport = maildir
        spools:
          driver = accept
          domains = {{Domains.Queuefile}}
          transport = spool_out
        far:
          driver = manualroute
          domains = {{Domains.Smtp}}
          route_list = * {{Sink.Endpoint.Address}}::{{Sink.Endpoint.Port}}
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
}
