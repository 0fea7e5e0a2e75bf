using System.Net;
using Pipeline.Tests.Support.Scanning;
using Pipeline.Tests.Support.Smtp;

namespace Pipeline.EndToEnd.Tests.Receipt;

/// <summary>Callouts of a whole node: over its routers and its transport, and remembered by its store.</summary>
public sealed class CalloutTests : IDisposable
{
    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Recipient_is_refused_by_the_word_of_its_host_and_after_a_restart_from_memory()
    {
        await using var peer = ScriptedSmtpPeer.Serve(command => command == "RCPT TO:<nobody@remote.test>" ? "550 no such user" : null);
        await using (var node = await StartAsync(peer.EndPoint, "recipient/callout=10s"))
        await using (var client = await node.ConnectAsync())
        {
            await client.CommandAsync("MAIL FROM:<a@local.test>", "250 ");
            Assert.Equal("550-Callout verification failed:\n550 550 no such user", (await client.CommandAsync("RCPT TO:<nobody@remote.test>", "550")).TrimEnd());
            await client.CommandAsync("RCPT TO:<b@remote.test>", "250 ");
        }

        Assert.Equal(2, peer.Sessions.Count);
        Assert.Equal(["EHLO mx.local.test", "MAIL FROM:<>", "RCPT TO:<nobody@remote.test>", "QUIT"], peer.Sessions[0].Commands);

        await using var again = await StartAsync(peer.EndPoint, "recipient/callout=10s");
        await using var later = await again.ConnectAsync();
        await later.CommandAsync("MAIL FROM:<a@local.test>", "250 ");
        await later.CommandAsync("RCPT TO:<nobody@remote.test>", "550 Previous (cached) callout verification failure");
        await later.CommandAsync("RCPT TO:<b@remote.test>", "250 ");
        Assert.Equal(2, peer.Sessions.Count);
    }

    [Fact]
    public async Task Sender_whose_host_is_away_defers_the_recipient_or_not_as_the_policy_says()
    {
        using var closed = new ClosedPort();
        await using var node = await StartAsync(
            new IPEndPoint(IPAddress.Loopback, closed.Port), "sender/callout=10s${if eq{$local_part}{easy}{,defer_ok}}");
        await using var client = await node.ConnectAsync();
        await client.CommandAsync("MAIL FROM:<a@remote.test>", "250 ");
        await client.CommandAsync("RCPT TO:<b@local.test>", "451 Could not complete sender verify callout");
        await client.CommandAsync("RCPT TO:<easy@local.test>", "250 ");
    }

    private Task<TestNode> StartAsync(IPEndPoint peer, string verify) => TestNode.StartAsync(
        _folder, Policies.Smarthost(peer).Replace("  accept domains = +local_domains", $"  require verify = {verify}\n  accept domains = +local_domains", StringComparison.Ordinal));
}
