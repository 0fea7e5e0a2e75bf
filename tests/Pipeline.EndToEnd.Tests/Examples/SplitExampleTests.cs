using System.Runtime.Versioning;
using Pipeline.Messages.Journal;
using Pipeline.Tests.Support.Smtp;

namespace Pipeline.EndToEnd.Tests.Examples;

/// <summary>The example <c>debian-split</c> is another host with each switch.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class SplitExampleTests
{
    private const string Macros = """
        SPOOLDIR = FOLDER/spool
        CONFDIR = FOLDER/tables
        MAILBOXDIR = FOLDER/mail
        DC_INTERFACES = 127.0.0.1
        DC_RELAY_NETS = 192.0.2.0/24
        """;

    private const string Zone = """{"elsewhere.example":{"MX":["10 mx.elsewhere.example"]},"mx.elsewhere.example":{"A":["203.0.113.77"]}}""";
    private const string Local = "router = local_user, transport = mail_spool";

    [Theory]
    [InlineData("", "root@example.org", "root@example.org\n  " + Local)]
    [InlineData("", "abuse@example.org", "root@example.org\n    <-- abuse@example.org\n  " + Local)]
    [InlineData("", "x@elsewhere.example", "x@elsewhere.example\n  router = dnslookup, transport = remote_smtp\n  host mx.elsewhere.example [203.0.113.77] MX=10")]
    [InlineData("", "x@a.hub.example", "x@a.hub.example\n  router = hubbed_hosts, transport = remote_smtp\n  host 192.0.2.44 [192.0.2.44]")]
    [InlineData("", "nobody.here@example.org", "nobody.here@example.org is undeliverable: Unknown user")]
    [InlineData("DC_MAILDIR_HOME = /home", "root@example.org", "root@example.org\n  router = local_user, transport = maildir_home")]
    [InlineData("DC_SMARTHOST = 192.0.2.25", "root@example.org", "root@example.org\n  " + Local)]
    [InlineData("DC_SMARTHOST = 192.0.2.25", "x@elsewhere.example", "x@elsewhere.example\n  router = smarthost, transport = remote_smtp_smarthost\n  host 192.0.2.25 [192.0.2.25]")]
    [InlineData("DC_SMARTHOST = 192.0.2.25", "x@hub.example", "x@hub.example\n  router = hubbed_hosts, transport = remote_smtp\n  host 192.0.2.44 [192.0.2.44]")]
    [InlineData("DC_SMARTHOST = 192.0.2.25\nDC_SATELLITE =", "root@example.org", "root@example.org\n  router = satellite, transport = remote_smtp_smarthost\n  host 192.0.2.25 [192.0.2.25]")]
    [InlineData("DC_SMARTHOST = 192.0.2.25\nDC_SATELLITE =", "gone@example.org", "gone@example.org is undeliverable: not here any more")]
    [InlineData("DC_SMARTHOST = 192.0.2.25\nDC_SATELLITE =", "x@elsewhere.example", "x@elsewhere.example\n  router = smarthost, transport = remote_smtp_smarthost\n  host 192.0.2.25 [192.0.2.25]")]
    public async Task Addresses_are_routed_by_what_kind_of_host_it_is(string switches, string address, string expected)
    {
        using var host = Create(switches);
        Assert.Equal(expected, (await host.RouteAsync(address)).Replace("  MX=", " MX=", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", "a@nowhere.example", "root@example.org", "250 Accepted")]
    [InlineData("CHECK_RCPT_VERIFY_SENDER =", "a@nowhere.example", "root@example.org", "550-Verification failed for <a@nowhere.example>")]
    [InlineData("CHECK_RCPT_VERIFY_SENDER =", "a@nowhere.example", "postmaster@example.org", "550-Verification failed")]
    [InlineData("CHECK_RCPT_VERIFY_SENDER =\nCHECK_RCPT_GIVE_POSTMASTER =", "a@nowhere.example", "postmaster@example.org", "250 Accepted")]
    [InlineData("", "a@elsewhere.example", "nobody.here@example.org", "550 Unknown user")]
    [InlineData("CHECK_RCPT_NO_VERIFY_RECIPIENT =", "a@elsewhere.example", "nobody.here@example.org", "250 Accepted")]
    [InlineData("", "a@elsewhere.example", "x@elsewhere.example", "550 relay not permitted")]
    [InlineData("DC_RELAY_DOMAINS = elsewhere.example", "a@elsewhere.example", "x@elsewhere.example", "250 Accepted")]
    [InlineData("", "a@elsewhere.example", "a|b@example.org", "550 restricted characters in address")]
    [InlineData("", "unwanted@elsewhere.example", "root@example.org", "550 <unwanted@elsewhere.example> is not welcome here")]
    public async Task Strangers_are_answered_by_what_is_switched_on(string switches, string sender, string recipient, string reply)
    {
        using var host = Create(switches);
        await host.HoldAsync(
            "198.51.100.1",
            [("EHLO client.example", "250-host.example.org Hello client.example [198.51.100.1]"), ($"MAIL FROM:<{sender}>", "250 OK"), ($"RCPT TO:<{recipient}>", reply), ("QUIT", "221 ")]);
    }

    [Fact]
    public async Task A_host_that_is_not_wanted_reads_so()
    {
        using var host = Create("");
        await host.HoldAsync(
            "198.51.100.66",
            [("EHLO client.example", "250-"), ("MAIL FROM:<a@elsewhere.example>", "250 OK"), ("RCPT TO:<root@example.org>", "550 198.51.100.66 is not welcome here"), ("QUIT", "221 ")]);
    }

    [Theory]
    [InlineData("", "250 OK", "550 maximum allowed line length")]
    [InlineData("CHECK_MAIL_HELO_ISSUED =", "550 say your own name first", "503 ")]
    [InlineData("IGNORE_SMTP_LINE_LENGTH_LIMIT =", "250 OK", "250 OK id=")]
    [InlineData("CHECK_DATA_VERIFY_HEADER_SYNTAX =\nIGNORE_SMTP_LINE_LENGTH_LIMIT =", "250 OK", "550 ")]
    [InlineData("CHECK_DATA_VERIFY_HEADER_SENDER =\nIGNORE_SMTP_LINE_LENGTH_LIMIT =", "250 OK", "550 no address in the header can be answered")]
    public async Task Names_and_content_are_looked_at_by_what_is_switched_on(string switches, string mail, string end)
    {
        using var host = Create(switches);
        (string, string?)[] message = mail.StartsWith('2')
            ? [("RCPT TO:<root@example.org>", "250 "), ("DATA", "354 "), ("From: broken@@nowhere.example", null), ("", null), (new string('x', 1200), null), (".", end)]
            : [("RCPT TO:<root@example.org>", end)];
        await host.HoldAsync("198.51.100.1", [("EHLO host.example.org", "250-"), ("MAIL FROM:<a@elsewhere.example>", mail), .. message, ("QUIT", "221 ")]);
    }

    [Fact]
    public async Task Mail_goes_by_the_smarthost_under_the_name_that_the_outside_knows()
    {
        await using var smarthost = ScriptedSmtpPeer.Serve();
        using var host = Create(
            $"DC_SMARTHOST = 127.0.0.1::{smarthost.EndPoint.Port}\nDC_NEXTHOP_HERE =\nDC_READHOST = example.com", "127.0.0.1");
        await using var node = await host.StartAsync();
        var id = await node.SendAsync("carol@example.org", ["x@elsewhere.example", "root@example.org"], "From: carol@example.org\nTo: x@elsewhere.example\n\ntext\n");
        await node.UntilAsync<MessageCompleted>(id);
        Assert.Contains("MAIL FROM:<carol@example.com>", Assert.Single(smarthost.Commands, command => command.StartsWith("MAIL", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("From: carol@example.com\r\n", Assert.Single(smarthost.Messages), StringComparison.Ordinal);
        Assert.Contains("To: x@elsewhere.example\n", File.ReadAllText(host.Folder.Of("mail", "root")), StringComparison.Ordinal);
    }

    private static ExampleHost Create(string switches, string relayNets = "192.0.2.0/24")
    {
        var host = new ExampleHost("debian-split", Macros.Replace("192.0.2.0/24", relayNets, StringComparison.Ordinal) + "\n" + switches, Zone);
        Directory.CreateDirectory(host.Folder.Of("tables"));
        host.Folder.Write("tables/aliases", "postmaster: root\nabuse: root\ngone: :fail: not here any more\n");
        host.Folder.Write("tables/hubbed_hosts", "hub.example: 192.0.2.44\n*.hub.example: 192.0.2.44\n");
        host.Folder.Write("tables/local_host_blacklist", "198.51.100.66\n");
        host.Folder.Write("tables/local_sender_blacklist", "unwanted@elsewhere.example\n");
        return host;
    }
}
