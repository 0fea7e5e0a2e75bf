using Pipeline.Storage.Ports;
using Pipeline.Storage.Postgres.Private;
using Pipeline.Storage.TestKit;

namespace Pipeline.Storage.Tests.Postgres;

/// <summary>Several nodes that change the same hints.</summary>
public sealed class SharedHintsTests : PostgresStoreFixture
{
    [PostgresFact]
    public async Task Changes_of_three_nodes_at_once_are_all_made()
    {
        var database = await SharedPostgres.CreateDatabaseAsync();
        await using var a = await OpenAsync(database, "a");
        await using var b = await OpenAsync(database, "b");
        await using var c = await OpenAsync(database, "c");
        const int Each = 500;

        var outcomes = await Task.WhenAll(((IMessageStore[])[a, b, c]).SelectMany(store =>
            Enumerable.Range(0, Each).Select(i => Task.Run(async () => await store.ChangeHintAsync($"count/{i % 2}", Add, default)))));

        Assert.All(outcomes, outcome => Assert.Equal(WriteOutcome.Durable, outcome));
        Assert.Equal([3 * Each / 2, 3 * Each / 2], (await b.ListHintsAsync("count/", 2, default)).Select(hint => BitConverter.ToInt32(hint.Value)));
    }

    [PostgresFact]
    public async Task One_of_many_that_make_a_hint_at_once_finds_that_it_is_new()
    {
        var database = await SharedPostgres.CreateDatabaseAsync();
        await using var a = await OpenAsync(database, "a");
        await using var b = await OpenAsync(database, "b");
        for (var round = 0; round < 20; round++)
        {
            var key = $"unique/{round}";
            var found = await Task.WhenAll(((IMessageStore[])[a, b, a, b]).Select(store => Task.Run(async () =>
            {
                var isNew = false;
                await store.ChangeHintAsync(
                    key,
                    value =>
                    {
                        isNew = value is null;
                        return value ?? [1];
                    },
                    default);
                return isNew;
            })));
            Assert.Single(found, static isNew => isNew);
        }
    }

    [PostgresFact]
    public async Task While_the_server_is_away_a_change_is_answered_within_the_bound_and_afterwards_it_is_made()
    {
        await using var server = await PrivatePostgres.StartAsync(durable: false, default);
        var database = await server.CreateDatabaseAsync("mail", default);
        await using var store = await Pipeline.Storage.Postgres.PostgresMessageStore.OpenAsync(
            new() { ConnectionString = database, Node = "a", HintTimeout = TimeSpan.FromMilliseconds(200) }, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, default);
        Assert.Equal(WriteOutcome.Durable, await store.ChangeHintAsync("count/a", Add, default));
        await server.StopServerAsync(crash: false, default);

        var refused = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => store.ChangeHintAsync("count/a", Add, default).AsTask())).WaitAsync(Soon);
        Assert.All(refused, outcome => Assert.Equal(WriteOutcome.Unavailable, outcome));
        await Assert.ThrowsAsync<IOException>(async () => await store.GetHintAsync("count/a", default));

        await server.StartServerAsync(default);
        while (await store.ChangeHintAsync("count/a", Add, default) != WriteOutcome.Durable)
        {
            // The server takes its time.
        }

        Assert.Equal(2, BitConverter.ToInt32(await store.GetHintAsync("count/a", default)));
    }

    private static byte[] Add(byte[]? value) => BitConverter.GetBytes((value is null ? 0 : BitConverter.ToInt32(value)) + 1);
}
