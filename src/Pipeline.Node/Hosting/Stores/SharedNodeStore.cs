using Pipeline.Node.Configuration;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Ports.Cluster;
using Pipeline.Storage.Postgres;
using Pipeline.Storage.Postgres.Membership;
using Pipeline.Storage.Sqlite;

namespace Pipeline.Node.Hosting.Stores;

/// <summary>The store of a node of a cluster: a life in the database, and the messages that all nodes share.</summary>
/// <remarks>The node's own folder has its sockets and bodies that are just arriving, and is held as the folder of a node that is alone is.</remarks>
internal sealed class SharedNodeStore : NodeStore
{
    private readonly StartedParts _parts;

    private SharedNodeStore(StartedParts parts, IMessageStore messages, ClusterMember member) =>
        (_parts, Messages, Member) = (parts, messages, member);

    public override IMessageStore Messages { get; }

    public override Ownership Owner => Member.Life.Owner;

    public override ClusterMember Member { get; }

    public static async Task<SharedNodeStore> JoinAsync(
        NodeOptions options, ClusterSettings settings, string directory, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var parts = new StartedParts();
        try
        {
            var folder = new StoreDirectory(directory);
            folder.Create();
            parts.AddSync(folder.Lock());
            var database = new PostgresOptions
            {
                ConnectionString = settings.Database,
                Node = options.Settings.Name,
                TimeProvider = options.Time,
                SpoolDirectory = folder.Bodies,
            };
            var cluster = parts.Add(await PostgresCluster.OpenAsync(
                database, new MembershipOptions(), loggers.CreateLogger<PostgresCluster>(), cancellationToken));
            var life = parts.Add(await cluster.JoinAsync(Card(options, settings), cancellationToken));
            var messages = parts.Add(await PostgresMessageStore.OpenAsync(database, loggers.CreateLogger<PostgresMessageStore>(), cancellationToken));
            return new SharedNodeStore(parts, messages, new ClusterMember(cluster, life, settings.Does()));
        }
        catch (Exception error)
        {
            await parts.DisposeAsync();
            throw NodeStartException.OfOutage(error) ?? error switch
            {
                StoreInUseException => NodeStartException.InUse(directory),
                NodeNameInUseException => new NodeStartException([error.Message]) { MayPass = true },
                IOException or UnauthorizedAccessException or InvalidDataException or NodeIncompatibleException => new NodeStartException([error.Message]),
                _ => error,
            };
        }
    }

    public override ValueTask DisposeAsync() => _parts.DisposeAsync();

    private static NodeCard Card(NodeOptions options, ClusterSettings settings) => new()
    {
        Name = options.Settings.Name,
        Roles = settings.Does(),
        Version = MailNode.Version,
        Wire = ClusterForms.Wire,
        Stored = ClusterForms.Stored,
        AdminAddress = settings.Advertise,
        ScannerAddress = Scanning.NodeScanning.ScannerAddress(options.Settings),
    };
}
