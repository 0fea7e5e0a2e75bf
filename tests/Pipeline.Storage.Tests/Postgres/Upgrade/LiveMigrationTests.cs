using Npgsql;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Ports.Cluster;
using Pipeline.Storage.Postgres.Database;
using Pipeline.Storage.TestKit;
using Pipeline.Tests.Support;

namespace Pipeline.Storage.Tests.Postgres.Upgrade;

/// <summary>The schema goes on under programs that work: those of this release stand for the old ones.</summary>
public sealed class LiveMigrationTests : PostgresStoreFixture
{
    /// <summary>What a release may add beside programs that know nothing of it.</summary>
    private const string Additions = """
        ALTER TABLE queue ADD COLUMN later text;
        ALTER TABLE journal ADD COLUMN later int NOT NULL DEFAULT 7;
        ALTER TABLE node ADD COLUMN later bytea;
        ALTER TABLE content ADD COLUMN later bigint;
        CREATE INDEX queue_later ON queue (later);
        CREATE TABLE later (n int PRIMARY KEY)
        """;

    private static int Next => PostgresSchema.OfThisProgram.Version + 1;

    [PostgresFact]
    public async Task A_queue_that_works_goes_on_while_the_schema_gets_more()
    {
        var database = await SharedPostgres.CreateDatabaseAsync();
        await using var store = await OpenAsync(database, "a");
        await JoinAsync(database, NodeA);
        using var stop = new CancellationTokenSource();
        var progress = new Progress();
        var working = Task.Run(() => WorkAsync(store, progress, stop.Token));
        await ReachedAsync(() => working.IsFaulted || progress.Done >= 20);

        await MigrateAsync(database, (Next, Additions));
        var before = progress.Done;
        await ReachedAsync(() => working.IsFaulted || progress.Done >= before + 20);
        await stop.CancelAsync();
        await working;

        Assert.Equal(progress.Accepted, progress.Done);
        Assert.Equal(0, (await store.CountAsync(default)).Queued);
        Assert.Equal((long)progress.Done, await QueryAsync<long>(database, "SELECT count(*) FROM journal WHERE ended IS NOT NULL AND later = 7"));
        await using var again = await OpenAsync(database, "b");
    }

    [PostgresFact]
    public async Task A_migration_that_waits_for_a_reader_lets_the_nodes_through_and_comes_again()
    {
        var database = await SharedPostgres.CreateDatabaseAsync();
        await using var store = await OpenAsync(database, "a");
        await JoinAsync(database, NodeA);
        await using var reader = new NpgsqlConnection(database + ";Pooling=false");
        await reader.OpenAsync();
        var reading = await reader.BeginTransactionAsync();
        await using (var look = new NpgsqlCommand("SELECT count(*) FROM queue", reader, reading))
        {
            await look.ExecuteScalarAsync();
        }

        var migrating = MigrateAsync(database, (Next, Additions));
        await ReachedAsync(async () => await QueryAsync<bool>(database, "SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 'queue'::regclass AND NOT granted)"));
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(WriteOutcome.Durable, (await AcceptAsync(store, NodeA, release: true)).Outcome);
        }

        Assert.False(migrating.IsCompleted);
        await reading.DisposeAsync();
        await migrating.WaitAsync(Soon);
        Assert.Equal(3, (await store.CountAsync(default)).Queued);
    }

    [PostgresTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_program_opens_a_newer_schema_whose_form_it_reads_and_no_other(bool migrate)
    {
        var unread = ClusterForms.Stored.Highest + 1;
        var database = await SharedPostgres.CreateDatabaseAsync();
        await MigrateAsync(database);
        await MigrateAsync(database, (Next, Additions));

        await using (var connection = await ConnectAsync(database))
        {
            Assert.Equal(Next, await PostgresSchema.OfThisProgram.OpenAsync(connection, migrate, default));
        }

        await MigrateAsync(database, (Next, Additions), (Next + 1, $"-- stored form {unread}\nCREATE TABLE much_later ()"));
        await using (var connection = await ConnectAsync(database))
        {
            var refused = await Assert.ThrowsAsync<InvalidDataException>(() => PostgresSchema.OfThisProgram.OpenAsync(connection, migrate, default));
            Assert.Contains($"schema version {Next + 1} with stored form {unread}", refused.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>Accepts, claims and completes until told to stop, and then until nothing is left.</summary>
    private async Task WorkAsync(IMessageStore store, Progress progress, CancellationToken stop)
    {
        var claimed = 0;
        while (!stop.IsCancellationRequested || claimed > 0)
        {
            if (!stop.IsCancellationRequested)
            {
                var (outcome, _) = await AcceptAsync(store, NodeA, release: true, bodySize: progress.Accepted % 10 == 0 ? 300_000 : 100);
                Assert.Equal(WriteOutcome.Durable, outcome);
                progress.Accepted++;
            }

            var messages = await store.ClaimDueAsync(NodeA, TimeProvider.System.GetUtcNow(), 10, default);
            claimed = messages.Length;
            foreach (var message in messages)
            {
                Assert.Equal(WriteOutcome.Durable, await CompleteAsync(store, NodeA, message));
                progress.Done++;
            }
        }
    }

    private static async Task MigrateAsync(string database, params (int Version, string Sql)[] more)
    {
        await using var connection = await ConnectAsync(database);
        var known = SchemaMigration.OfThisProgram;
        var migrations = SchemaMigration.Read([.. known.Select(migration => (migration.Version, migration.Sql)), .. more]);
        await new PostgresSchema(migrations, reads: migrations[^1].Form).MigrateAsync(connection, default);
    }

    private static async Task<NpgsqlConnection> ConnectAsync(string database)
    {
        var connection = new NpgsqlConnection(database + ";Pooling=false");
        await connection.OpenAsync();
        return connection;
    }

    private static Task ReachedAsync(Func<bool> reached) => ReachedAsync(() => Task.FromResult(reached()));

    private static async Task ReachedAsync(Func<Task<bool>> reached) => Assert.True(await Polling.UntilAsync(reached, Soon), "waited in vain");

    private sealed class Progress
    {
        private int _done;

        public int Accepted { get; set; }

        public int Done
        {
            get => Volatile.Read(ref _done);
            set => Volatile.Write(ref _done, value);
        }
    }
}
