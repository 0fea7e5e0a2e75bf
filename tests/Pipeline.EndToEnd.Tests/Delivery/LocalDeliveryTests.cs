using Pipeline.Messages.Journal;

namespace Pipeline.EndToEnd.Tests.Delivery;

/// <summary>Mail that stays on this machine: mailboxes, spool pairs, redirections.</summary>
public sealed class LocalDeliveryTests : IDisposable
{
    private const string Mail = "From: <a@from.test>\nSubject: local\n\nbody\n";

    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_message_is_in_the_mailbox_of_each_recipient_with_its_envelope()
    {
        await using var node = await TestNode.StartAsync(_folder, Policies.Local());

        var id = await node.SendAsync("a@from.test", ["b@local.test", "c@local.test"], Mail);

        await node.UntilAsync<MessageCompleted>(id);
        foreach (var mailbox in new[] { "b", "c" })
        {
            var text = await File.ReadAllTextAsync(Assert.Single(_folder.Mail(mailbox)));
            Assert.StartsWith("Return-path: <a@from.test>", text, StringComparison.Ordinal);
            Assert.Contains($"Envelope-to: {mailbox}@local.test", text, StringComparison.Ordinal);
            Assert.Contains($"id {id}", text, StringComparison.Ordinal);
            Assert.EndsWith("\n\nbody\n", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_queuefile_transport_writes_the_pair_of_files_of_a_spool()
    {
        Directory.CreateDirectory(_folder.Of("out"));
        await using var node = await TestNode.StartAsync(_folder, Policies.Local(
            routers: """
                spooled:
                  driver = accept
                  domains = +local_domains
                  transport = spool_out
                """,
            transports: """
                spool_out:
                  driver = queuefile
                  directory = FOLDER/out
                """));

        var id = await node.SendAsync("a@from.test", ["b@local.test", "c@local.test"], Mail);

        await node.UntilAsync<MessageCompleted>(id);
        Assert.Equal(["-D", "-H"], Directory.GetFiles(_folder.Of("out")).Select(file => file[^2..]).Order(StringComparer.Ordinal));
        var header = await File.ReadAllTextAsync(Assert.Single(Directory.GetFiles(_folder.Of("out"), "*-H")));
        Assert.Contains("<a@from.test>", header, StringComparison.Ordinal);
        Assert.Contains("b@local.test", header, StringComparison.Ordinal);
        Assert.Contains("c@local.test", header, StringComparison.Ordinal);
        Assert.Contains("Subject: local", header, StringComparison.Ordinal);
        Assert.EndsWith("body\n", await File.ReadAllTextAsync(Assert.Single(Directory.GetFiles(_folder.Of("out"), "*-D"))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_alias_is_delivered_to_what_it_stands_for()
    {
        await using var node = await TestNode.StartAsync(_folder, Policies.Local(routers: """
            aliases:
              driver = redirect
              local_parts = team
              data = b@local.test, c@local.test
            """));

        var id = await node.SendAsync("a@from.test", ["team@local.test"], Mail);

        var events = await node.UntilAsync<MessageCompleted>(id);
        Assert.Equal(["b@local.test", "c@local.test"], Assert.Single(events.OfType<RecipientRedirected>()).Children.Select(child => child.Address));
        Assert.Equal(2, events.OfType<RecipientDelivered>().Count());
        Assert.Single(_folder.Mail("b"));
        Assert.Single(_folder.Mail("c"));
        Assert.Empty(_folder.Mail("team"));
    }

    [Fact]
    public async Task A_mailbox_that_the_envelope_and_aliases_name_has_the_message_once()
    {
        await using var node = await TestNode.StartAsync(_folder, Policies.Local(routers: """
            aliases:
              driver = redirect
              local_parts = team : both
              data = ${if eq{$local_part}{team}{b@local.test, c@LOCAL.test}{team@local.test, b@local.test}}
            """));

        var id = await node.SendAsync("a@from.test", ["team@local.test", "b@local.test", "b@local.test", "both@local.test"], Mail);

        var events = await node.UntilAsync<MessageCompleted>(id);
        Assert.Single(_folder.Mail("b"));
        Assert.Single(_folder.Mail("c"));
        Assert.Equal(2, events.OfType<RecipientDelivered>().Count());
        var duplicates = events.OfType<RecipientDuplicated>().ToArray();
        Assert.Equal(5, duplicates.Length);
        Assert.All(duplicates, duplicate => Assert.Contains(events.OfType<RecipientDelivered>(), delivered => delivered.Recipient == duplicate.Of));
    }

    [Fact]
    public async Task A_blackhole_takes_the_message_and_the_journal_says_which_router_dug_it()
    {
        await using var node = await TestNode.StartAsync(_folder, Policies.Local(routers: """
            hole:
              driver = redirect
              local_parts = nobody
              data = :blackhole:
            """));

        var id = await node.SendAsync("a@from.test", ["nobody@local.test"], Mail);

        var events = await node.UntilAsync<MessageCompleted>(id);
        var discarded = Assert.Single(events.OfType<RecipientRedirected>());
        Assert.Empty(discarded.Children);
        Assert.Equal("hole", discarded.Router);
        Assert.Empty(events.OfType<RecipientDelivered>());
        Assert.Empty(_folder.Mail("nobody"));
    }

    [Fact]
    public async Task An_unseen_router_makes_a_copy_and_the_address_goes_on()
    {
        await using var node = await TestNode.StartAsync(_folder, Policies.Local(routers: """
            archive:
              driver = redirect
              domains = +local_domains
              local_parts = ! archive
              data = archive@local.test
              unseen
            """));

        var id = await node.SendAsync("a@from.test", ["b@local.test"], Mail);

        await node.UntilAsync<MessageCompleted>(id);
        Assert.Single(_folder.Mail("b"));
        Assert.Single(_folder.Mail("archive"));
    }
}
