using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pipeline.Storage.ClusterMember;
using Pipeline.Storage.Ports.Cluster;
using Pipeline.Storage.Postgres;
using Pipeline.Storage.Postgres.Membership;
using Pipeline.Storage.TestKit;
using Pipeline.Tests.Support;
using Xunit.Sdk;

namespace Pipeline.Storage.Tests.Postgres.Membership;

/// <summary>A database for one test, and nodes in it. What is waited for is asked for again and again: never longer than <see cref="Patience"/>.</summary>
public abstract class MembershipFixture : IAsyncLifetime
{
    /// <summary>Far above anything that a loaded machine needs.</summary>
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly List<IAsyncDisposable> _open = [];

    protected string Database { get; private set; } = "";

    /// <summary>As in production, but in quick steps.</summary>
    internal static MembershipOptions Quick { get; } = new()
    {
        PingEvery = TimeSpan.FromMilliseconds(50),
        PollEvery = TimeSpan.FromMilliseconds(50),
        ConfirmAfter = TimeSpan.FromMilliseconds(20),
        BlindGrace = TimeSpan.FromMilliseconds(200),
        RoleEvery = TimeSpan.FromMilliseconds(50),
        ReportEvery = TimeSpan.FromMilliseconds(50),
        Work = new TestWork(),
    };

    public async Task InitializeAsync()
    {
        if (new PostgresFactAttribute().Skip is null)
        {
            Database = await CreateDatabaseAsync();
            await TestWork.CreateAsync(Database);
        }
    }

    public virtual async Task DisposeAsync()
    {
        // The lives before the clusters that they came from.
        for (var i = _open.Count - 1; i >= 0; i--)
        {
            await _open[i].DisposeAsync();
        }
    }

    protected virtual Task<string> CreateDatabaseAsync() => SharedPostgres.CreateDatabaseAsync();

    protected static NodeCard Card(string name) => new() { Name = name, Version = "1.0", Wire = new FormRange(1, 2), Stored = new FormRange(3, 4) };

    internal async Task<PostgresCluster> OpenAsync(string node, MembershipOptions? options = null, string? database = null)
    {
        var cluster = await PostgresCluster.OpenAsync(
            new PostgresOptions { ConnectionString = database ?? Database, Node = node }, options ?? Quick, NullLogger.Instance, default);
        _open.Add(cluster);
        return cluster;
    }

    internal async Task<(PostgresCluster Cluster, INodeLife Life)> JoinAsync(string node, MembershipOptions? options = null, string? database = null)
    {
        var cluster = await OpenAsync(node, options, database);
        var life = await cluster.JoinAsync(Card(node), default);
        _open.Add(life);
        return (cluster, life);
    }

    protected static async Task UntilAsync(Func<Task<bool>> condition, [CallerArgumentExpression(nameof(condition))] string? what = null)
    {
        if (!await Polling.UntilAsync(condition, Patience))
        {
            throw new XunitException($"waited {Patience.TotalSeconds} s in vain for: {what}");
        }
    }

    protected static Task UntilAsync(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string? what = null) =>
        UntilAsync(() => Task.FromResult(condition()), what);

    internal static async Task<NodeView> ViewAsync(PostgresCluster cluster, string node) => (await cluster.ReadAsync(default)).Single(v => v.Name == node);

    internal static async Task<ClusterEvent[]> EventsAsync(PostgresCluster cluster, ClusterEventKind kind) =>
        [.. (await cluster.ReadEventsAsync(0, 10_000, default)).Where(e => e.Kind == kind)];

    /// <summary>Ends the database session that a node lives by, as a broken link does.</summary>
    protected Task BreakSessionAsync(string node) =>
        RunAsync($"SELECT pg_terminate_backend(pid) FROM session_lock k JOIN node n ON n.life_key = k.key WHERE n.name = '{node}'");

    protected async Task<object?> RunAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(Database + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
