using System.Collections.Immutable;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Ports.Cluster;
using Pipeline.Storage.Postgres;
using Pipeline.Storage.Postgres.Database;
using Pipeline.Storage.Postgres.Membership;
using Pipeline.Storage.Postgres.Policies;
using Pipeline.Storage.TestKit;
using Pipeline.Tests.Support.Suites;

namespace Pipeline.Storage.Tests.Postgres.Upgrade;

/// <summary>
/// The database that a program of form 1 left when it was killed (<c>tests/vectors/forms/1/database.sql</c>), met by this program: the schema goes on, and every row is read.
/// </summary>
public sealed class FormOneDatabaseTests : PostgresStoreFixture
{
    private const string Completed = "1xV8Ii-FbR1xTj09Hv-1VkH";
    private const string Waiting = "1xV8Ii-FbR1xTj09Hv-2NLe";
    private const string NullSender = "1xV8Ii-FbR1xTj09Hv-2w2f";

    [PostgresFact]
    public async Task Queue_content_and_journals_are_read_worked_on_and_completed()
    {
        var database = await RestoreAsync();
        await using var store = await OpenAsync(database, "n1");

        var listed = await store.ListAsync(new QueueQuery(Limit: 10), default);
        Assert.Equal([Waiting, NullSender], listed.Select(message => message.Id.ToString()).Order());
        var waiting = await store.ReadAsync(MessageId.Create(Waiting), default);
        Assert.Equal("a@sender.example", waiting!.Envelope.Sender.ToString());
        Assert.Equal(("QQ", Pipeline.Mail.Addressing.DsnReturn.Headers), (waiting.Envelope.EnvelopeId, waiting.Envelope.Return));
        Assert.Contains(Encoding.Latin1.GetString("wörd"u8), waiting.Properties.Values);
        Assert.Equal(
            ["0 team@example.net Redirected", "1 b@far.example Queued", "2 anna@example.net Delivered", "3 later@example.net Queued"],
            waiting.Recipients.OrderBy(recipient => recipient.Index).Select(recipient => $"{recipient.Index} {recipient.Address} {recipient.Status}"));
        Assert.All(waiting.Recipients.Where(recipient => recipient.Status == RecipientStatus.Queued), recipient => Assert.Equal(1, recipient.Attempts));
        Assert.Equal("hello again\r\n", await BodyAsync(waiting));
        foreach (var id in new[] { Completed, Waiting, NullSender })
        {
            var journal = await store.ReadJournalAsync(MessageId.Create(id), default);
            Assert.Equal(Enumerable.Range(0, journal.Length), journal.Select(entry => entry.Sequence));
            Assert.IsType<TransactionStarted>(journal[0].Event);
            Assert.DoesNotContain(journal, entry => entry.Event is UnknownEvent);
        }

        Assert.IsType<MessageCompleted>((await store.ReadJournalAsync(MessageId.Create(Completed), default))[^1].Event);
        await JoinAsync(database, NodeA);
        var claimed = await store.ClaimDueAsync(NodeA, DateTimeOffset.UnixEpoch.AddYears(200), 10, default);
        Assert.Equal(2, claimed.Length);
        foreach (var message in claimed)
        {
            Assert.Equal(WriteOutcome.Durable, await CompleteAsync(store, NodeA, message));
        }

        Assert.Equal(0, (await store.CountAsync(default)).Queued);
    }

    [PostgresFact]
    public async Task Members_events_roles_and_policies_are_read_and_the_name_that_was_held_begins_a_new_life()
    {
        var database = await RestoreAsync();
        await using var cluster = await PostgresCluster.OpenAsync(
            new PostgresOptions { ConnectionString = database, Node = "n1" }, new MembershipOptions(), NullLogger.Instance, default);

        var old = Assert.Single(await cluster.ReadAsync(default));
        Assert.Equal(("n1", 1, new FormRange(1, 1), new FormRange(1, 1), NodeRoles.All), (old.Name, old.Epoch, old.Wire, old.Stored, old.Roles));
        Assert.True(old is { LeaseHeld: true, LockHeld: false, State: NodeState.Up });
        Assert.Equal("purge", Assert.Single(await cluster.ReadRolesAsync(default)).Role);
        var card = new NodeCard { Name = "n1", Version = "next", Wire = ClusterForms.Wire, Stored = ClusterForms.Stored };
        await using var life = await cluster.JoinAsync(card, default);
        Assert.Equal(2, life.Owner.Epoch);
        var kinds = (await cluster.ReadEventsAsync(0, 100, default)).Select(e => e.Kind).ToArray();
        Assert.Equal([ClusterEventKind.Joined, ClusterEventKind.Up, ClusterEventKind.RoleMoved], kinds[..3]);
        Assert.Equal(ClusterEventKind.Rejoined, kinds[^1]);

        await using var registry = await PostgresPolicyRegistry.OpenAsync(new PostgresOptions { ConnectionString = database, Node = "n1" }, default);
        var published = await registry.ReadAsync(1, default);
        Assert.Equal("/srv/mx/m.conf", published!.Bundle.Main);
        Assert.Equal(1, Assert.Single(await registry.ReadNodesAsync(default)).Number);
    }

    [PostgresFact]
    public async Task A_command_beside_old_nodes_leaves_the_schema_and_a_program_that_starts_brings_it_to_that_of_a_new_database()
    {
        var (old, fresh) = (await RestoreAsync(), await SharedPostgres.CreateDatabaseAsync());
        var version = PostgresSchema.OfThisProgram.Version;
        var look = new PostgresOptions { ConnectionString = old, Node = "test", Migrate = false };

        if (version > 4)
        {
            var refused = await Assert.ThrowsAsync<InvalidDataException>(() => PostgresPolicyRegistry.OpenAsync(look, default));
            Assert.Contains("run mailpipeline store migrate", refused.Message, StringComparison.Ordinal);
        }
        else
        {
            await (await PostgresPolicyRegistry.OpenAsync(look, default)).DisposeAsync();
        }

        Assert.Equal(4, await QueryAsync<int>(old, "SELECT max(version) FROM public.migration"));
        foreach (var database in new[] { old, fresh })
        {
            await (await OpenAsync(database, "n1")).DisposeAsync();
        }

        Assert.Equal(await ColumnsAsync(fresh), await ColumnsAsync(old));
    }

    private static async Task<string> RestoreAsync()
    {
        var database = await SharedPostgres.CreateDatabaseAsync();
        await QueryAsync<object>(database, await File.ReadAllTextAsync(Path.Combine(TestFolders.Vectors("forms"), "1", "database.sql")));
        return database;
    }

    private static async Task<string> BodyAsync(StoredMessage message)
    {
        await using var body = message.Content.OpenBody();
        using var reader = new StreamReader(body, Encoding.Latin1);
        return await reader.ReadToEndAsync();
    }

    /// <summary>Every column and index but those of the days of the journal, and what the database knows of its own past.</summary>
    private static async Task<string?> ColumnsAsync(string database) => await QueryAsync<string>(
        database,
        """
        SELECT string_agg(line, E'\n' ORDER BY line) FROM (
          SELECT format('%s.%s %s null=%s default=%s', table_name, column_name, data_type, is_nullable, column_default) AS line
          FROM information_schema.columns WHERE table_schema = 'public' AND table_name !~ '^journal_d\d'
          UNION ALL
          SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename !~ '^journal_d\d'
          UNION ALL
          SELECT format('migration %s form %s', version, form) FROM migration) AS lines
        """);
}
