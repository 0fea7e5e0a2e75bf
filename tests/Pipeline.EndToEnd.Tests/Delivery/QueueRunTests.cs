using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Node.Admin;
using Pipeline.Storage.Ports;
using Pipeline.Tests.Support.Smtp;

namespace Pipeline.EndToEnd.Tests.Delivery;

/// <summary>Messages that are only queued, in a whole node: they wait for a queue run, over restarts too.</summary>
public sealed class QueueRunTests : IDisposable
{
    private const string Mail = "From: <a@local.test>\nSubject: hello\n\nbody\n";

    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Message_that_is_only_queued_is_delivered_by_an_ordered_queue_run_also_after_a_restart()
    {
        var policy = Policies.Local(main: "queue_only\nlog_file_path = FOLDER/%slog");
        var id = await OnlyQueueAsync(policy);
        await using var later = await TestNode.StartAsync(_folder, policy, ahead: TimeSpan.FromDays(5));
        Assert.True(Assert.Single((await later.Store.ListAsync(new QueueQuery(), CancellationToken.None)).Single().Recipients).AwaitsQueueRun);
        Assert.Empty(_folder.Mail("b"));
        await RunQueueAsync(later, "");
        await later.UntilAsync<MessageCompleted>(id);
        Assert.Single(_folder.Mail("b"));
        await later.StopAsync();
        var log = await File.ReadAllTextAsync(Path.Combine(_folder.Path, "mainlog"));
        Assert.DoesNotContain("no immediate delivery", log, StringComparison.Ordinal);
        Assert.Contains("Start queue run: pid=", log, StringComparison.Ordinal);
        Assert.Contains("End queue run: pid=", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Node_with_an_interval_makes_a_queue_run_when_it_starts()
    {
        var policy = Policies.Local(main: "queue_only");
        var id = await OnlyQueueAsync(policy);
        await using var later = await TestNode.StartAsync(_folder, policy, queueInterval: TimeSpan.FromHours(1));
        await later.UntilAsync<MessageCompleted>(id);
        Assert.Single(_folder.Mail("b"));
    }

    [Fact]
    public async Task Message_of_a_named_queue_is_left_alone_by_a_run_of_another()
    {
        await using var node = await TestNode.StartAsync(_folder, Policies.Local(main: "log_file_path = FOLDER/%slog\nacl_smtp_mail = check_mail").Replace("begin acl\n", """
            begin acl
            check_mail:
              accept  queue = slow
                      control = queue

            """, StringComparison.Ordinal));
        var id = await node.SendAsync("a@local.test", ["b@local.test"], Mail);
        await node.UntilAsync<MessagePostponed>(id);
        Assert.Equal("slow", Assert.Single(await node.Store.ListAsync(new QueueQuery(Queue: "slow"), CancellationToken.None)).Queue);
        Assert.Empty(await node.Store.ListAsync(new QueueQuery(Queue: ""), CancellationToken.None));

        await RunQueueAsync(node, "");
        Assert.True(Assert.Single((await node.Store.ListAsync(new QueueQuery(), CancellationToken.None)).Single().Recipients).AwaitsQueueRun);
        await RunQueueAsync(node, "slow");
        await node.UntilAsync<MessageCompleted>(id);
        Assert.Single(_folder.Mail("b"));
        await node.StopAsync();
        var log = await File.ReadAllTextAsync(Path.Combine(_folder.Path, "mainlog"));
        Assert.Contains($"{id} no immediate delivery: queued by ACL", log, StringComparison.Ordinal);
        Assert.Contains(" Q=slow", log.Split('\n').Single(line => line.Contains($"{id} <= ", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("=> b <b@local.test> Q=slow R=local T=maildir", log, StringComparison.Ordinal);
        Assert.Contains("Start 'slow' queue run: pid=", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Remote_deliveries_of_queue_smtp_domains_wait_while_local_ones_are_made()
    {
        await using var peer = ScriptedSmtpPeer.Serve(static _ => null);
        await using var node = await TestNode.StartAsync(_folder, Policies.Smarthost(peer.EndPoint).Replace("acl_smtp_rcpt", "queue_smtp_domains = remote.test\nacl_smtp_rcpt", StringComparison.Ordinal));
        var id = await node.SendAsync("a@local.test", ["b@local.test", "c@remote.test"], Mail);
        var events = await node.UntilAsync(id, found => found.OfType<RecipientPostponed>().Any() && found.OfType<RecipientDelivered>().Any());
        Assert.Equal((1, "smarthost", "smtp"), events.OfType<RecipientPostponed>().Select(postponed => (postponed.Recipient, postponed.Router, postponed.Transport)).Single());
        Assert.Single(_folder.Mail("b"));

        await RunQueueAsync(node, "");
        await node.UntilAsync<MessageCompleted>(id);
    }

    [Fact]
    public async Task Held_domain_is_delivered_to_when_somebody_forces_it()
    {
        await using var node = await TestNode.StartAsync(_folder, Policies.Local(main: "hold_domains = local.test"));
        var id = await node.SendAsync("a@local.test", ["b@local.test"], Mail);
        await node.UntilAsync<RecipientPostponed>(id);
        using var admin = await AdminClient.ConnectAsync(node.StoreDirectory, CancellationToken.None);
        await Eventually.IsAsync(
            async () =>
            {
                // An order that meets the end of the round that has held it is one about a message that is being worked on.
                await admin!.OrderAsync(id.ToString(), "retry", CancellationToken.None);
                return (await node.Store.CountAsync(CancellationToken.None)).Queued == 0 ? "" : null;
            },
            () => node.ExplainAsync(id));
        Assert.Single(_folder.Mail("b"));
    }

    [Fact]
    public async Task Held_message_of_an_older_policy_goes_when_the_list_has_changed()
    {
        var held = Policies.Local(main: "hold_domains = local.test");
        MessageId id;
        await using (var node = await TestNode.StartAsync(_folder, held))
        {
            id = await node.SendAsync("a@local.test", ["b@local.test"], Mail);
            await node.UntilAsync<RecipientPostponed>(id);
        }

        await using var later = await TestNode.StartAsync(_folder, Policies.Local(), ahead: TimeSpan.FromMinutes(16));
        await later.UntilAsync<MessageCompleted>(id);
        Assert.Single(_folder.Mail("b"));
    }

    [Fact]
    public async Task Queue_run_is_abandoned_under_load_unless_it_is_forced()
    {
        await using var node = await TestNode.StartAsync(_folder, Policies.Local(main: "deliver_queue_load_max = -1"));
        using var admin = await AdminClient.ConnectAsync(node.StoreDirectory, CancellationToken.None);
        var refused = await admin!.RunQueueAsync(CancellationToken.None);
        Assert.False(refused.Done);
        Assert.StartsWith("no queue run: the load is ", refused.Text, StringComparison.Ordinal);
        Assert.True((await admin.RunQueueAsync(CancellationToken.None, force: true)).Done);
    }

    /// <summary>A message that a node has only queued; the node has stopped since.</summary>
    private async Task<MessageId> OnlyQueueAsync(string policy)
    {
        await using var node = await TestNode.StartAsync(_folder, policy);
        var id = await node.SendAsync("a@local.test", ["b@local.test"], Mail);
        await node.UntilAsync<MessagePostponed>(id);
        Assert.Contains("waits for a queue run", await node.ExplainAsync(id), StringComparison.Ordinal);
        return id;
    }

    private static async Task RunQueueAsync(TestNode node, string queue)
    {
        using var admin = await AdminClient.ConnectAsync(node.StoreDirectory, CancellationToken.None);
        Assert.True((await admin!.RunQueueAsync(CancellationToken.None, queue)).Done);
    }
}
