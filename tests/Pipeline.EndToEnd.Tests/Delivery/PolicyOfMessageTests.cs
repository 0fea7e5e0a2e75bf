using Pipeline.Messages.Journal;

namespace Pipeline.EndToEnd.Tests.Delivery;

/// <summary>A message ends under the policy it began with.</summary>
public sealed class PolicyOfMessageTests : IDisposable
{
    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Message_that_waits_ends_under_its_policy_after_a_restart_with_another_file()
    {
        Mail.Message.MessageId old;
        await using (var node = await TestNode.StartAsync(_folder, Policy("old")))
        {
            old = await node.SendAsync("a@remote.test", ["bob@local.test"], "Subject: old\n\nold\n");
            var events = await node.UntilAsync<RecipientDeferred>(old);
            Assert.Equal(1, events.OfType<TransactionStarted>().Single().Policy);
        }

        _folder.Write("go", "");
        await using var later = await TestNode.StartAsync(_folder, Policy("new"), ahead: TimeSpan.FromHours(1));

        await later.UntilAsync<RecipientDelivered>(old);
        var young = await later.SendAsync("a@remote.test", ["bob@local.test"], "Subject: new\n\nnew\n");
        var started = (await later.UntilAsync<RecipientDelivered>(young)).OfType<TransactionStarted>().Single();

        Assert.Equal(2, started.Policy);
        Assert.Contains("Subject: old", File.ReadAllText(Assert.Single(_folder.Mail("old-bob"))), StringComparison.Ordinal);
        Assert.Contains("Subject: new", File.ReadAllText(Assert.Single(_folder.Mail("new-bob"))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reload_drops_no_session_and_gives_the_new_policy_to_the_next_one()
    {
        await using var node = await TestNode.StartAsync(_folder, Policy("old"));
        _folder.Write("go", "");
        await using var session = await node.ConnectAsync();

        await node.ReloadAsync(_folder, Policy("new"));

        var within = await TestNode.SendAsync(session, "a@remote.test", ["bob@local.test"], "Subject: within\n\n.\n");
        var after = await node.SendAsync("a@remote.test", ["bob@local.test"], "Subject: after\n\n.\n");
        await node.UntilAsync<RecipientDelivered>(within);
        await node.UntilAsync<RecipientDelivered>(after);
        Assert.Contains("Subject: within", File.ReadAllText(Assert.Single(_folder.Mail("old-bob"))), StringComparison.Ordinal);
        Assert.Contains("Subject: after", File.ReadAllText(Assert.Single(_folder.Mail("new-bob"))), StringComparison.Ordinal);
    }

    /// <summary>Delivers into mailboxes whose names begin with <paramref name="name"/>, once there is a file "go".</summary>
    private static string Policy(string name) => Policies.Local(
        routers: """
            wait:
              driver = redirect
              allow_defer
              data = ${if exists{FOLDER/go}{}{:defer: not yet}}
            """)
        .Replace("mail/$local_part", $"mail/{name}-$local_part", StringComparison.Ordinal);
}
