using Pipeline.Messages.Journal;

namespace Pipeline.EndToEnd.Tests.Delivery;

/// <summary>Replies that the gateway sends by itself.</summary>
public sealed class AutoreplyTests : IDisposable
{
    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_vacation_router_answers_each_sender_once_and_the_message_is_delivered_as_ever()
    {
        await using var node = await TestNode.StartAsync(_folder, Policies.Local(
            routers: """
                vacation:
                  driver = accept
                  local_parts = b
                  transport = vacation
                  unseen
                """,
            transports: """
                vacation:
                  driver = autoreply
                  from = b@local.test
                  to = $sender_address
                  subject = Away: $h_subject:
                  text = I am away, $sender_address.
                  once = FOLDER/once
                """));

        var first = await node.SendAsync("a@local.test", ["b@local.test"], Mail("one"));
        await node.UntilAsync<MessageCompleted>(first);
        var second = await node.SendAsync("a@local.test", ["b@local.test"], Mail("two"));
        await node.UntilAsync<MessageCompleted>(second);

        Assert.Equal(2, _folder.Mail("b").Count);
        Assert.True(await Pipeline.Tests.Support.Polling.UntilAsync(() => Task.FromResult(_folder.Mail("a").Count > 0), TimeSpan.FromSeconds(30)));
        var reply = await File.ReadAllTextAsync(Assert.Single(_folder.Mail("a")));
        Assert.StartsWith("Return-path: <>\n", reply, StringComparison.Ordinal);
        Assert.Contains("\nFrom: b@local.test\nTo: a@local.test\nSubject: Away: one\nIn-Reply-To: <one@from.test>\nReferences: <one@from.test>\nAuto-Submitted: auto-replied\n", reply, StringComparison.Ordinal);
        Assert.EndsWith("\n\nI am away, a@local.test.\n", reply, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_that_are_away_do_not_answer_each_other_for_ever()
    {
        await using var node = await TestNode.StartAsync(_folder, Policies.Local(
            routers: """
                vacation:
                  driver = accept
                  transport = vacation
                  unseen
                """,
            transports: """
                vacation:
                  driver = autoreply
                  from = $local_part@$domain
                  to = ${if eq{$local_part}{a}{b}{a}}@local.test
                """));

        var id = await node.SendAsync("a@local.test", ["b@local.test"], Mail("one"));
        await node.UntilAsync<MessageCompleted>(id);

        Assert.True(await Pipeline.Tests.Support.Polling.UntilAsync(() => Task.FromResult(_folder.Mail("a").Count == 1), TimeSpan.FromSeconds(30)));
        await node.StopAsync();
        Assert.Single(_folder.Mail("a"));
        Assert.Single(_folder.Mail("b"));
    }

    private static string Mail(string name) => $"From: <a@local.test>\nMessage-Id: <{name}@from.test>\nSubject: {name}\n\nbody\n";
}
