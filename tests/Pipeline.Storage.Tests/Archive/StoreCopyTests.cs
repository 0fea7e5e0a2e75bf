using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Archive;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Sqlite;
using Pipeline.Storage.TestKit;
using Pipeline.Storage.Tests.Conformance;
using Pipeline.Storage.Tests.Postgres;
using Pipeline.Storage.Tests.Sqlite;

namespace Pipeline.Storage.Tests.Archive;

/// <summary>Copies from engine to engine and back; what was there is there, as it was.</summary>
public sealed class StoreCopyTests : PostgresStoreFixture, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [PostgresFact]
    public async Task Copy_to_postgres_and_back_keeps_everything()
    {
        var (first, third) = (Location("first"), Location("third"));
        var second = await SharedPostgres.CreateDatabaseAsync();
        var messages = await FillAsync(first);

        var there = await CopyAsync(first, second);
        var back = await CopyAsync(second, third);

        Assert.Equal(new ArchiveCounts(4, 6, 1), there.Source);
        Assert.Equal(there.Source, there.Copied);
        Assert.Equal(there.Source, there.Target);
        Assert.Equal(there, back);
        Assert.Empty(await CheckAsync(first));
        Assert.Empty(await CheckAsync(second));
        Assert.Empty(await CheckAsync(third));
        await using var before = await OpenSqliteAsync(first);
        await using (var between = await OpenAsync(second, "a"))
        {
            await AssertSameAsync(before, between, messages);
        }

        await using var after = await OpenSqliteAsync(third);
        await AssertSameAsync(before, after, messages);
        Assert.Equal(new StoreCounts(4, 5, 0), await after.CountAsync(default));
        Assert.Equal("refused", (await after.GetRetryHintAsync("T:mx", default))!.Reason);
        Assert.Equal(4, (await after.ClaimDueAsync(NodeA, DateTimeOffset.MaxValue, 10, default)).Length);
    }

    [PostgresFact]
    public async Task Copy_done_again_adds_what_was_missing_and_nothing_else()
    {
        var (first, second) = (Location("first"), await SharedPostgres.CreateDatabaseAsync());
        await FillAsync(first);
        await CopyAsync(first, second);
        await QueryAsync<object>(second, "DELETE FROM queue WHERE id = (SELECT min(id) FROM queue); DELETE FROM retry_hint");
        await QueryAsync<object>(second, "DELETE FROM content AS c WHERE NOT EXISTS (SELECT 1 FROM queue AS q WHERE q.id = c.id)");

        var again = await CopyAsync(first, second);

        Assert.Equal(new ArchiveCounts(1, 0, 1), again.Copied);
        Assert.Equal(again.Source, again.Target);
        Assert.Empty(await CheckAsync(second));
    }

    [PostgresFact]
    public async Task Store_with_a_running_node_is_not_copied()
    {
        var (first, second) = (Location("first"), await SharedPostgres.CreateDatabaseAsync());
        await FillAsync(first);
        await using (await OpenSqliteAsync(first))
        {
            await Assert.ThrowsAsync<StoreInUseException>(() => StoreLocation.OpenToCopyFromAsync(first, default));
        }

        await using var node = await OpenAsync(second, "a");
        await JoinAsync(second, NodeA);
        await AcceptAsync(node, NodeA);
        var refused = await Assert.ThrowsAsync<IOException>(() => StoreLocation.OpenToCopyFromAsync(second, default));
        Assert.Contains("running node", refused.Message, StringComparison.Ordinal);
        Assert.Empty(await CheckAsync(second));
    }

    [PostgresFact]
    public async Task Check_finds_what_is_wrong_in_a_database()
    {
        var database = await SharedPostgres.CreateDatabaseAsync();
        await using var store = await OpenAsync(database, "a");
        await JoinAsync(database, NodeA);
        var ids = new List<MessageId>();
        for (var i = 0; i < 6; i++)
        {
            ids.Add((await AcceptAsync(store, NodeA, release: i > 0, bodySize: i == 4 ? 600_000 : 100)).Id);
        }

        await QueryAsync<object>(
            database,
            $"""
             UPDATE lease SET held = false;
             DELETE FROM content WHERE id = '{ids[1]}';
             UPDATE content SET octets = 'short' WHERE id = '{ids[2]}';
             UPDATE journal SET first = 1 WHERE id = '{ids[3]}';
             DELETE FROM content WHERE id = '{ids[4]}' AND chunk = 2;
             DELETE FROM queue WHERE id = '{ids[5]}'
             """);

        var findings = await CheckAsync(database);

        Assert.Equal(6, findings.Count);
        Assert.Equal(ids.Order(), findings.Select(f => MessageId.Create(f[..MessageId.Length])).Order());
    }

    [Fact]
    public async Task Check_finds_what_is_wrong_in_a_spool()
    {
        var location = Location("spool");
        await FillAsync(location);
        Assert.Empty(await CheckAsync(location));
        await using (var connection = new SqliteConnection($"Data Source={Path.Combine(Folder("spool"), "spool.db")};Pooling=false"))
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = "DELETE FROM journal WHERE first = 0 AND id = (SELECT MIN(id) FROM journal); UPDATE content SET length = length + 1 WHERE file IS NULL";
            await command.ExecuteNonQueryAsync();
        }

        foreach (var file in Directory.EnumerateFiles(Path.Combine(Folder("spool"), "bodies")))
        {
            File.Delete(file);
        }

        Assert.Equal(5, (await CheckAsync(location)).Count);
    }

    [Fact]
    public async Task Store_that_is_not_there_is_not_made_by_looking()
    {
        await Assert.ThrowsAnyAsync<IOException>(() => StoreLocation.OpenToReadAsync(Location("nowhere"), default));
        await Assert.ThrowsAnyAsync<IOException>(() => StoreLocation.OpenToReadAsync("Host=127.0.0.1;Port=1;Username=x;Database=x", default));
        await Assert.ThrowsAnyAsync<IOException>(() => StoreLocation.OpenToReadAsync("not a connection string", default));
        Assert.False(Directory.Exists(Folder("nowhere")));
    }

    private static async Task<CopyReport> CopyAsync(string from, string to)
    {
        await using var source = await StoreLocation.OpenToCopyFromAsync(from, default);
        await using var target = await StoreLocation.OpenToCopyIntoAsync(to, default);
        return await StoreCopy.RunAsync(source, target, default);
    }

    private static async Task<IReadOnlyList<string>> CheckAsync(string location)
    {
        await using var archive = await StoreLocation.OpenToReadAsync(location, default);
        return await StoreCheck.RunAsync(archive, default);
    }

    private static async Task AssertSameAsync(SqliteMessageStore expected, IMessageStore actual, IEnumerable<MessageId> ids)
    {
        foreach (var id in ids)
        {
            var (one, other) = ((await expected.ReadAsync(id, default))!, (await actual.ReadAsync(id, default))!);
            Assert.Equal(one.Recipients.AsEnumerable(), other.Recipients);
            Assert.Equal(one.Envelope with { Recipients = [] }, other.Envelope with { Recipients = [] });
            Assert.Equal(one.Properties, other.Properties);
            Assert.Equal((one.NextSequence, one.ReceivedAt, one.Policy), (other.NextSequence, other.ReceivedAt, other.Policy));
            Assert.Equal(one.Content.HeaderBlock.ToArray(), other.Content.HeaderBlock.ToArray());
            Assert.Equal(await BodyAsync(one.Content), await BodyAsync(other.Content));
            Assert.Equal(
                (await expected.ReadJournalAsync(id, default)).Select(e => (e.Sequence, e.At)), (await actual.ReadJournalAsync(id, default)).Select(e => (e.Sequence, e.At)));
        }
    }

    private static async Task<byte[]> BodyAsync(IMessageContent content)
    {
        await using var stream = content.OpenBody();
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy);
        return copy.ToArray();
    }

    private static Task<SqliteMessageStore> OpenSqliteAsync(string location) =>
        SqliteMessageStore.OpenAsync(new SqliteStoreOptions { Directory = location["sqlite:".Length..] }, NullLogger.Instance, default);

    private string Folder(string name) => Path.Combine(_folder.Path, name);

    private string Location(string name) => "sqlite:" + Folder(name);

    /// <summary>Bodies small, empty and large; one message with states that are not folded; a refusal; a hint.</summary>
    private async Task<List<MessageId>> FillAsync(string location)
    {
        await using var store = await OpenSqliteAsync(location);
        var ids = new List<MessageId>();
        foreach (var size in new[] { 0, 100, 131_072, 700_000 })
        {
            var body = new byte[size];
            new Random(size).NextBytes(body);
            var message = await Mail.MessageAsync(store, NodeA, body: body, recipients: size == 100 ? ["b@example.net", "c@example.net"] : null);
            await store.AcceptAsync(message, default);
            await message.Body.DisposeAsync();
            ids.Add(message.Id);
        }

        var state = (await store.ReadAsync(ids[1], default))!.Recipients[1];
        ImmutableArray<JournalEntry> journal = [Mail.Entry(4, new OperatorActed("x", "y"))];
        await store.UpdateAsync(
            new MessageUpdate { Id = ids[1], Owner = NodeA, Journal = journal, Recipients = [state with { Destination = "mx", Attempts = 3 }] }, default);
        await store.RecordAsync(Mail.NextId(), [Mail.Entry(0, new TransactionAborted("x"))], default);
        await store.PutRetryHintAsync(
            "T:mx", new RetryHint(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, TimeSpan.FromMinutes(1), "refused"), default);
        return ids;
    }
}
