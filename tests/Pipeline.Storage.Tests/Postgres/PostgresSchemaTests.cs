using Npgsql;
using Pipeline.Storage.Postgres.Database;
using Pipeline.Storage.TestKit;

namespace Pipeline.Storage.Tests.Postgres;

public sealed class PostgresSchemaTests
{
    [PostgresFact]
    public async Task Migrations_are_applied_once_however_many_nodes_start_together()
    {
        var database = await SharedPostgres.CreateDatabaseAsync();

        var results = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => MigrateAsync(database)));

        Assert.All(results, result => Assert.Equal(PostgresSchema.Version, result.Now));
        Assert.Single(results, result => result.Found == 0);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    public void A_database_that_is_not_adjacent_is_refused(int distance) =>
        Assert.Throws<InvalidDataException>(() => PostgresSchema.RequireUsable(PostgresSchema.Version + distance));

    [Fact]
    public void A_database_one_version_ahead_can_be_used() => PostgresSchema.RequireUsable(PostgresSchema.Version + 1);

    private static async Task<(int Found, int Now)> MigrateAsync(string database)
    {
        await using var connection = new NpgsqlConnection(database + ";Pooling=false");
        await connection.OpenAsync();
        return await PostgresSchema.MigrateAsync(connection, default);
    }
}
