using Pipeline.Storage.Ports;
using Pipeline.Storage.TestKit;
using Pipeline.Storage.Tests.Bodies;

namespace Pipeline.Storage.Tests.Postgres;

/// <summary>Allocations are those of the whole process: nothing else may run. How many there are depends on how often a read of the connection has to wait.</summary>
[Collection(nameof(BodyMemoryTests))]
public sealed class PostgresBodyMemoryTests : PostgresStoreFixture
{
    private const int Megabyte = 1 << 20;

    [PostgresFact]
    public async Task Message_of_fifty_megabytes_passes_through_a_tenth_of_that()
    {
        var database = await SharedPostgres.CreateDatabaseAsync();
        await using var store = await OpenAsync(database, "a");
        await JoinAsync(database, NodeA);
        var part = new byte[64 * 1024];
        await PassAsync(store, part, 2 * Megabyte);

        Assert.InRange(await Allocations.LeastAsync(() => PassAsync(store, part, 50 * Megabyte)), 0, 5 * Megabyte);
    }

    private async Task PassAsync(Pipeline.Storage.Postgres.PostgresMessageStore store, byte[] part, int size)
    {
        var id = Mail.NextId();
        await using (var body = store.CreateBody(id))
        {
            for (var written = 0; written < size; written += part.Length)
            {
                await body.WriteAsync(part, default);
            }

            await body.CompleteAsync(default);
            Assert.Equal(WriteOutcome.Durable, await store.AcceptAsync(
                Mail.Of(id, NodeA, body, "a@example.org", ["b@example.net"], Conformance.Mailbag.Header), default));
        }

        var stored = await store.ReadAsync(id, default);
        await using (var stream = stored!.Content.OpenBody())
        {
            var read = 0L;
            for (int count; (count = await stream.ReadAsync(part)) > 0;)
            {
                read += count;
            }

            Assert.Equal(size, read);
        }

        Assert.Equal(WriteOutcome.Durable, await CompleteAsync(store, NodeA, stored));
    }
}
