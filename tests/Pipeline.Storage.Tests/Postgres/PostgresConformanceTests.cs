using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Postgres;
using Pipeline.Storage.TestKit;
using Pipeline.Storage.Tests.Conformance;

namespace Pipeline.Storage.Tests.Postgres;

[PostgresEngine]
public sealed class PostgresConformanceTests : MessageStoreConformance
{
    private string? _database;

    private protected override async Task<IMessageStore> OpenAsync(TimeProvider time, string node = "node-a")
    {
        _database ??= await SharedPostgres.CreateDatabaseAsync();
        return await PostgresMessageStore.OpenAsync(
            new PostgresOptions { ConnectionString = _database, Node = node, TimeProvider = time }, NullLogger.Instance, default);
    }

    private protected override async Task RegisterAsync(Ownership owner)
    {
        await using var connection = new NpgsqlConnection(_database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            "INSERT INTO lease (node, epoch, held) VALUES ($1, $2, true) ON CONFLICT (node) DO UPDATE SET epoch = excluded.epoch, held = true", connection)
        {
            Parameters = { new() { Value = owner.Node }, new() { Value = owner.Epoch } },
        };
        await command.ExecuteNonQueryAsync();
    }

    private protected override Task CleanUpAsync() => Task.CompletedTask;
}
