using System.Text;
using Pipeline.Mail.Addressing;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;

namespace Pipeline.Storage.Tests.Conformance;

public abstract partial class MessageStoreConformance
{
    [ConformanceFact]
    public async Task Accepted_message_is_read_back_whole()
    {
        var accepted = await AcceptedAsync(recipients: ["b@example.net", "c@example.net"]);

        var stored = await ReadAsync(accepted.Id);

        Assert.Equal(accepted.Id, stored.Id);
        Assert.Equal(accepted.ReceivedAt, stored.ReceivedAt);
        Assert.Equal(accepted.Envelope with { Recipients = [] }, stored.Envelope with { Recipients = [] });
        Assert.Equal(accepted.Envelope.Recipients.AsEnumerable(), stored.Envelope.Recipients);
        Assert.Equal(accepted.HeaderBlock.ToArray(), stored.Content.HeaderBlock.ToArray());
        Assert.Equal(Encoding.ASCII.GetBytes($"body of {accepted.Id}\r\n"), await BodyAsync(stored.Content));
        Assert.Equal(7, stored.Policy);
        Assert.Equal(accepted.Properties, stored.Properties);
        Assert.Equal(4, stored.NextSequence);
        Assert.Equal(
            [
                new RecipientState(
                    0, new EnvelopeAddress("b", "example.net"), RecipientStatus.Queued, Now, Notify: DsnNotify.Failure, OriginalRecipient: "rfc822;0"),
                new RecipientState(
                    1, new EnvelopeAddress("c", "example.net"), RecipientStatus.Queued, Now, Notify: DsnNotify.Failure, OriginalRecipient: "rfc822;1"),
            ],
            stored.Recipients.AsEnumerable());
    }

    [ConformanceFact]
    public async Task Accepted_message_survives_reopening()
    {
        var accepted = await AcceptedAsync(body: RandomOctets(300_000, 1));

        await ReopenAsync();

        var stored = await ReadAsync(accepted.Id);
        Assert.Equal(RandomOctets(300_000, 1), await BodyAsync(stored.Content));
        Assert.Equal(accepted.Journal.Length, (await Store.ReadJournalAsync(accepted.Id, default)).Length);
    }

    [ConformanceFact]
    public async Task Nothing_is_visible_before_the_accept()
    {
        var message = await Mail.MessageAsync(Store, Node);

        Assert.Null(await Store.ReadAsync(message.Id, default));
        Assert.Empty(await Store.ReadJournalAsync(message.Id, default));
        Assert.Equal(new StoreCounts(0, 0, 0), await Store.CountAsync(default));
        await message.Body.DisposeAsync();
    }

    [ConformanceFact]
    public async Task Accept_of_an_accepted_message_changes_nothing()
    {
        var id = Mail.NextId();
        var first = await Mail.MessageAsync(Store, Node, body: RandomOctets(200_000, 2), id: id);
        var second = await Mail.MessageAsync(Store, Node, body: RandomOctets(200_000, 2), id: id);
        await Store.AcceptAsync(first, default);
        await first.Body.DisposeAsync();

        Assert.Equal(WriteOutcome.Durable, await Store.AcceptAsync(second, default));
        await second.Body.DisposeAsync();

        Assert.Equal(new StoreCounts(1, 1, 1), await Store.CountAsync(default));
        Assert.Equal(first.Journal.Length, (await Store.ReadJournalAsync(id, default)).Length);
        await ReopenAsync();
        Assert.Equal(RandomOctets(200_000, 2), await BodyAsync((await ReadAsync(id)).Content));
    }

    [ConformanceFact]
    public async Task Accept_of_a_message_that_is_complete_does_not_bring_it_back()
    {
        var message = await AcceptedAsync();
        await CompleteAsync(message.Id);
        var again = await Mail.MessageAsync(Store, Node, id: message.Id);

        Assert.Equal(WriteOutcome.Durable, await Store.AcceptAsync(again, default));

        Assert.Null(await Store.ReadAsync(message.Id, default));
        Assert.Equal(0, (await Store.CountAsync(default)).Queued);
        await again.Body.DisposeAsync();
    }

    [ConformanceFact]
    public async Task Accept_after_recorded_events_continues_their_journal()
    {
        var id = Mail.NextId();
        await Store.RecordAsync(id, [Mail.Entry(0, new RecipientRefused("no@example.net", "550 no"))], default);
        var message = await Mail.MessageAsync(Store, Node, id: id, firstSequence: 1);

        Assert.Equal(WriteOutcome.Durable, await Store.AcceptAsync(message, default));
        await message.Body.DisposeAsync();

        Assert.Equal([0, 1, 2, 3], (await Store.ReadJournalAsync(id, default)).Select(e => e.Sequence));
        Assert.Equal(4, (await ReadAsync(id)).NextSequence);
        Assert.Equal([id], await FindAsync(new JournalQuery("a@example.org", "b@example.net", null, null)));
        Assert.Equal([id], await FindAsync(new JournalQuery(null, "no@example.net", null, null)));
    }

    [ConformanceFact]
    public async Task Accepting_claims_the_message_for_its_owner()
    {
        var message = await AcceptedAsync();

        Assert.Empty(await Store.ClaimDueAsync(Node, Now, 10, default));
        Assert.Null(await Store.ClaimAsync(Node, message.Id, default));
        Assert.Equal(new StoreCounts(1, 1, 1), await Store.CountAsync(default));
    }

