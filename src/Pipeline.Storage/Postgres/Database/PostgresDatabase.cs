using Npgsql;

namespace Pipeline.Storage.Postgres.Database;

/// <summary>The ways of a process to its database: a pool for work, and sessions of their own that live as long as somebody holds them.</summary>
internal sealed class PostgresDatabase : IAsyncDisposable
{
    // Everything with a bound: a session of a process that hangs must not hold rows, and no statement may wait for ever.
    // The planner is not to guess from how large a table was when a statement was first planned: every statement of ours is meant to go by an
    // index, from one table to the next, and stays as it is planned.
    private const string WorkSession =
        "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c enable_bitmapscan=off -c jit=off -c plan_cache_mode=force_generic_plan "
        + "-c statement_timeout=30s -c lock_timeout=2s -c idle_in_transaction_session_timeout=10s -c client_connection_check_interval=1s "
        + "-c tcp_keepalives_idle=3 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=3 -c tcp_user_timeout=4000";

    // The session that a node lives by: the server itself ends it when nothing has come for so long, or when the link is gone.
    private const string LivingSession =
        "-c idle_session_timeout=4s -c client_connection_check_interval=1s "
        + "-c tcp_keepalives_idle=3 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=3 -c tcp_user_timeout=4000";

    private const int ConnectSeconds = 3;
    private const int CommandSeconds = 5;

    private readonly PostgresOptions _options;

    public PostgresDatabase(PostgresOptions options)
    {
        _options = options;
        var work = WorkSettings();
        work.MaxPoolSize = options.WorkConnections;
        work.NoResetOnClose = true;
        Work = NpgsqlDataSource.Create(work);
    }

    /// <summary>The pool for work. Its sessions carry no state from one use to the next.</summary>
    public NpgsqlDataSource Work { get; }

    /// <summary>How the sessions of a node are named in <c>pg_stat_activity</c>.</summary>
    public static string SessionName(string node) => "mailpipeline " + node;

    /// <summary>A session outside the pool that the server ends by itself 4 s after the last word: what a lease hangs on.</summary>
    /// <exception cref="NpgsqlException">The database is out of reach.</exception>
    public Task<NpgsqlConnection> OpenLivingAsync(CancellationToken cancellationToken) => OpenAsync(LivingSession, cancellationToken);

    /// <summary>A session outside the pool for <c>LISTEN</c>.</summary>
    /// <exception cref="NpgsqlException">The database is out of reach.</exception>
    public Task<NpgsqlConnection> OpenListeningAsync(CancellationToken cancellationToken) => OpenAsync(WorkSession, cancellationToken);

    /// <summary>A session outside the pool for a writer, so that writing never waits for readers.</summary>
    /// <exception cref="NpgsqlException">The database is out of reach.</exception>
    public Task<NpgsqlConnection> OpenWritingAsync(CancellationToken cancellationToken)
    {
        var settings = WorkSettings();
        settings.Pooling = false;
        return OpenAsync(settings, cancellationToken);
    }

    public ValueTask DisposeAsync() => Work.DisposeAsync();

    private NpgsqlConnectionStringBuilder WorkSettings() => new(_options.ConnectionString)
    {
        ApplicationName = SessionName(_options.Node),
        MaxAutoPrepare = 60,
        AutoPrepareMinUsages = 2,
        WriteBufferSize = 65_536,
        ReadBufferSize = 65_536,
        Timeout = ConnectSeconds,
        CommandTimeout = CommandSeconds,
        CancellationTimeout = 1000,
        Options = WorkSession,
    };

    private Task<NpgsqlConnection> OpenAsync(string session, CancellationToken cancellationToken) => OpenAsync(
        new NpgsqlConnectionStringBuilder(_options.ConnectionString)
        {
            ApplicationName = SessionName(_options.Node),
            Pooling = false,
            Timeout = ConnectSeconds,
            CommandTimeout = 2,
            Options = session,
        },
        cancellationToken);

    private static async Task<NpgsqlConnection> OpenAsync(NpgsqlConnectionStringBuilder settings, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(settings.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
