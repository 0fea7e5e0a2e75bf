using Npgsql;
using Pipeline.Storage.Postgres.Private;
using Pipeline.Storage.TestKit;

namespace Pipeline.Storage.Tests.Postgres;

public sealed class PrivatePostgresTests
{
    [PostgresFact]
    public async Task A_private_server_keeps_its_data_over_a_crash_and_leaves_nothing_behind()
    {
        var server = await PrivatePostgres.StartAsync(durable: false, default);
        await using (server)
        {
            var database = await server.CreateDatabaseAsync("kept", default);
            await RunAsync(database, "CREATE TABLE t (n int); INSERT INTO t VALUES (1)");
            await server.StopServerAsync(crash: true, default);
            await server.StartServerAsync(default);
            await RunAsync(database, "INSERT INTO t VALUES (2)");
        }

        Assert.False(Directory.Exists(server.Folder));
    }

    private static async Task RunAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(database + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
