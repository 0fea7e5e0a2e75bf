using System.Globalization;
using System.Net;
using System.Text.Json;
using Pipeline.Cluster.Tests.Cluster;
using Pipeline.Storage.Postgres.Private;
using Pipeline.Tests.Support;
using Pipeline.Tests.Support.Scanning;
using Pipeline.Tests.Support.Tls;

namespace Pipeline.ScalingRun;

/// <summary>A database of its own on a server, so many nodes with all roles on it, and a next hop and a spam scanner that each take their time.</summary>
internal sealed class ScalingCluster : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mp-scaling-").FullName;
    private readonly Reaper _reaper = new();
    private readonly List<NodeProcess> _nodes = [];
    private readonly ScriptedSpamd _spamd;
    private readonly TestAuthority _authority;

    private ScalingCluster(string database, TimeSpan delay)
    {
        Database = database;
        Sink = new SmtpSink(IPAddress.Loopback) { Delay = delay };
        _authority = new TestAuthority(_folder, "authority");
        _spamd = ScriptedSpamd.Start(async request =>
        {
            await Task.Delay(delay, request.Stopping);
            await request.AnswerAsync(ScriptedSpamd.Reply("1.0"));
        });
    }

    public string Database { get; }

    public SmtpSink Sink { get; }

    public IReadOnlyList<NodeProcess> Nodes => _nodes;

    public static async Task<ScalingCluster> StartAsync(PrivatePostgres server, string database, int nodes, TimeSpan delay)
    {
        var way = await server.CreateDatabaseAsync(database, CancellationToken.None);
        var cluster = new ScalingCluster(database, delay);
        try
        {
            var policy = cluster.Write("mailpipeline.conf", cluster.Policy());
            var zone = cluster.Write("zone.json", "{}");
            for (var i = 1; i <= nodes; i++)
            {
                var node = cluster.Node(string.Create(CultureInfo.InvariantCulture, $"n{i}"), policy, zone, way, new DirectLink(new IPEndPoint(IPAddress.Loopback, server.Port)));
                cluster._nodes.Add(node);
                await node.StartAsync(CancellationToken.None);
            }

            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _nodes.ForEach(static node => node.Dispose());
        _reaper.Dispose();
        Sink.Dispose();
        await _spamd.DisposeAsync();
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private NodeProcess Node(string name, string policy, string zone, string database, Link link)
    {
        var (certificate, key) = _authority.Sign(name, "node", isServer: true, isClient: true);
        var settings = Write(name + ".json", JsonSerializer.Serialize(new
        {
            Name = name,
            StoreDirectory = Directory.CreateDirectory(Path.Combine(_folder, name)).FullName,
            Listen = new[] { new { Address = link.Endpoint.ToString() } },
            Dns = new { ZoneFile = zone },
            Cluster = new { Database = database },
            Admin = new { Listen = Loopback.FreeEndpoint().ToString(), Certificate = certificate, Key = key, ClientCa = _authority.File },
        }));
        return new NodeProcess(name, policy, settings, Path.Combine(_folder, name + ".log"), link, _reaper);
    }

    private string Policy() => $"""
        primary_hostname = mx.scaling.test
        spool_directory = {_folder}/spool
        spamd_address = {_spamd.Address}
        acl_smtp_rcpt = everyone
        acl_smtp_data = check_data

        begin acl
        everyone:
          accept
        check_data:
          deny spam = nobody
          accept

        begin routers
        far:
          driver = manualroute
          route_list = * 127.0.0.1::{Sink.Endpoint.Port}
          self = send
          transport = remote_smtp

        begin transports
        remote_smtp:
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
