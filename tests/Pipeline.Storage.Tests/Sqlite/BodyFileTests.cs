using Pipeline.Storage.Ports;

namespace Pipeline.Storage.Tests.Sqlite;

public sealed class BodyFileTests : SqliteStoreFixture
{
    private const int Large = 300_000;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(131_072)]
    public async Task Small_body_needs_no_file(int size)
    {
        await using var store = await OpenAsync();
        await AcceptAsync(store, size);

        Assert.Empty(BodyFiles);
    }

    [Fact]
    public async Task Large_body_has_a_file_until_its_message_is_complete()
    {
        var store = await OpenAsync();
        var (_, message) = await AcceptAsync(store, Large);
        Assert.Equal(Large, new FileInfo(Assert.Single(BodyFiles)).Length);

        await CompleteAsync(store, message.Id);
        await store.DisposeAsync();

        Assert.Empty(BodyFiles);
    }

    [Fact]
    public async Task Stream_over_a_body_outlives_the_message()
    {
        await using var store = await OpenAsync();
        var (_, message) = await AcceptAsync(store, Large);
        await using var stream = (await store.ReadAsync(message.Id, default))!.Content.OpenBody();

        await CompleteAsync(store, message.Id);

        Assert.Equal(Large, await CountAsync(stream));
    }

    [Fact]
    public async Task Body_that_is_discarded_leaves_no_file()
    {
        var store = await OpenAsync();
        var unfinished = store.CreateBody(Mail.NextId());
        await unfinished.WriteAsync(new byte[Large], default);
        var finished = store.CreateBody(Mail.NextId());
        await finished.WriteAsync(new byte[Large], default);
        await finished.CompleteAsync(default);
        Assert.Equal(2, BodyFiles.Length);

        await unfinished.DisposeAsync();
        await finished.DisposeAsync();
        await store.DisposeAsync();

        Assert.Empty(BodyFiles);
    }

    [Theory]
    [InlineData(true, long.MaxValue)]
    [InlineData(false, 0)]
    [InlineData(false, 200_000)]
    public async Task Full_disk_while_the_body_arrives_is_an_io_failure_of_this_message_alone(bool failCreate, long writeLimit)
    {
        var store = await OpenAsync();
        Files.FailCreate = failCreate;
        Files.WriteLimit = writeLimit;
        var body = store.CreateBody(Mail.NextId());

        await Assert.ThrowsAsync<IOException>(async () =>
        {
            for (var i = 0; i < 10; i++)
            {
                await body.WriteAsync(new byte[Large / 10], default);
            }

            await body.CompleteAsync(default);
        });
        await Assert.ThrowsAsync<IOException>(async () => await body.WriteAsync(new byte[1], default));
        await Assert.ThrowsAsync<IOException>(async () => await body.CompleteAsync(default));
        await body.DisposeAsync();

        Assert.Equal(WriteOutcome.Durable, (await AcceptAsync(store, 1000)).Outcome);
        (Files.FailCreate, Files.WriteLimit) = (false, long.MaxValue);
        Assert.Equal(WriteOutcome.Durable, (await AcceptAsync(store, Large)).Outcome);
        await store.DisposeAsync();
        Assert.Single(BodyFiles);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Body_that_cannot_be_made_durable_is_not_accepted_and_can_be_tried_again(bool file)
    {
        await using var store = await OpenAsync();
        var message = await Mail.MessageAsync(store, Node, body: new byte[Large]);
        (Files.FailSync, Files.FailSyncDirectory) = (file, !file);

        Assert.Equal(WriteOutcome.Unavailable, await store.AcceptAsync(message, default));
        Assert.Null(await store.ReadAsync(message.Id, default));
        Assert.Equal(WriteOutcome.Durable, (await AcceptAsync(store, 1000)).Outcome);

        (Files.FailSync, Files.FailSyncDirectory) = (false, false);
        Assert.Equal(WriteOutcome.Durable, await store.AcceptAsync(message, default));
        await message.Body.DisposeAsync();
        Assert.Equal(Large, await CountAsync((await store.ReadAsync(message.Id, default))!.Content.OpenBody()));
    }

    [Fact]
    public async Task Update_whose_notification_cannot_be_made_durable_changes_nothing()
    {
        await using var store = await OpenAsync();
        var (_, message) = await AcceptAsync(store, 1000);
        var small = await Mail.MessageAsync(store, Node, sender: "");
        var large = await Mail.MessageAsync(store, Node, sender: "", body: new byte[Large]);
        var update = new MessageUpdate
        {
            Id = message.Id,
            Owner = Node,
            Closing = UpdateClosing.Complete,
            Journal = [Mail.Entry(3, new Pipeline.Messages.Journal.MessageCompleted())],
            Notifications = [small, large],
        };
        Files.FailSync = true;
        Assert.Equal(WriteOutcome.Unavailable, await store.UpdateAsync(update, default));
        Assert.Equal(1, (await store.CountAsync(default)).Queued);

        Files.FailSync = false;
        Assert.Equal(WriteOutcome.Durable, await store.UpdateAsync(update, default));
        Assert.Equal(2, (await store.CountAsync(default)).Queued);
        await small.Body.DisposeAsync();
        await large.Body.DisposeAsync();
        Assert.Single(BodyFiles);
    }

    [Fact]
    public async Task File_that_could_not_be_deleted_is_swept_when_the_store_is_opened_again()
    {
        var store = await OpenAsync();
        var (_, kept) = await AcceptAsync(store, Large);
        var (_, complete) = await AcceptAsync(store, Large);
        Files.FailDelete = true;
        await CompleteAsync(store, complete.Id);
        await store.DisposeAsync();
        Assert.Equal(2, BodyFiles.Length);

        Files.FailDelete = false;
        await using var next = await OpenAsync();
        var arriving = next.CreateBody(Mail.NextId());
        await arriving.WriteAsync(new byte[Large], default);
        Assert.Equal(1, (await next.RecoverAsync(Node with { Epoch = 2 }, default)).OrphanFiles);

        Assert.Equal(2, BodyFiles.Length);
        Assert.Equal(Large, await CountAsync((await next.ReadAsync(kept.Id, default))!.Content.OpenBody()));
        await arriving.DisposeAsync();
    }

    [Fact]
    public async Task Body_is_kept_while_a_commit_reads_it_though_it_is_disposed()
    {
        await using var store = await OpenAsync();
        var accepts = new List<(NewMessage Message, ValueTask<WriteOutcome> Outcome)>();
        for (var i = 0; i < 200; i++)
        {
            var octets = new byte[5000];
            octets.AsSpan().Fill((byte)i);
            var message = await Mail.MessageAsync(store, Node, body: octets);
            var outcome = store.AcceptAsync(message, default);
            await message.Body.DisposeAsync();
            accepts.Add((message, outcome));
        }

        for (var i = 0; i < accepts.Count; i++)
        {
            Assert.Equal(WriteOutcome.Durable, await accepts[i].Outcome);
            Assert.True((await store.ReadAsync(accepts[i].Message.Id, default))!.Content.TryGetBody(out var body));
            Assert.Equal(5000, body.Length);
            Assert.Equal(-1, body.Span.IndexOfAnyExcept((byte)i));
        }
    }

    private static async Task<int> CountAsync(Stream stream)
    {
        var (count, buffer) = (0, new byte[64 * 1024]);
        for (int read; (read = await stream.ReadAsync(buffer)) > 0;)
        {
            count += read;
        }

        return count;
    }
}
