using Npgsql;
using Pipeline.Storage.Postgres.Membership;

namespace Pipeline.Storage.ClusterMember;

/// <summary>A table that stands for the queue: rows in the hands of a life.</summary>
public sealed class TestWork : ITakeOverWork
{
    public static async Task CreateAsync(string database)
    {
        await using var connection = new NpgsqlConnection(database + ";Pooling=false");
        await connection.OpenAsync();
        await RunAsync(connection, "CREATE TABLE IF NOT EXISTS held_work (id serial PRIMARY KEY, owner text NOT NULL, epoch bigint NOT NULL)");
    }

    public static async Task AddAsync(string database, string node, long epoch, int rows)
    {
        await using var connection = new NpgsqlConnection(database + ";Pooling=false");
        await connection.OpenAsync();
        await RunAsync(connection, "INSERT INTO held_work (owner, epoch) SELECT $1, $2 FROM generate_series(1, $3)", node, epoch, rows);
    }

    public static async Task<int> CountAsync(string database, string owner)
    {
        await using var connection = new NpgsqlConnection(database + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT count(*)::int FROM held_work WHERE owner = $1", connection)
        {
            Parameters = { new NpgsqlParameter { Value = owner } },
        };
        return (int)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>A write as a life makes it: it changes nothing for one that was ended.</summary>
    public static async Task<int> WriteAsync(string database, string node, long epoch)
    {
        await using var connection = new NpgsqlConnection(database + ";Pooling=false");
        await connection.OpenAsync();
        return await RunAsync(connection, "UPDATE held_work SET owner = owner WHERE owner = $1 AND epoch = $2", node, epoch);
    }

    public async Task<int> ReleaseAsync(NpgsqlTransaction transaction, string node, long epoch, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "UPDATE held_work SET owner = '', epoch = 0 WHERE owner = $1 AND epoch <= $2", transaction.Connection, transaction);
        command.Parameters.Add(new NpgsqlParameter { Value = node });
        command.Parameters.Add(new NpgsqlParameter { Value = epoch });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<int> RunAsync(NpgsqlConnection connection, string sql, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return await command.ExecuteNonQueryAsync();
    }
}
