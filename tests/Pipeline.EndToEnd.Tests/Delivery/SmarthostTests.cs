using System.Text;
using Pipeline.Actors.Receipt;
using Pipeline.Mail.Smtp;
using Pipeline.Messages.Journal;
using Pipeline.Node.Admin;
using Pipeline.Node.Listeners;

namespace Pipeline.EndToEnd.Tests.Delivery;

/// <summary>Mail that goes on by SMTP: the next hop is our own server with a receipt that does as a test says.</summary>
public sealed class SmarthostTests : IAsyncLifetime, IDisposable
{
    private const string Mail = "From: <a@local.test>\nSubject: onwards\n\n.dot\nbody\n";

    private readonly Folder _folder = new();
    private readonly FakeReceipt _sink = new() { Capabilities = new SmtpCapabilities(FakeReceipt.HostName, 0) };
    private SmtpServer _peer = null!;

    public async Task InitializeAsync() => _peer = await KestrelFixture.StartAsync(_sink);

    public async Task DisposeAsync() => await _peer.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_message_reaches_the_next_hop_with_our_trace_field_and_its_body_as_it_was()
    {
        await using var node = await StartAsync();

        var id = await node.SendAsync("a@local.test", ["b@remote.test"], Mail);

        var events = await node.UntilAsync<MessageCompleted>(id);
        Assert.Equal("127.0.0.1", Assert.Single(events.OfType<RecipientDelivered>()).Address);
        var message = Encoding.ASCII.GetString(Assert.Single(_sink.Messages));
        Assert.StartsWith("Received: ", message, StringComparison.Ordinal);
        Assert.Contains($"id {id}", message, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n.dot\r\nbody\r\n", message, StringComparison.Ordinal);
        Assert.Equal("a@local.test", Assert.Single(_sink.Mails).Sender.ToString());
    }

    [Fact]
    public async Task A_next_hop_that_is_the_node_itself_is_not_connected_to()
    {
        // The client came to the port that the route leads back to.
        var loop = Policies.Smarthost(_peer.Endpoints[0])
            .Replace($"route_list = * 127.0.0.1::{_peer.Endpoints[0].Port}", "route_data = 127.0.0.1::$received_port", StringComparison.Ordinal)
            .Replace("allow_localhost", "", StringComparison.Ordinal);
        await using var node = await TestNode.StartAsync(_folder, loop);

        var id = await node.SendAsync("a@local.test", ["b@remote.test"], Mail);

        var events = await node.UntilAsync<RecipientDeferred>(id);
        Assert.Equal("remote host address is the local host", Assert.Single(events.OfType<RecipientDeferred>()).Reason);
        Assert.Empty(_sink.Messages);
    }

    [Fact]
    public async Task Recipients_of_one_next_hop_share_a_transaction()
    {
        await using var node = await StartAsync();

        var id = await node.SendAsync("a@local.test", ["b@remote.test", "c@remote.test", "d@remote.test"], Mail);

        var events = await node.UntilAsync<MessageCompleted>(id);
        Assert.Equal(3, events.OfType<RecipientDelivered>().Count());
        Assert.Single(_sink.Messages);
        Assert.Equal(["b", "c", "d"], _sink.Recipients.Select(recipient => recipient.Address.LocalPart).Order());
    }

    [Fact]
    public async Task A_message_larger_than_what_is_kept_in_memory_arrives_octet_for_octet()
    {
        await using var node = await StartAsync();
        var body = Body(1_500_000);

        var id = await node.SendAsync("a@local.test", ["b@remote.test"], "Subject: large\n\n" + body);

        await node.UntilAsync<MessageCompleted>(id);
        var message = Assert.Single(_sink.Messages);
        var arrived = Encoding.ASCII.GetString(message.AsSpan(message.AsSpan().IndexOf("\r\n\r\n"u8) + 4));
        Assert.True(arrived == body.ReplaceLineEndings("\r\n"), "the body is not the one that was sent");
        Assert.Empty(Directory.GetFiles(Path.Combine(node.StoreDirectory, "bodies")));
    }

    [Fact]
    public async Task A_temporary_refusal_is_tried_again_after_its_interval_and_a_restart_of_the_node()
    {
        Refuse("rcpt ", 450);
        Pipeline.Mail.Message.MessageId id;
        await using (var node = await StartAsync())
        {
            id = await node.SendAsync("a@local.test", ["b@remote.test"], Mail);
            await node.UntilAsync<RecipientDeferred>(id);
        }

        _sink.Script = _ => null;
        await using (var early = await StartAsync(TimeSpan.FromMinutes(10)))
        {
            await early.StopAsync();
        }

        Assert.Empty(_sink.Messages);
        await using var later = await StartAsync(TimeSpan.FromMinutes(16));

        var events = await later.UntilAsync<MessageCompleted>(id);
        Assert.Single(_sink.Messages);
        Assert.Equal([1, 2], events.OfType<AttemptStarted>().Select(attempt => attempt.Attempt));
        var deferred = Assert.Single(events.OfType<RecipientDeferred>());
        Assert.Contains("450", deferred.Reply, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_has_failed_is_not_tried_for_other_messages_until_somebody_orders_it()
    {
        Refuse("mail ", 421);
        await using var node = await StartAsync();
        var first = await DeferAsync(node);
        _sink.Script = _ => null;

        var second = await node.SendAsync("a@local.test", ["c@remote.test"], Mail);
        var events = await node.UntilAsync<RecipientDeferred>(second);
        var deferred = Assert.Single(events.OfType<RecipientDeferred>());
        Assert.Equal(("HostRetryTimeNotReached", "retry time not reached for any host for 'remote.test'"), (deferred.Class, deferred.Reason));
        Assert.Empty(events.OfType<AttemptStarted>());
        Assert.Empty(_sink.Messages);

        using var admin = await AdminClient.ConnectAsync(node.StoreDirectory, CancellationToken.None);
        Assert.True((await admin!.OrderAsync(first.ToString(), "retry", CancellationToken.None)).Done);
        await node.UntilAsync<MessageCompleted>(first);

        // It has answered: nothing is held against it any more.
        var third = await node.SendAsync("a@local.test", ["d@remote.test"], Mail);
        await node.UntilAsync<MessageCompleted>(third);
        Assert.Empty((await node.Store.ListHintsAsync("retry/", 10, CancellationToken.None)).Where(hint => hint.Key.StartsWith("retry/", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_host_that_has_failed_is_remembered_over_a_restart_and_what_waits_for_it_goes_on_in_time()
    {
        Refuse("mail ", 421);
        Pipeline.Mail.Message.MessageId first, second;
        await using (var node = await StartAsync())
        {
            first = await DeferAsync(node);
        }

        _sink.Script = _ => null;
        await using (var again = await StartAsync(TimeSpan.FromMinutes(5)))
        {
            second = await again.SendAsync("a@local.test", ["c@remote.test"], Mail);
            await again.UntilAsync<RecipientDeferred>(second);
        }

        // A quarter of an hour after the failure, and a little later for the one that was not tried.
        await using var later = await StartAsync(TimeSpan.FromMinutes(17));
        await later.UntilAsync<MessageCompleted>(first);
        await later.UntilAsync<MessageCompleted>(second);
        Assert.Equal(2, _sink.Messages.Count);
    }

    [Fact]
    public async Task An_operator_can_have_a_deferred_message_tried_at_once()
    {
        Refuse("rcpt ", 450);
        await using var node = await StartAsync();
        var id = await DeferAsync(node);
        _sink.Script = _ => null;

        using var admin = await AdminClient.ConnectAsync(node.StoreDirectory, CancellationToken.None);
        var answer = await admin!.OrderAsync(id.ToString(), "retry", CancellationToken.None);

        Assert.True(answer.Done, answer.Text);
        await node.UntilAsync<MessageCompleted>(id);
        Assert.Single(_sink.Messages);
    }

    [Fact]
    public async Task An_operator_can_take_a_message_out_of_the_queue_and_nobody_is_told()
    {
        Refuse("rcpt ", 450);
        await using var node = await StartAsync();
        var id = await DeferAsync(node);

        using var admin = await AdminClient.ConnectAsync(node.StoreDirectory, CancellationToken.None);
        var answer = await admin!.OrderAsync(id.ToString(), "remove", CancellationToken.None);

        Assert.True(answer.Done, answer.Text);
        var events = await node.UntilAsync<MessageCompleted>(id);
        Assert.Equal(OperatorActed.Removed, Assert.Single(events.OfType<OperatorActed>()).Action);
        Assert.Empty(events.OfType<NotificationSent>());
        Assert.Equal(0, (await admin.StatusAsync(CancellationToken.None)).Queued);
        Assert.False((await admin.OrderAsync(id.ToString(), "remove", CancellationToken.None)).Done);
    }

    [Fact]
    public async Task A_permanent_refusal_comes_back_to_the_sender_as_a_delivery_status_notification()
    {
        Refuse("rcpt ", 550);
        await using var node = await StartAsync();

        var id = await node.SendAsync("a@local.test", ["b@remote.test"], Mail);

        var events = await node.UntilAsync<MessageCompleted>(id);
        var sent = Assert.Single(events.OfType<NotificationSent>());
        await node.UntilAsync<MessageCompleted>(Pipeline.Mail.Message.MessageId.TryCreate(sent.MessageId, out var notification) ? notification : default);
        var text = await File.ReadAllTextAsync(Assert.Single(_folder.Mail("a")));
        Assert.Contains("Return-path: <>", text, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("multipart/report", text, StringComparison.Ordinal);
        Assert.Contains("report-type=delivery-status", text, StringComparison.Ordinal);
        Assert.Contains("Content-type: message/delivery-status", text, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Action: failed", text, StringComparison.Ordinal);
        Assert.Contains("Final-Recipient: rfc822;b@remote.test", text.Replace("rfc822; ", "rfc822;", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("Status: 5.", text, StringComparison.Ordinal);
        Assert.Contains("Subject: onwards", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_relay_that_is_denied_is_explained()
    {
        await using var node = await StartAsync();
        await using var client = await node.ConnectAsync();
        await client.CommandAsync("MAIL FROM:<a@local.test>", "250 ");
        await client.CommandAsync("RCPT TO:<b@elsewhere.test>", "550 ");
        await client.CommandAsync("QUIT", "221 ");

        var id = (await Eventually.IsAsync(
            async () => await node.Store.FindAsync(new Storage.Ports.JournalQuery("a@local.test", null, null, null, 1), CancellationToken.None) is [var found]
                ? found.ToString()
                : null,
            () => Task.FromResult("the refused transaction is not in the journal")))!;
        Assert.True(Pipeline.Mail.Message.MessageId.TryCreate(id, out var message));
        await node.UntilAsync<TransactionAborted>(message);
        var explained = await node.ExplainAsync(message);
        Assert.Contains("<b@elsewhere.test> refused: 550", explained, StringComparison.Ordinal);
        Assert.Contains("relay not permitted", explained, StringComparison.Ordinal);
        Assert.Contains("mailpipeline.conf:", explained, StringComparison.Ordinal);
    }

    private Task<TestNode> StartAsync(TimeSpan ahead = default) =>
        TestNode.StartAsync(_folder, Policies.Smarthost(_peer.Endpoints[0]), ahead: ahead);

    private void Refuse(string call, int code) =>
        _sink.Script = line => line.StartsWith(call, StringComparison.Ordinal)
            ? new ReceiptDecision(new SmtpReply(code, new EnhancedStatusCode((byte)(code / 100), 1, 1), "not here"))
            : null;

    private static async Task<Pipeline.Mail.Message.MessageId> DeferAsync(TestNode node)
    {
        var id = await node.SendAsync("a@local.test", ["b@remote.test"], Mail);
        await node.UntilAsync<RecipientDeferred>(id);
        await Eventually.IsAsync(
            async () => (await node.Store.CountAsync(CancellationToken.None)).Claimed == 0 ? "" : null,
            () => Task.FromResult("the message was not given back to the queue"));
        return id;
    }

    private static string Body(int octets)
    {
        var random = new Random(1);
        var body = new StringBuilder(octets);
        while (body.Length < octets)
        {
            body.Append(random.Next(20) == 0 ? "." : "").Append((char)('a' + random.Next(26)), random.Next(1, 200)).Append('\n');
        }

        return body.ToString();
    }
}
