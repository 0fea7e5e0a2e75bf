using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Sqlite;
using Pipeline.Storage.Sqlite.Database;

namespace Pipeline.Storage.Tests.Sqlite;

public sealed class OpeningTests : SqliteStoreFixture
{
    [Fact]
    public async Task Second_node_on_one_folder_is_refused_until_the_first_has_closed()
    {
        var first = await OpenAsync();

        var refusal = await Assert.ThrowsAsync<StoreInUseException>(OpenAsync);
        Assert.Contains(Options.Directory, refusal.Message, StringComparison.Ordinal);

        await first.DisposeAsync();
        await using var second = await OpenAsync();
    }

    [Fact]
    public async Task Each_opening_has_a_higher_epoch()
    {
        for (var expected = 1; expected <= 3; expected++)
        {
            await using var store = await OpenAsync();
            Assert.Equal(expected, store.Epoch);
        }
    }

    [Fact]
    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    public async Task Folder_is_made_for_its_owner_alone()
    {
        await using var store = await OpenAsync();

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Options.Directory));
    }

    [Fact]
    public async Task Settings_that_durability_rests_on_are_in_force()
    {
        await using var store = await OpenAsync();
        using var database = SqliteDatabase.Open(Database, readOnly: true);

        Assert.Equal(8192, database.Query("PRAGMA page_size"));
        Assert.Equal(1, database.Query("SELECT journal_mode = 'wal' FROM pragma_journal_mode"));
        Assert.Equal(Schema.Version, database.Query("PRAGMA user_version"));
    }

    [Fact]
    public async Task Reading_beside_the_node_sees_what_is_committed_and_can_write_nothing()
    {
        await using var node = await OpenAsync();
        var (_, message) = await AcceptAsync(node, 200_000);
        await using var beside = await SqliteMessageStore.OpenReadOnlyAsync(Options, default);

        Assert.Equal(message.Id, Assert.Single(await beside.ListAsync(new QueueQuery(), default)).Id);
        Assert.Equal(200_000, (await beside.ReadAsync(message.Id, default))!.Content.BodySize);
        Assert.Equal(3, (await beside.ReadJournalAsync(message.Id, default)).Length);
        Assert.Single(await beside.FindAsync(new JournalQuery(null, null, null, null), default));
        Assert.Equal(1, (await beside.CountAsync(default)).Queued);
        Assert.Null(await beside.NextDueAsync(default));
        Assert.Null(await beside.GetRetryHintAsync("x", default));

        Assert.Equal(WriteOutcome.Unavailable, await beside.AcceptAsync(message, default));
        Assert.Equal(WriteOutcome.Unavailable, await beside.RecordAsync(message.Id, [Mail.Entry(9, new TransactionAborted("x"))], default));
        Assert.Equal(WriteOutcome.Unavailable, await beside.UpdateAsync(new MessageUpdate { Id = message.Id, Owner = Node, Journal = [] }, default));
        Assert.Equal(WriteOutcome.Unavailable, await beside.PutRetryHintAsync("x", null, default));
        Assert.Empty(await beside.ClaimDueAsync(Node, Time.GetUtcNow(), 1, default));
        Assert.Null(await beside.ClaimAsync(Node, message.Id, default));
        Assert.Equal(0, await beside.PurgeAsync(Time.GetUtcNow().AddDays(1), 1, default));
        await Assert.ThrowsAsync<IOException>(async () => await beside.RecoverAsync(Node, default));
        Assert.Throws<InvalidOperationException>(() => beside.CreateBody(message.Id));
    }

    [Fact]
    public async Task Reading_works_when_no_node_runs()
    {
        var node = await OpenAsync();
        await AcceptAsync(node, 10);
        await node.DisposeAsync();

        await using var beside = await SqliteMessageStore.OpenReadOnlyAsync(Options, default);

        Assert.Equal(1, (await beside.CountAsync(default)).Queued);
    }

    [Fact]
    public async Task Reading_where_there_is_no_spool_says_so()
    {
        await Assert.ThrowsAsync<FileNotFoundException>(() => SqliteMessageStore.OpenReadOnlyAsync(Options, default));
        Assert.False(Directory.Exists(Options.Directory));
    }

    [Fact]
    public async Task Spool_of_a_newer_version_is_refused_and_left_alone()
    {
        await (await OpenAsync()).DisposeAsync();
        using (var database = SqliteDatabase.Open(Database, readOnly: false))
        {
            database.Execute($"PRAGMA user_version = {Schema.Version + 1}");
        }

        Assert.Contains("version", (await Assert.ThrowsAsync<IOException>(OpenAsync)).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<IOException>(() => SqliteMessageStore.OpenReadOnlyAsync(Options, default));
        await Assert.ThrowsAsync<IOException>(OpenAsync);
    }

    [Fact]
    public async Task File_that_is_no_database_is_refused_and_releases_the_folder()
    {
        Directory.CreateDirectory(Options.Directory);
        await File.WriteAllTextAsync(Database, new string('x', 10_000));

        await Assert.ThrowsAsync<IOException>(OpenAsync);

        File.Delete(Database);
        await using var store = await OpenAsync();
    }

    [Fact]
    public async Task Folder_that_cannot_be_made_is_an_io_failure()
    {
        var file = Options.Directory;
        await File.WriteAllTextAsync(file, "in the way");

        await Assert.ThrowsAnyAsync<IOException>(OpenAsync);
    }

    [Fact]
    public async Task Store_that_is_closed_answers_writes_as_unavailable()
    {
        var store = await OpenAsync();
        var message = await Mail.MessageAsync(store, Node);
        await store.DisposeAsync();
        await store.DisposeAsync();

        Assert.Equal(WriteOutcome.Unavailable, await store.AcceptAsync(message, default));
        await message.Body.DisposeAsync();
    }

    [Fact]
    public async Task Recovery_on_one_node_takes_over_from_a_node_of_another_name_too()
    {
        await using var store = await OpenAsync();
        var (_, message) = await AcceptAsync(store, 10, new Ownership("old-name", 99));

        Assert.Equal(new RecoveryReport(1, 0, 0), await store.RecoverAsync(Node, default));

        Assert.Equal(message.Id, Assert.Single(await store.ClaimDueAsync(Node, Time.GetUtcNow(), 10, default)).Id);
    }

    [Fact]
    public async Task Open_honours_a_token_that_is_cancelled()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => SqliteMessageStore.OpenAsync(Options, NullLogger.Instance, new CancellationToken(true)));
    }
}
