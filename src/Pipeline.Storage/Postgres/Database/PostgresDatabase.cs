using Npgsql;

namespace Pipeline.Storage.Postgres.Database;

/// <summary>The ways of a process to its database: a pool for work, and sessions of their own that live as long as somebody holds them.</summary>
internal sealed class PostgresDatabase : IAsyncDisposable
{
    // Everything with a bound: a session of a process that hangs must not hold rows, and no statement may wait for ever.
    private const string WorkSession =
        "-c statement_timeout=30s -c lock_timeout=2s -c idle_in_transaction_session_timeout=10s -c client_connection_check_interval=1s "
        + "-c tcp_keepalives_idle=3 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=3 -c tcp_user_timeout=4000";

    // The session that a node lives by: the server itself ends it when nothing has come for so long, or when the link is gone.
    private const string LivingSession =
        "-c idle_session_timeout=4s -c client_connection_check_interval=1s "
        + "-c tcp_keepalives_idle=3 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=3 -c tcp_user_timeout=4000";

    private readonly PostgresOptions _options;

    public PostgresDatabase(PostgresOptions options)
    {
        _options = options;
        Work = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(options.ConnectionString)
        {
            ApplicationName = SessionName(options.Node),
            MaxPoolSize = options.WorkConnections,
            NoResetOnClose = true,
            MaxAutoPrepare = 40,
            AutoPrepareMinUsages = 2,
            WriteBufferSize = 65_536,
            ReadBufferSize = 65_536,
            Timeout = 3,
            CommandTimeout = 5,
            Options = WorkSession,
        });
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

    public ValueTask DisposeAsync() => Work.DisposeAsync();

    private async Task<NpgsqlConnection> OpenAsync(string session, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_options.ConnectionString)
        {
            ApplicationName = SessionName(_options.Node),
            Pooling = false,
            Timeout = 3,
            CommandTimeout = 2,
            Options = session,
        }.ConnectionString);
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
