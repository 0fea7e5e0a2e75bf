using Pipeline.Storage.Ports;
using Pipeline.Storage.Sqlite.Database;

namespace Pipeline.Storage.Tests.Sqlite;

public sealed class DamageTests : SqliteStoreFixture
{
    [Fact]
    public async Task Damaged_message_does_not_hold_up_recovery_or_the_claims_of_others()
    {
        var store = await OpenAsync();
        var (_, damaged) = await AcceptAsync(store, 10);
        var (_, sound) = await AcceptAsync(store, 10);
        await store.DisposeAsync();
        Damage($"UPDATE queue SET document = x'7b' WHERE id = '{damaged.Id}'");

        await using var next = await OpenAsync();
        var owner = Node with { Epoch = 2 };
        Assert.Equal(1, (await next.RecoverAsync(owner, default)).Messages);
        Assert.Equal(sound.Id, Assert.Single(await next.ClaimDueAsync(owner, Time.GetUtcNow(), 10, default)).Id);
        await Assert.ThrowsAsync<IOException>(async () => await next.ReadAsync(damaged.Id, default));
        Assert.NotEmpty(await next.ReadJournalAsync(damaged.Id, default));
    }

    [Fact]
    public async Task Damaged_message_among_those_due_is_claimed_once_and_left_out()
    {
        var store = await OpenAsync();
        var (_, damaged) = await AcceptAsync(store, 10);
        var (_, sound) = await AcceptAsync(store, 10);
        foreach (var message in new[] { damaged, sound })
        {
            await store.UpdateAsync(new MessageUpdate { Id = message.Id, Owner = Node, Journal = [], Closing = UpdateClosing.Release }, default);
        }

        await store.DisposeAsync();
        Damage($"DELETE FROM content WHERE n = (SELECT content FROM queue WHERE id = '{damaged.Id}')");

        await using var next = await OpenAsync();
        Assert.Equal(sound.Id, Assert.Single(await next.ClaimDueAsync(Node, Time.GetUtcNow(), 10, default)).Id);
        Assert.Empty(await next.ClaimDueAsync(Node, Time.GetUtcNow(), 10, default));
    }

    private void Damage(string sql)
    {
        using var database = SqliteDatabase.Open(Database, readOnly: false);
        database.Execute(sql);
    }
}