    [ConformanceTheory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(8191)]
    [InlineData(131_071)]
    [InlineData(131_072)]
    [InlineData(131_073)]
    [InlineData(1_000_000)]
    public async Task Body_of_any_octets_is_kept_exactly(int size)
    {
        var message = await AcceptedAsync(body: RandomOctets(size, size));

        var content = (await ReadAsync(message.Id)).Content;

        Assert.Equal(size, content.BodySize);
        Assert.Equal(RandomOctets(size, size), await BodyAsync(content));
        Assert.Equal(RandomOctets(size, size), await BodyAsync(content));
        if (content.TryGetBody(out var body))
        {
            Assert.Equal(RandomOctets(size, size), body.ToArray());
        }
    }

    [ConformanceFact]
    public async Task Body_that_was_never_written_to_is_empty()
    {
        var id = Mail.NextId();
        await using var body = Store.CreateBody(id);
        await body.CompleteAsync(default);
        await Store.AcceptAsync(Mail.Of(id, Node, body, "a@example.org", ["b@example.net"], Mailbag.Header), default);

        Assert.Equal(0, (await ReadAsync(id)).Content.BodySize);
        Assert.Empty(await BodyAsync((await ReadAsync(id)).Content));
    }

    [ConformanceTheory]
    [InlineData(1000)]
    [InlineData(300_000)]
    public async Task Body_is_readable_from_its_completion_until_it_is_disposed(int size)
    {
        var id = Mail.NextId();
        var body = Store.CreateBody(id);
        foreach (var part in RandomOctets(size, 3).Chunk(777))
        {
            await body.WriteAsync(part, default);
        }

        await body.CompleteAsync(default);
        Assert.Equal(size, body.Length);
        Assert.Equal(RandomOctets(size, 3), await ReadStreamAsync(body.OpenBody()));
        await Store.AcceptAsync(Mail.Of(id, Node, body, "a@example.org", ["b@example.net"], Mailbag.Header), default);

        Assert.Equal(RandomOctets(size, 3), await ReadStreamAsync(body.OpenBody()));
        await body.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => body.OpenBody());
        Assert.Equal(RandomOctets(size, 3), await BodyAsync((await ReadAsync(id)).Content));
    }

    [ConformanceFact]
    public async Task Body_refuses_use_in_the_wrong_order()
    {
        await using var body = Store.CreateBody(Mail.NextId());
        Assert.Throws<InvalidOperationException>(() => body.OpenBody());
        Assert.Throws<InvalidOperationException>(() => body.TryGetBody(out _));
        await body.CompleteAsync(default);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await body.WriteAsync(new byte[1], default));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await body.CompleteAsync(default));
    }

    [ConformanceFact]
    public async Task Accept_refuses_a_body_that_is_not_complete_or_is_disposed()
    {
        var id = Mail.NextId();
        var body = Store.CreateBody(id);
        var message = Mail.Of(id, Node, body, "a@example.org", ["b@example.net"], Mailbag.Header);
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.AcceptAsync(message, default));
        await body.CompleteAsync(default);
        await body.DisposeAsync();
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.AcceptAsync(message, default));
        Assert.Equal(0, (await Store.CountAsync(default)).Queued);
    }

    [ConformanceFact]
    public async Task Accept_refuses_an_owner_without_a_name_and_a_journal_that_is_empty_or_has_a_gap()
    {
        var message = await Mail.MessageAsync(Store, Node);
        foreach (var wrong in new[]
        {
            message with { Owner = default },
            message with { Journal = [] },
            message with { Journal = [message.Journal[0], message.Journal[2]] },
        })
        {
            await Assert.ThrowsAsync<ArgumentException>(async () => await Store.AcceptAsync(wrong, default));
        }

        Assert.Equal(WriteOutcome.Durable, await Store.AcceptAsync(message, default));
        await message.Body.DisposeAsync();
    }

    [ConformanceFact]
    public async Task Header_block_of_a_megabyte_is_kept()
    {
        var header = RandomOctets(1 << 20, 4);
        var message = await Mail.MessageAsync(Store, Node, header: header);
        await Store.AcceptAsync(message, default);
        await message.Body.DisposeAsync();

        Assert.Equal(header, (await ReadAsync(message.Id)).Content.HeaderBlock.ToArray());
    }

    [ConformanceTheory]
    [InlineData("", "b@example.net")]
    [InlineData("büro@exämple.org", "用户@例子.广告")]
    [InlineData("\"a b@c\"@example.org", "\"\\\"\"@[IPv6:::1]")]
    [InlineData("unqualified", "x@[192.0.2.1]")]
    public async Task Addresses_of_every_shape_are_kept(string sender, string recipient)
    {
        var message = await AcceptedAsync(sender: sender, recipients: [recipient]);

        var stored = await ReadAsync(message.Id);

        Assert.Equal(message.Envelope.Sender, stored.Envelope.Sender);
        Assert.Equal(message.Envelope.Recipients[0].Address, stored.Recipients[0].Address);
        Assert.Equal([message.Id], await FindAsync(new JournalQuery(sender, recipient, null, null)));
    }

    [ConformanceFact]
    public async Task Cancelled_accept_changes_nothing()
    {
        var message = await Mail.MessageAsync(Store, Node);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.AcceptAsync(message, new CancellationToken(true)));
        Assert.Null(await Store.ReadAsync(message.Id, default));
        await message.Body.DisposeAsync();
    }

    private static async Task<byte[]> ReadStreamAsync(Stream stream)
    {
        await using (stream)
        {
            using var copy = new MemoryStream();
            await stream.CopyToAsync(copy);
            return copy.ToArray();
        }
    }
}
