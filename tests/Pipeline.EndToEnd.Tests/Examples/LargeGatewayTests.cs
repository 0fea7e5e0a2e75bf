using System.Runtime.Versioning;
using Pipeline.Messages.Journal;
using Pipeline.Tests.Support.Smtp;

namespace Pipeline.EndToEnd.Tests.Examples;

/// <summary>The example <c>large-gateway</c> does what it says, over PostgreSQL, LMDB and SQLite.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class LargeGatewayTests
{
    private const string Good = "198.51.100.1";

    [GatewayFact]
    public async Task Addresses_are_routed()
    {
        using var host = await GatewaySite.CreateAsync();
        (string Address, string Expected)[] routes =
        [
            ("alice@example.org", "alice@example.org\n  router = mailboxes, transport = mailstore\n  host 192.0.2.25 [192.0.2.25]"),
            ("alice+box@example.org", "alice+box@example.org\n  router = mailboxes, transport = mailstore\n  host 192.0.2.25 [192.0.2.25]"),
            ("abuse@example.org", "postmaster@example.org\n    <-- abuse@example.org\n  router = mailboxes, transport = mailstore\n  host 192.0.2.25 [192.0.2.25]"),
            ("left@example.org", "left@example.org is undeliverable: this person has left; write to postmaster@example.org"),
            ("void@example.org", "mail to void@example.org is discarded"),
            ("tickets@example.org", "tickets@example.org\n  router = tickets, transport = tickets"),
            ("anybody@example.net", "alice@example.org\n    <-- anybody@example.net\n  router = mailboxes, transport = mailstore\n  host 192.0.2.25 [192.0.2.25]"),
            ("nobody@example.org", "nobody@example.org is undeliverable: no such user here"),
            ("x@partner.example", "x@partner.example\n  router = relay, transport = relay\n  host 192.0.2.80 [192.0.2.80]"),
            ("x@elsewhere.example", "x@elsewhere.example\n  router = outside, transport = outside\n  host mx.elsewhere.example [203.0.113.20] MX=10"),
            ("carol@example.org", "carol@elsewhere.example\n    <-- carol@example.org\n  router = outside_forwarded, transport = outside_forwarded\n  host mx.elsewhere.example [203.0.113.20] MX=10"),
            ("srs0=abcd=ef=stranger.example=a@example.org", "srs0=abcd=ef=stranger.example=a@example.org is undeliverable: this address was not made by us, or is too old"),
        ];
        foreach (var (address, expected) in routes)
        {
            Assert.Equal((address, expected), (address, Plain(await host.RouteAsync("-f", "a@stranger.example", address))));
        }

        Assert.Equal(
            "x@elsewhere.example\n  router = sender_smarthost, transport = outside\n  host 192.0.2.90 [192.0.2.90]",
            Plain(await host.RouteAsync("-f", "news@newsletter.example", "x@elsewhere.example")));
        var away = await host.RouteAsync("-f", "a@stranger.example", "bob@example.org");
        Assert.Contains("router = vacation, transport = vacation", away, StringComparison.Ordinal);
        Assert.Contains("router = mailboxes, transport = mailstore", away, StringComparison.Ordinal);
        Assert.DoesNotContain("vacation", await host.RouteAsync("-f", "<>", "bob@example.org"), StringComparison.Ordinal);
        Assert.DoesNotContain("vacation", await host.RouteAsync("-f", "list-bounces@stranger.example", "bob@example.org"), StringComparison.Ordinal);
    }

    [GatewayFact]
    public async Task Clients_are_judged_when_they_connect_and_say_their_names()
    {
        using var host = await GatewaySite.CreateAsync();
        await host.HoldAsync("203.0.113.66", [("EHLO client.example", null)]);
        await host.HoldAsync(
            Good,
            [
                ("EHLO mx.example.org", "550 5.7.1 that is my name"),
                ("HELO 198.51.100.1", "550 5.5.2 an address stands in brackets: [198.51.100.1]"),
                ("EHLO client.example", "250-mx.example.org Hello client.example [198.51.100.1]"),
                ("MAIL FROM:<a@strict.example>", "550-5.7.23 198.51.100.1 may not send for strict.example:\n550 5.7.23 198.51.100.1 is not permitted to send mail"),
                ("QUIT", "221 mx.example.org closing connection, 198.51.100.1"),
            ]);
        var trace = await host.HoldAsync(
            Good,
            [("EHLO client.example", "250-"), ("MAIL FROM:<a@stranger.example>", "530 5.7.0 authentication required"), ("QUIT", "221 ")],
            "-oMi", "192.0.2.1.587");
        Assert.Contains(">>> deny: condition test succeeded in ACL \"check_mail\"", trace, StringComparison.Ordinal);
    }

    [GatewayFact]
    public async Task Recipients_are_judged_and_strangers_wait()
    {
        using var host = await GatewaySite.CreateAsync("GREY_DELAY = 0");
        await host.HoldAsync(
            Good,
            [
                ("EHLO client.example", "250-"),
                ("MAIL FROM:<a@stranger.example>", "250 OK"),
                ("RCPT TO:<alice@example.org>", "451 4.7.1 you are new here"),
                ("RCPT TO:<alice@example.org>", "250 Accepted"),
                ("RCPT TO:<abuse@example.org>", "250 Accepted"),
                ("RCPT TO:<nobody@example.org>", "550 5.1.1 no such user here"),
                ("RCPT TO:<left@example.org>", "550 5.1.1 this person has left"),
                ("RCPT TO:<x@elsewhere.example>", "550 5.7.1 relay not permitted"),
                ("RCPT TO:<a%b@example.org>", "553 5.1.3 restricted characters"),
                ("RCPT TO:<x@partner.example>", "451 4.7.1 you are new here"),
                ("QUIT", "221 "),
            ]);

        // It is remembered beyond the session, and for the whole network.
        await host.HoldAsync(
            "198.51.100.2",
            [("EHLO client.example", "250-"), ("MAIL FROM:<a@stranger.example>", "250 OK"), ("RCPT TO:<alice@example.org>", "250 Accepted"), ("RCPT TO:<x@partner.example>", "250 Accepted"), ("QUIT", "221 ")]);
        await host.HoldAsync(
            "198.51.100.99",
            [
                ("EHLO client.example", "250-"),
                ("MAIL FROM:<a@stranger.example>", "250 OK"),
                ("RCPT TO:<alice@example.org>", "554 5.7.1 198.51.100.99 is listed by zen.dnsbl.example: a known sender of spam"),
                ("RCPT TO:<postmaster@example.org>", "250 Accepted"),
                ("RSET", "250 "),
                ("MAIL FROM:<a@nowhere.example>", "250 OK"),
                ("QUIT", "221 "),
            ]);
    }

    [GatewayFact]
    public async Task A_stranger_waits_as_long_as_the_operator_says()
    {
        using var host = await GatewaySite.CreateAsync("GREY_DELAY = 300");
        await host.HoldAsync(
            Good,
            [
                ("EHLO client.example", "250-"),
                ("MAIL FROM:<a@stranger.example>", "250 OK"),
                ("RCPT TO:<alice@example.org>", "451 4.7.1 you are new here, and welcome in 300 seconds"),
                ("RCPT TO:<alice@example.org>", "451 4.7.1 you are new here"),
                ("QUIT", "221 "),
            ]);
    }

    [GatewayFact]
    public async Task Bounces_and_content_are_judged()
    {
        using var host = await GatewaySite.CreateAsync("GREY_DELAY = 0");
        await host.HoldAsync(
            Good,
            [
                ("EHLO client.example", "250-"),
                ("MAIL FROM:<>", "250 OK"),
                ("RCPT TO:<abuse@example.org>", "250 "),
                ("RCPT TO:<postmaster@example.org>", "250 "),
                ("DATA", "550 5.7.1 a bounce has one recipient"),
                ("RSET", "250 "),
                ("MAIL FROM:<a@stranger.example>", "250 OK"),
                ("RCPT TO:<abuse@example.org>", "250 "),
                ("DATA", "354 "),
                ("Subject: nobody wrote this", null), ("", null), ("text", null),
                (".", "550 5.6.0 a message has a From field"),
                ("MAIL FROM:<a@stranger.example>", "250 OK"),
                ("RCPT TO:<abuse@example.org>", "250 "),
                ("DATA", "354 "),
                ("From: a@stranger.example", null), ("", null), (new string('x', 1000), null),
                (".", "550 5.6.0 lines may have 998 octets, and one has 1000"),
                ("QUIT", "221 "),
            ]);
    }

    [GatewayFact]
    public async Task Mail_reaches_mailboxes_relays_programs_and_the_quarantine()
    {
        await using var store = ScriptedSmtpPeer.Serve();
        using var host = await GatewaySite.CreateAsync($"""
            GREY_DELAY = 0
            SET_ASIDE_AT = 20
            RELAY_NETS = 192.0.2.0/24
            LMTP_HOST = 127.0.0.1
            LMTP_PORT = {store.EndPoint.Port}
            """);
        await using var node = await host.StartAsync();
        await using var client = await node.ConnectAsync();

        // Twice each: the first time a stranger is asked to come again. The bounce has nobody whose policy could raise doubts.
        await client.CommandAsync("MAIL FROM:<>", "250 ");
        await client.CommandAsync("RCPT TO:<anybody@example.net>", "451 ");
        await client.CommandAsync("RCPT TO:<anybody@example.net>", "250 ");
        await client.CommandAsync("DATA", "354 ");
        await client.SendAsync("From: a@stranger.example\r\nSubject: for the mailbox\r\n\r\ntext\r\n");
        var first = TestNode.IdIn(await client.CommandAsync(".", "250 "));
        await node.UntilAsync<MessageCompleted>(first);
        Assert.Contains("LHLO mx.example.org", store.Commands);
        Assert.Contains("RCPT TO:<alice@example.org>", store.Commands);
        var delivered = Assert.Single(store.Messages);
        Assert.Contains("Envelope-to: anybody@example.net\r\n", delivered, StringComparison.Ordinal);
        Assert.Contains("Authentication-Results: mx.example.org", delivered, StringComparison.Ordinal);

        // 127.0.0.1 is none of the clients that the domain lists: doubts enough here.
        await client.CommandAsync("MAIL FROM:<a@stranger.example>", "250 ");
        await client.CommandAsync("RCPT TO:<tickets@example.org>", "451 ");
        await client.CommandAsync("RCPT TO:<tickets@example.org>", "250 ");
        await client.CommandAsync("DATA", "354 ");
        await client.SendAsync("From: a@stranger.example\r\nSubject: suspicious\r\n\r\ntext\r\n");
        var second = TestNode.IdIn(await client.CommandAsync(".", "250 "));
        await node.UntilAsync<MessageCompleted>(second);
        var aside = File.ReadAllText(Assert.Single(Directory.GetFiles(host.Folder.Of("quarantine", "example.org", "new"))));
        Assert.Contains("X-Quarantine: score 0/10, doubts 1\n", aside, StringComparison.Ordinal);
        Assert.Contains("Subject: suspicious\n", aside, StringComparison.Ordinal);

        // A domain without a policy raises none.
        await client.CommandAsync("MAIL FROM:<a@elsewhere.example>", "250 ");
        await client.CommandAsync("RCPT TO:<tickets@example.org>", "451 ");
        await client.CommandAsync("RCPT TO:<tickets@example.org>", "250 ");
        await client.CommandAsync("DATA", "354 ");
        await client.SendAsync("From: a@elsewhere.example\r\nSubject: help\r\n\r\ntext\r\n");
        var third = TestNode.IdIn(await client.CommandAsync(".", "250 "));
        await node.UntilAsync<MessageCompleted>(third);
        var ticket = File.ReadAllText(host.Folder.Of("ticket"));
        Assert.StartsWith("--from a@elsewhere.example\n", ticket, StringComparison.Ordinal);
        Assert.Contains("Subject: help\n", ticket, StringComparison.Ordinal);
        await client.CommandAsync("QUIT", "221 ");
    }

    private static string Plain(string routed) => routed.Replace("  MX=", " MX=", StringComparison.Ordinal).Trim();
}
