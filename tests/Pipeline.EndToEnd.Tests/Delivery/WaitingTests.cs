using System.Net;
using Pipeline.Messages.Journal;
using Pipeline.Node.Admin;
using Pipeline.Node.CommandLine.Queue;
using Pipeline.Storage.Ports;
using Pipeline.Tests.Support.Smtp;

namespace Pipeline.EndToEnd.Tests.Delivery;

/// <summary>Messages that wait in a whole node: frozen ones, and those whose sender is told of the delay.</summary>
public sealed class WaitingTests : IDisposable
{
    private const string Mail = "From: <a@local.test>\nSubject: hello\n\nbody\n";

    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Message_that_an_ACL_freezes_waits_until_an_operator_thaws_it()
    {
        await using var node = await TestNode.StartAsync(_folder, Freezing("freeze_tell = postmaster@local.test"));
        var id = await node.SendAsync("a@local.test", ["b@local.test"], Mail);
        await node.UntilAsync<MessageFrozen>(id);
        Assert.Empty(_folder.Mail("b"));
        var listed = new StringWriter();
        QueuePrinter.Print(listed, (await node.Store.ListAsync(new QueueQuery(), CancellationToken.None)).Where(message => message.Id == id), TimeProvider.System.GetUtcNow());
        Assert.Contains($" {id} <a@local.test> *** frozen ***", listed.ToString(), StringComparison.Ordinal);
        Assert.Contains("frozen", await node.ExplainAsync(id), StringComparison.Ordinal);
        var told = await Eventually.IsAsync(() => Task.FromResult(_folder.Mail("postmaster") is [var first, ..] ? first : null), () => Task.FromResult("the postmaster was not told"));
        Assert.Contains($"Message {id} has been frozen.", await File.ReadAllTextAsync(told), StringComparison.Ordinal);

        using var admin = await AdminClient.ConnectAsync(node.StoreDirectory, CancellationToken.None);
        var result = await admin!.OrderAsync(id.ToString(), "thaw", CancellationToken.None);
        Assert.Equal((true, "is no longer frozen"), (result.Done, result.Text));
        await node.UntilAsync<MessageCompleted>(id);
        Assert.Single(_folder.Mail("b"));
    }

    [Fact]
    public async Task Queue_run_passes_a_frozen_message_over_and_the_log_says_so()
    {
        await using var node = await TestNode.StartAsync(_folder, Freezing("log_file_path = FOLDER/%slog"));
        var id = await node.SendAsync("a@local.test", ["b@local.test"], Mail);
        await node.UntilAsync<MessageFrozen>(id);
        using var admin = await AdminClient.ConnectAsync(node.StoreDirectory, CancellationToken.None);
        Assert.True((await admin!.RunQueueAsync(CancellationToken.None)).Done);
        await node.StopAsync();
        Assert.Contains($"{id} Message is frozen", await File.ReadAllTextAsync(Path.Combine(_folder.Path, "mainlog")), StringComparison.Ordinal);
        Assert.Empty(_folder.Mail("b"));
    }

    [Fact]
    public async Task Frozen_message_is_tried_again_by_itself_after_a_restart_when_its_time_has_come()
    {
        var policy = Freezing("auto_thaw = 1h");
        Pipeline.Mail.Message.MessageId id;
        await using (var node = await TestNode.StartAsync(_folder, policy))
        {
            id = await node.SendAsync("a@local.test", ["b@local.test"], Mail);
            await node.UntilAsync<MessageFrozen>(id);
        }

        await using var later = await TestNode.StartAsync(_folder, policy, ahead: TimeSpan.FromMinutes(61));
        var events = await later.UntilAsync<MessageCompleted>(id);
        Assert.Equal(MessageThawed.ByAutoThaw, Assert.Single(events.OfType<MessageThawed>()).By);
        Assert.Single(_folder.Mail("b"));
    }

    [Fact]
    public async Task Sender_is_told_of_a_delay_once_also_after_restarts()
    {
        await using var peer = ScriptedSmtpPeer.Serve(static command => command.StartsWith("RCPT", StringComparison.Ordinal) ? "450 later" : null);
        Pipeline.Mail.Message.MessageId id;
        await using (var node = await StartAsync(peer.EndPoint, TimeSpan.Zero))
        {
            id = await node.SendAsync("a@local.test", ["b@remote.test"], Mail);
            await node.UntilAsync<RecipientDeferred>(id);
        }

        Assert.Empty(_folder.Mail("a"));
        await using (var later = await StartAsync(peer.EndPoint, TimeSpan.FromHours(25)))
        {
            await later.UntilAsync<NotificationSent>(id);
            var warning = await Eventually.IsAsync(() => Task.FromResult(_folder.Mail("a") is [var first, ..] ? first : null), () => Task.FromResult("the sender was not told"));
            var text = await File.ReadAllTextAsync(warning);
            Assert.Contains($"Subject: Warning: message {id} delayed 24 hours", text, StringComparison.Ordinal);
            Assert.Contains("Action: delayed", text, StringComparison.Ordinal);
        }

        await using var last = await StartAsync(peer.EndPoint, TimeSpan.FromHours(26));
        var events = await last.UntilAsync(id, found => found.OfType<RecipientDeferred>().Count() == 3);
        Assert.Equal(1, Assert.Single(events.OfType<NotificationSent>()).Warnings);
    }

    private static string Freezing(string main) => Policies.Local(main: main + "\nacl_smtp_data = check_data").Replace("begin acl\n", """
        begin acl
        check_data:
          accept  condition = ${if def:sender_address}
                  control = freeze
          accept

        """, StringComparison.Ordinal);

    private Task<TestNode> StartAsync(IPEndPoint peer, TimeSpan ahead) => TestNode.StartAsync(_folder, Policies.Smarthost(peer), ahead: ahead);
}
