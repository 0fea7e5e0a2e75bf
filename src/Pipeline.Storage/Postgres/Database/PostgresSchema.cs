using Npgsql;
using Pipeline.Storage.Ports.Cluster;
using Pipeline.Storage.Postgres.Membership;
using Pipeline.Storage.State;

namespace Pipeline.Storage.Postgres.Database;

/// <summary>Brings the database to the schema of this version, one node at a time, and decides which database a program can work on.</summary>
/// <remarks>
/// A migration only adds what programs of the release before can live beside, so that two adjacent versions run on one database; what it takes away, a later one
/// takes away. One that an older program cannot live beside names the stored form that it needs (<see cref="SchemaMigration"/>): the number of the last migration
/// says how far a database is, the form says who may work on it.
/// </remarks>
internal sealed class PostgresSchema
{
    private const long MigrationLock = 0x6d61696c_00000001;

    /// <summary>How long a migration waits for its tables before it lets the others through and tries again: shorter than they wait for it (<c>lock_timeout</c>).</summary>
    private const string TableWait = "1s";

    private const int MaxAttempts = 30;
    private const double PauseSeconds = 0.5;

    private static readonly string StateSql = SqlText.Postgres.Load("schema_state");
    private static readonly string PrepareSql = SqlText.Postgres.Load("schema_prepare");
    private static readonly string LeftBehindSql = SqlText.Postgres.Load("schema_left_behind");

    private readonly IReadOnlyList<SchemaMigration> _migrations;
    private readonly int _reads;

    /// <param name="migrations">Ascending.</param>
    /// <param name="reads">The newest stored form that the program reads.</param>
    public PostgresSchema(IReadOnlyList<SchemaMigration> migrations, int reads) => (_migrations, _reads) = (migrations, reads);

    public static PostgresSchema OfThisProgram { get; } = new(SchemaMigration.OfThisProgram, ClusterForms.Stored.Highest);

    /// <summary>The version that this program makes.</summary>
    public int Version => _migrations[^1].Version;

    /// <summary>What schema the database has.</summary>
    public static async Task<SchemaState> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT to_regclass('migration') IS NOT NULL", connection);
        return await command.ExecuteScalarAsync(cancellationToken) is true ? await CurrentAsync(connection, cancellationToken) : new SchemaState(0, 1);
    }

    /// <summary>Makes sure that the program can work on the database.</summary>
    /// <param name="migrate">Whether to apply what is missing; else a database that is behind is refused.</param>
    /// <returns>The version that is there now, which may be higher than this program's.</returns>
    /// <exception cref="InvalidDataException">The database is of a version that this program cannot work on, or that a living node could not.</exception>
    public async Task<int> OpenAsync(NpgsqlConnection connection, bool migrate, CancellationToken cancellationToken)
    {
        if (migrate)
        {
            return (await MigrateAsync(connection, cancellationToken)).Now;
        }

        var state = await ReadAsync(connection, cancellationToken);
        RequireUsable(state);
        return state.Version;
    }

    /// <summary>Applies what is missing, each migration in a transaction of its own, under a lock that other nodes wait for.</summary>
    /// <returns>The version that was found and the one that is there now.</returns>
    /// <exception cref="InvalidDataException">As <see cref="OpenAsync"/>.</exception>
    public async Task<(int Found, int Now)> MigrateAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await RunAsync(connection, null, $"SET lock_timeout = '60s'; SET statement_timeout = 0; SELECT pg_advisory_lock({MigrationLock})", cancellationToken, seconds: 60);
        try
        {
            await RunAsync(connection, null, PrepareSql, cancellationToken);
            var found = await CurrentAsync(connection, cancellationToken);
            RequireReadable(found, _reads);
            foreach (var migration in _migrations.Where(migration => migration.Version > found.Version))
            {
                await ApplyAsync(connection, migration, found.Form, cancellationToken);
            }

            return (found.Version, Math.Max(found.Version, Version));
        }
        finally
        {
            await RunAsync(
                connection, null, $"SELECT pg_advisory_unlock({MigrationLock}); RESET lock_timeout; RESET statement_timeout", CancellationToken.None);
        }
    }

    /// <exception cref="InvalidDataException">This program cannot work on such a database.</exception>
    public void RequireUsable(SchemaState state)
    {
        RequireReadable(state, _reads);
        if (state.Version < Version)
        {
            throw new InvalidDataException($"the database has schema version {state.Version}, this program needs {Version}: run mailpipeline store migrate");
        }
    }

    /// <param name="reads">The newest stored form that a program reads.</param>
    /// <exception cref="InvalidDataException">The program is too old for the database.</exception>
    public static void RequireReadable(SchemaState state, int reads)
    {
        if (state.Form > reads)
        {
            throw new InvalidDataException(
                $"the database has schema version {state.Version} with stored form {state.Form}; this program reads forms up to {reads}: use a newer version of the program");
        }
    }

    private static async Task ApplyAsync(NpgsqlConnection connection, SchemaMigration migration, int form, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                if (migration.Form > form)
                {
                    await RequireNobodyLeftBehindAsync(transaction, migration, cancellationToken);
                }

                // A table that waits to be changed lets nobody else in: rather come again than make the nodes wait that work meanwhile.
                await RunAsync(connection, transaction, $"SET LOCAL lock_timeout = '{TableWait}'", cancellationToken);
                await RunAsync(connection, transaction, migration.Sql, cancellationToken, seconds: 0);
                await RunAsync(connection, transaction, $"INSERT INTO migration (version, form) VALUES ({migration.Version}, {migration.Form})", cancellationToken);
                await transaction.CommitAsync(cancellationToken);
                return;
            }
            catch (PostgresException busy) when (busy.SqlState == PostgresErrorCodes.LockNotAvailable && attempt < MaxAttempts)
            {
                await RunAsync(connection, null, FormattableString.Invariant($"SELECT pg_sleep({PauseSeconds})"), cancellationToken);
            }
        }
    }

    /// <summary>Nobody may join or live who does not read what the schema has from this migration on.</summary>
    private static async Task RequireNobodyLeftBehindAsync(NpgsqlTransaction transaction, SchemaMigration migration, CancellationToken cancellationToken)
    {
        await RunAsync(transaction.Connection!, transaction, $"SELECT pg_advisory_xact_lock({MemberKeys.Joining})", cancellationToken);
        await using var command = new NpgsqlCommand(LeftBehindSql, transaction.Connection, transaction)
        {
            Parameters = { new NpgsqlParameter { Value = migration.Form } },
        };
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (await row.ReadAsync(cancellationToken))
        {
            throw new InvalidDataException(
                $"schema version {migration.Version} has stored form {migration.Form}, and node {row.GetString(0)} of version {row.GetString(1)} reads forms up to "
                + $"{row.GetInt32(2)}: upgrade it over a version in between");
        }
    }

    private static async Task<SchemaState> CurrentAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(StateSql, connection);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return new SchemaState(row.GetInt32(0), row.GetInt32(1));
    }

    private static async Task RunAsync(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, string sql, CancellationToken cancellationToken, int seconds = 30)
    {
        await using var command = new NpgsqlCommand(sql, connection, transaction) { CommandTimeout = seconds };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
