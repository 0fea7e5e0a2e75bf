using Npgsql;
using Pipeline.Storage.Ports.Cluster;
using Pipeline.Storage.Postgres.Database;
using Pipeline.Storage.TestKit;

namespace Pipeline.Storage.Tests.Postgres.Membership;

/// <summary>No node lives on a schema that it does not read. The nodes here read stored forms up to 4.</summary>
public sealed class SchemaFormTests : MembershipFixture
{
    private const int Later = 99;

    [PostgresFact]
    public async Task A_schema_that_a_living_node_does_not_read_is_not_made_until_that_node_has_left()
    {
        var (cluster, life) = await JoinAsync("old");

        var refused = await Assert.ThrowsAsync<InvalidDataException>(MigrateAsync);
        Assert.Equal(
            "schema version 99 has stored form 5, and node old of version 1.0 reads forms up to 4: upgrade it over a version in between", refused.Message);
        Assert.Equal(PostgresSchema.OfThisProgram.Version, await RunAsync("SELECT max(version) FROM migration"));
        Assert.Equal(NodeState.Joining, (await ViewAsync(cluster, "old")).State);

        await life.LeaveAsync(default);
        await MigrateAsync();
        Assert.Equal(5, await RunAsync("SELECT max(form) FROM migration"));
    }

    [PostgresFact]
    public async Task A_node_that_opened_the_database_before_its_schema_went_on_does_not_join()
    {
        var cluster = await OpenAsync("old");
        await MigrateAsync();

        var refused = await Assert.ThrowsAsync<NodeIncompatibleException>(() => cluster.JoinAsync(Card("old"), default));

        Assert.Equal("the database has schema version 99 with stored form 5; this program reads forms up to 4: use a newer version of the program", refused.Message);
        Assert.Empty(await cluster.ReadAsync(default));
    }

    private async Task MigrateAsync()
    {
        await using var connection = new NpgsqlConnection(Database + ";Pooling=false");
        await connection.OpenAsync();
        var migrations = SchemaMigration.OfThisProgram.Append(new SchemaMigration(Later, 5, "CREATE TABLE later (n int)")).ToArray();
        await new PostgresSchema(migrations, reads: 5).MigrateAsync(connection, default);
    }
}
