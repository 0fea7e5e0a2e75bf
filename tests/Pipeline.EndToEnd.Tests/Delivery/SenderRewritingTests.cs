using System.Text.RegularExpressions;
using Pipeline.Messages.Journal;

namespace Pipeline.EndToEnd.Tests.Delivery;

/// <summary>Sender rewriting by routers, in a whole node: what is forwarded goes out under a sender of ours, and what comes back for it reaches the sender.</summary>
public sealed partial class SenderRewritingTests : IDisposable
{
    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Forwarded_mail_bounces_to_its_sender()
    {
        await using var node = await TestNode.StartAsync(_folder, Policies.Local(
            main: "srs_secrets = secret",
            routers: """
                bounces:
                  driver = redirect
                  srs = reverse
                  data = ${srs_recipient}

                forward:
                  driver = redirect
                  local_parts = away
                  srs = forward
                  data = ann@local.test
                """));
        await node.UntilAsync<MessageCompleted>(await node.SendAsync("Bob@local.test", ["away@local.test"], "Subject: x\n\nbody\n"));
        var delivered = await File.ReadAllTextAsync(Assert.Single(_folder.Mail("ann")));
        var sender = ReturnPath().Match(delivered).Groups[1].Value;
        Assert.Matches("^SRS0=.{6}=..=local\\.test=Bob@local\\.test$", sender);

        await node.UntilAsync<MessageCompleted>(await node.SendAsync("", [sender.ToLowerInvariant()], "Subject: bounce\n\nbody\n"));
        Assert.Contains("Subject: bounce", await File.ReadAllTextAsync(Assert.Single(_folder.Mail("bob"))), StringComparison.Ordinal);

        await using var client = await node.ConnectAsync();
        await client.CommandAsync("MAIL FROM:<>", "250 ");
        await client.CommandAsync("RCPT TO:<SRS0=AAAAAA=AA=local.test=bob@local.test>", "250 ");
        await client.CommandAsync("DATA", "354 ");
        var id = (await client.CommandAsync("Subject: forged\r\n\r\nx\r\n.", "250 ")).Split("id=")[1].Trim();
        await node.UntilAsync<MessageFrozen>(Mail.Message.MessageId.Create(id));
        Assert.Single(_folder.Mail("bob"));
    }

    [GeneratedRegex("^Return-path: <(.*)>")]
    private static partial Regex ReturnPath();
}
