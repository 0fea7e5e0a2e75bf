using Npgsql;
using Pipeline.Storage.Ports.Cluster;
using Pipeline.Storage.Postgres.Database;
using Pipeline.Storage.TestKit;

namespace Pipeline.Storage.Tests.Postgres;

public sealed class PostgresSchemaTests
{
    private static int Version => PostgresSchema.OfThisProgram.Version;

    [PostgresFact]
    public async Task Migrations_are_applied_once_however_many_nodes_start_together()
    {
        var database = await SharedPostgres.CreateDatabaseAsync();

        var results = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => MigrateAsync(database)));

        Assert.All(results, result => Assert.Equal(Version, result.Now));
        Assert.Single(results, result => result.Found == 0);
    }

    [Fact]
    public void A_database_that_is_behind_is_refused_with_what_to_do()
    {
        var refused = Assert.Throws<InvalidDataException>(() => PostgresSchema.OfThisProgram.RequireUsable(new SchemaState(Version - 1, 1)));

        Assert.Equal($"the database has schema version {Version - 1}, this program needs {Version}: run mailpipeline store migrate", refused.Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    public void A_database_that_is_ahead_can_be_used_while_its_form_is_read(int ahead) =>
        PostgresSchema.OfThisProgram.RequireUsable(new SchemaState(Version + ahead, ClusterForms.Stored.Highest));

    [Fact]
    public void A_database_with_a_form_that_is_not_read_is_refused_whatever_its_version()
    {
        var schema = new PostgresSchema(SchemaMigration.Read([(1, ""), (2, "")]), reads: 3);

        schema.RequireUsable(new SchemaState(2, 3));
        var refused = Assert.Throws<InvalidDataException>(() => schema.RequireUsable(new SchemaState(2, 4)));

        Assert.Equal("the database has schema version 2 with stored form 4; this program reads forms up to 3: use a newer version of the program", refused.Message);
    }

    [Fact]
    public void A_migration_raises_the_form_by_its_first_line()
    {
        var migrations = SchemaMigration.Read([(1, "CREATE TABLE a ()"), (2, "-- stored form 2\nCREATE TABLE b ()"), (3, "CREATE TABLE c ()"), (4, "-- stored form 12")]);

        Assert.Equal([(1, 1), (2, 2), (3, 2), (4, 12)], migrations.Select(migration => (migration.Version, migration.Form)));
    }

    [Theory]
    [InlineData("-- stored form two")]
    [InlineData("-- stored form ")]
    [InlineData("-- stored form 1")]
    [InlineData("-- stored form 99999999999")]
    public void A_first_line_without_a_higher_form_is_refused(string sql) => Assert.Throws<FormatException>(() => SchemaMigration.Read([(1, sql)]));

    [Fact]
    public void The_schema_asks_for_the_form_that_this_program_writes() =>
        Assert.Equal(ClusterForms.Stored.Lowest, SchemaMigration.OfThisProgram[^1].Form);

    private static async Task<(int Found, int Now)> MigrateAsync(string database)
    {
        await using var connection = new NpgsqlConnection(database + ";Pooling=false");
        await connection.OpenAsync();
        return await PostgresSchema.OfThisProgram.MigrateAsync(connection, default);
    }
}
