using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Pipeline.Mail.Message;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Ports.Cluster;
using Pipeline.Storage.Postgres.Database;
using Pipeline.Storage.State;

namespace Pipeline.Storage.Postgres.Membership;

/// <summary>Membership with a PostgreSQL database as the only coordinator.</summary>
/// <remarks>It has a small pool of its own: a node that is busy writing must not look dead for want of a connection.</remarks>
public sealed class PostgresCluster : ICluster
{
    private const int Connections = 4;

    private static readonly MemberSql Views = new("views");
    private static readonly MemberSql Roles = new("roles");
    private static readonly MemberSql HeldLife = new("held_life");
    private static readonly MemberSql Backlog = new("backlog");
    private static readonly MemberSql Sizes = new("sizes");
    private static readonly MemberSql Holder = new("holder");

    private readonly PostgresDatabase _database;
    private readonly string _node;
    private readonly MembershipOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ClusterEvents _events;
    private readonly LifeEnding _ending;
    private readonly TimeSpan _began;

    private PostgresCluster(PostgresOptions options, MembershipOptions membership, ILogger logger)
    {
        (_node, _options, _time, _logger) = (options.Node, membership, options.TimeProvider, logger);
        _database = new PostgresDatabase(options with { WorkConnections = Connections });
        _events = new ClusterEvents(_database, _time);
        _ending = new LifeEnding(_database, membership, _time, logger);
        _began = membership.Clock.Now;
    }

    /// <summary>Opens the way to the cluster's database and, when it may, brings its schema to this version. Open it before the store of the same node.</summary>
    /// <exception cref="System.Data.Common.DbException">The database is out of reach.</exception>
    /// <exception cref="InvalidDataException">The database is of a version that this program cannot work on.</exception>
    public static async Task<PostgresCluster> OpenAsync(
        PostgresOptions options, MembershipOptions membership, ILogger logger, CancellationToken cancellationToken)
    {
        var cluster = new PostgresCluster(options, membership, logger);
        try
        {
            await using var connection = await cluster._database.Work.OpenConnectionAsync(cancellationToken);
            await PostgresSchema.OfThisProgram.OpenAsync(connection, options.Migrate, cancellationToken);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public async Task<INodeLife> JoinAsync(NodeCard card, CancellationToken cancellationToken)
    {
        if (!NodeCard.IsName(card.Name))
        {
            throw new ArgumentException($"\"{card.Name}\" is not a node's name: 1 to {NodeCard.LongestName} letters, digits, -, . and _", nameof(card));
        }

        if (card.Name != _node)
        {
            // The node's sessions are found by its name when it must be ended.
            throw new ArgumentException($"node {card.Name} has database sessions in the name of {_node}", nameof(card));
        }

        // Sessions from before an outage would fail once each.
        _database.Work.Clear();
        var joining = new Joining(_database, _ending, _options, _time, _logger);
        var (session, lease) = await joining.JoinAsync(card, _began, cancellationToken);
        return new NodeLife(_database, lease, session, _ending, _events, _options, _time, _logger);
    }

    public async Task<ImmutableArray<NodeView>> ReadAsync(CancellationToken cancellationToken)
    {
        await using var command = Views.On(_database.Work, _options.UnreachableAfter);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var views = ImmutableArray.CreateBuilder<NodeView>();
        while (await row.ReadAsync(cancellationToken))
        {
            views.Add(NodeViewRow.Read(row));
        }

        return views.ToImmutable();
    }

    public async Task<ImmutableArray<RoleHolder>> ReadRolesAsync(CancellationToken cancellationToken)
    {
        await using var command = Roles.On(_database.Work);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var holders = ImmutableArray.CreateBuilder<RoleHolder>();
        while (await row.ReadAsync(cancellationToken))
        {
            holders.Add(new RoleHolder(
                row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetFieldValue<DateTimeOffset>(3), row.GetBoolean(4)));
        }

        return holders.ToImmutable();
    }

    public Task<ImmutableArray<ClusterEvent>> ReadEventsAsync(long after, int limit, CancellationToken cancellationToken) =>
        _events.ReadAsync(after, limit, cancellationToken);

    public IAsyncEnumerable<ClusterEvent> WatchAsync(long after, CancellationToken cancellationToken) => _events.WatchAsync(after, cancellationToken);

    public Task AppendEventAsync(Ownership owner, ClusterEventKind kind, string detail, CancellationToken cancellationToken) =>
        _events.AppendAsync(owner, kind, owner.Node, detail, cancellationToken);

    public async Task<ClusterBacklog> ReadBacklogAsync(CancellationToken cancellationToken)
    {
        var parts = ImmutableArray.CreateBuilder<BacklogPart>();
        await using (var command = Backlog.On(_database.Work, StoredTime.Of(_time.GetUtcNow())))
        await using (var row = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await row.ReadAsync(cancellationToken))
            {
                parts.Add(new BacklogPart(
                    (QueueStage)row.GetInt16(0),
                    row.GetString(1),
                    row.GetInt64(2),
                    row.GetInt64(3),
                    row.IsDBNull(4) ? null : StoredTime.Read(row.GetInt64(4))));
            }
        }

        await using var sizes = Sizes.On(_database.Work);
        await using var size = await sizes.ExecuteReaderAsync(cancellationToken);
        await size.ReadAsync(cancellationToken);
        return new ClusterBacklog(
            size.GetFieldValue<DateTimeOffset>(0), parts.ToImmutable(), size.GetInt64(1), size.GetInt64(2), size.GetInt64(3), size.GetInt32(4));
    }

    public async Task<Ownership?> FindHolderAsync(MessageId id, CancellationToken cancellationToken)
    {
        await using var command = Holder.On(_database.Work, id.ToString());
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? new Ownership(row.GetString(0), row.GetInt64(1)) : null;
    }

    public async Task<EndedLife?> DownAsync(string node, string by, CancellationToken cancellationToken)
    {
        long epoch;
        DateTime now;
        await using (var command = HeldLife.On(_database.Work, node))
        await using (var row = await command.ExecuteReaderAsync(cancellationToken))
        {
            if (!await row.ReadAsync(cancellationToken))
            {
                return null;
            }

            (epoch, now) = (row.GetInt64(0), row.GetDateTime(1));
        }

        return await _ending.EndAsync(
            new EndingOrder
            {
                Life = new Ownership(node, epoch),
                State = NodeState.Down,
                By = by,
                Reason = "by order",
                Ordered = true,
                EndSessionsBefore = now,
            },
            cancellationToken);
    }

    public async Task<ImmutableArray<EndedLife>> DownUnreachableAsync(string by, CancellationToken cancellationToken)
    {
        var ended = ImmutableArray.CreateBuilder<EndedLife>();
        foreach (var view in await ReadAsync(cancellationToken))
        {
            if (view.Unreachable && await DownAsync(view.Name, by, cancellationToken) is { } life)
            {
                ended.Add(life);
            }
        }

        return ended.ToImmutable();
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();
}
