using Pipeline.Storage.Ports;
using Pipeline.Storage.Tests.Sqlite;

namespace Pipeline.Storage.Tests.Bodies;

/// <summary>Allocations are those of the whole process: nothing else may run.</summary>
[CollectionDefinition(nameof(BodyMemoryTests), DisableParallelization = true)]
[Collection(nameof(BodyMemoryTests))]
public sealed class BodyMemoryTests : SqliteStoreFixture
{
    private const int Megabyte = 1 << 20;

    [Fact]
    public async Task Message_of_fifty_megabytes_passes_through_less_than_two()
    {
        await using var store = await OpenAsync();
        var part = new byte[64 * 1024];
        await PassAsync(store, part, Megabyte);

        Assert.InRange(await Allocations.LeastAsync(() => PassAsync(store, part, 50 * Megabyte)), 0, 2 * Megabyte);
    }

    [Fact]
    public async Task Small_messages_reuse_their_buffers()
    {
        await using var store = await OpenAsync();
        var part = new byte[100_000];
        await PassAsync(store, part, part.Length);

        Assert.InRange(await Allocations.LeastAsync(AcceptTwentyAsync), 0, Megabyte);

        async Task AcceptTwentyAsync()
        {
            for (var i = 0; i < 20; i++)
            {
                // Not read back: that makes a copy which is the reader's.
                var id = Mail.NextId();
                await using var body = store.CreateBody(id);
                await body.WriteAsync(part, default);
                await body.CompleteAsync(default);
                await store.AcceptAsync(Mail.Of(id, Node, body, "a@example.org", ["b@example.net"], Conformance.Mailbag.Header), default);
            }
        }
    }

    private async Task PassAsync(Pipeline.Storage.Sqlite.SqliteMessageStore store, byte[] part, int size)
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
                Mail.Of(id, Node, body, "a@example.org", ["b@example.net"], Conformance.Mailbag.Header), default));
        }

        var stored = await store.ReadAsync(id, default);
        await using (var stream = stored!.Content.OpenBody())
        {
            var read = 0L;
            for (int count; (count = await stream.ReadAsync(part)) > 0;)
            {
                read += count;
            }

            Assert.Equal(stored.Content.BodySize, read);
        }

        Assert.Equal(WriteOutcome.Durable, await CompleteAsync(store, id));
    }
}
