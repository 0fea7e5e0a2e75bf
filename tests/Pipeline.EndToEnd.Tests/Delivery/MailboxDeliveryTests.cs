using Pipeline.Messages.Journal;

namespace Pipeline.EndToEnd.Tests.Delivery;

/// <summary>Mailboxes in the forms that appendfile has besides Maildir.</summary>
public sealed class MailboxDeliveryTests : IDisposable
{
    private const string Mail = "From: <a@from.test>\nSubject: local\n\nbody\n";

    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_message_becomes_a_file_in_a_directory_that_an_alias_names_and_two_in_a_mailstore()
    {
        await using var node = await TestNode.StartAsync(_folder, Policies.Local(
            routers: """
                aliases:
                  driver = redirect
                  local_parts = filed
                  data = FOLDER/plain/
                  directory_transport = plain
                stored:
                  driver = accept
                  local_parts = stored
                  transport = store
                """,
            transports: """
                plain:
                  driver = appendfile
                store:
                  driver = appendfile
                  directory = FOLDER/store
                  mailstore_format
                  mailstore_prefix = for $local_part
                """));

        var id = await node.SendAsync("a@from.test", ["filed@local.test", "stored@local.test"], Mail);

        await node.UntilAsync<MessageCompleted>(id);
        Assert.EndsWith("\nSubject: local\n\nbody\n", await File.ReadAllTextAsync(Assert.Single(Directory.EnumerateFiles(_folder.Of("plain")))), StringComparison.Ordinal);
        Assert.EndsWith("\nSubject: local\n\nbody\n", await File.ReadAllTextAsync(Assert.Single(Directory.EnumerateFiles(_folder.Of("store"), "*.msg"))), StringComparison.Ordinal);
        Assert.Equal("for stored\na@from.test\nstored@local.test\n", await File.ReadAllTextAsync(Assert.Single(Directory.EnumerateFiles(_folder.Of("store"), "*.env"))));
    }

    [Fact]
    public async Task The_owner_of_a_mailbox_hears_that_it_fills_up()
    {
        await using var node = await TestNode.StartAsync(_folder, Policies.Local(
            routers: """
                filling:
                  driver = accept
                  local_parts = filling
                  domains = +local_domains
                  transport = filling
                """,
            transports: """
                filling:
                  driver = appendfile
                  file = FOLDER/filling
                  quota = 1M
                  quota_warn_threshold = 0.01%
                  quota_warn_message = "To: owner@local.test\nSubject: nearly full\n\nclean up\n"
                """));

        var id = await node.SendAsync("a@from.test", ["filling@local.test"], Mail);

        var events = await node.UntilAsync<MessageCompleted>(id);
        Assert.Equal(NotificationSent.Reply, Assert.Single(events.OfType<NotificationSent>()).Kind);
        Assert.True(await Pipeline.Tests.Support.Polling.UntilAsync(() => Task.FromResult(_folder.Mail("owner").Count == 1), TimeSpan.FromSeconds(30)));
        var warning = await File.ReadAllTextAsync(Assert.Single(_folder.Mail("owner")));
        Assert.Contains("\nSubject: nearly full\n", warning, StringComparison.Ordinal);
        Assert.EndsWith("\n\nclean up\n", warning, StringComparison.Ordinal);
    }
}
