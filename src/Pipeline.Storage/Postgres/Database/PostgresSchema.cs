using Npgsql;
using Pipeline.Storage.State;

namespace Pipeline.Storage.Postgres.Database;

/// <summary>Brings the database to the schema of this version, one node at a time.</summary>
/// <remarks>
/// A migration only adds what the version before this one can live beside, so that two adjacent versions run on one database;
/// what it takes away, the version after takes away.
/// </remarks>
internal static class PostgresSchema
{
    private const long MigrationLock = 0x6d61696c_00000001;

    /// <summary>The version that this program makes.</summary>
    public static int Version { get; } = SqlText.Postgres.Migrations()[^1].Version;

    /// <summary>Applies what is missing, each migration in a transaction of its own, under a lock that other nodes wait for.</summary>
    /// <returns>The version that was found and the one that is there now, which may be one higher than this program's.</returns>
    /// <exception cref="InvalidDataException">The database is of a version that this program cannot run beside.</exception>
    public static async Task<(int Found, int Now)> MigrateAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await RunAsync(connection, null, $"SET lock_timeout = '60s'; SET statement_timeout = 0; SELECT pg_advisory_lock({MigrationLock})", cancellationToken, seconds: 60);
        try
        {
            await RunAsync(
                connection, null, "CREATE TABLE IF NOT EXISTS migration (version int PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())", cancellationToken);
            var found = await CurrentAsync(connection, cancellationToken);
            foreach (var (version, sql) in SqlText.Postgres.Migrations())
            {
                if (version <= found)
                {
                    continue;
                }

                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                await RunAsync(connection, transaction, sql, cancellationToken, seconds: 0);
                await RunAsync(connection, transaction, $"INSERT INTO migration (version) VALUES ({version})", cancellationToken);
                await transaction.CommitAsync(cancellationToken);
            }

            RequireUsable(Math.Max(found, Version));
            return (found, Math.Max(found, Version));
        }
        finally
        {
            await RunAsync(
                connection, null, $"SELECT pg_advisory_unlock({MigrationLock}); RESET lock_timeout; RESET statement_timeout", CancellationToken.None);
        }
    }

    /// <summary>The version of the database; 0 when there is no schema yet.</summary>
    public static async Task<int> ReadVersionAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT to_regclass('migration') IS NOT NULL", connection);
        return await command.ExecuteScalarAsync(cancellationToken) is true ? await CurrentAsync(connection, cancellationToken) : 0;
    }

    /// <exception cref="InvalidDataException">This program and that version cannot run side by side.</exception>
    public static void RequireUsable(int version)
    {
        if (version < Version)
        {
            throw new InvalidDataException($"the database has schema version {version}, this program needs {Version}: run mailpipeline store migrate");
        }

        if (version > Version + 1)
        {
            throw new InvalidDataException($"the database has schema version {version}; this program knows {Version} and can run beside {Version + 1} at most");
        }
    }

    private static async Task<int> CurrentAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT coalesce(max(version), 0) FROM migration", connection);
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task RunAsync(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, string sql, CancellationToken cancellationToken, int seconds = 30)
    {
        await using var command = new NpgsqlCommand(sql, connection, transaction) { CommandTimeout = seconds };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
