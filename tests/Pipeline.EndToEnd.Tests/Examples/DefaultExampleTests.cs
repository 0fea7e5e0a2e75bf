using System.Runtime.Versioning;
using Pipeline.Messages.Journal;

namespace Pipeline.EndToEnd.Tests.Examples;

/// <summary>The example <c>default</c> does what it says: a host for its own users and its own network.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class DefaultExampleTests : IDisposable
{
    private const string Macros = """
        SPOOL = FOLDER/spool
        MAILBOXES = FOLDER/mail
        ALIASES = FOLDER/aliases
        FORWARDS = FOLDER/home
        """;

    private const string Zone = """
        {"elsewhere.example":{"MX":["10 mx.elsewhere.example"]},"mx.elsewhere.example":{"A":["192.0.2.77"]},
         "inside.example":{"MX":["10 lo.inside.example"]},"lo.inside.example":{"A":["127.0.0.1"]}}
        """;

    private readonly ExampleHost _host = new("default", Macros, Zone);

    public DefaultExampleTests() => WriteTables(_host);

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData("root@example.org", "root@example.org\n  router = localuser, transport = local_delivery")]
    [InlineData("root+box@example.org", "root+box@example.org\n  router = localuser, transport = local_delivery")]
    [InlineData("root@mail.example.org", "root@mail.example.org\n  router = localuser, transport = local_delivery")]
    [InlineData("postmaster@example.org", "root@example.org\n    <-- postmaster@example.org\n  router = localuser, transport = local_delivery")]
    [InlineData("abuse@example.org", "root@example.org\n    <-- postmaster@example.org\n    <-- abuse@example.org\n  router = localuser, transport = local_delivery")]
    [InlineData("closed@example.org", "closed@example.org is undeliverable: this mailbox has been closed")]
    [InlineData("later@example.org", "later@example.org cannot be resolved at this time: come back tomorrow")]
    [InlineData("nobody.here@example.org", "nobody.here@example.org is undeliverable: Unknown user")]
    [InlineData("daemon@example.org", "elsewhere@elsewhere.example\n    <-- daemon@example.org\n  router = dnslookup, transport = remote_smtp\n  host mx.elsewhere.example [192.0.2.77] MX=10")]
    [InlineData("x@elsewhere.example", "x@elsewhere.example\n  router = dnslookup, transport = remote_smtp\n  host mx.elsewhere.example [192.0.2.77] MX=10")]
    [InlineData("x@inside.example", "x@inside.example is undeliverable: Unrouteable address")]
    [InlineData("x@nowhere.example", "x@nowhere.example is undeliverable: Unrouteable address")]
    public async Task Addresses_are_routed(string address, string expected)
    {
        var routed = await _host.RouteAsync(address);
        Assert.Equal(expected, routed.Replace("  MX=", " MX=", StringComparison.Ordinal).ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task A_smarthost_takes_everything_for_elsewhere()
    {
        using var host = new ExampleHost("default", Macros + "\nROUTER_SMARTHOST = 192.0.2.25");
        WriteTables(host);
        Assert.Equal("x@nowhere.example\n  router = smarthost, transport = remote_smtp\n  host 192.0.2.25 [192.0.2.25]", await host.RouteAsync("x@nowhere.example"));
        Assert.Equal("root@example.org\n  router = localuser, transport = local_delivery", await host.RouteAsync("root@example.org"));
    }

    [Fact]
    public async Task Strangers_may_write_to_us_only() => await _host.HoldAsync(
        "198.51.100.1",
        [
            ("EHLO client.example", "250-mail.example.org Hello client.example [198.51.100.1]"),
            ("MAIL FROM:<a@elsewhere.example>", "250 OK"),
            ("RCPT TO:<root@example.org>", "250 Accepted"),
            ("RCPT TO:<nobody.here@example.org>", "550 Unknown user"),
            ("RCPT TO:<closed@example.org>", "550 this mailbox has been closed"),
            ("RCPT TO:<later@example.org>", "451 come back tomorrow"),
            ("RCPT TO:<x@elsewhere.example>", "550 relay not permitted"),
            ("RCPT TO:<a%b@example.org>", "550 Restricted characters in address"),
            ("RCPT TO:</etc/passwd@elsewhere.example>", "550 Restricted characters in address"),
            ("RSET", "250 "),
            ("MAIL FROM:<a@nowhere.example>", "250 OK"),
            ("RCPT TO:<root@example.org>", "550-Verification failed for <a@nowhere.example>\n550-Unrouteable address\n550 Sender verify failed"),
            ("RCPT TO:<postmaster@example.org>", "250 Accepted"),
            ("QUIT", "221 "),
        ]);

    [Fact]
    public async Task Our_network_may_write_to_anybody() => await _host.HoldAsync(
        "192.0.2.9",
        [
            ("EHLO client.example", "250-"),
            ("MAIL FROM:<root@example.org>", "250 OK"),
            ("RCPT TO:<x@elsewhere.example>", "250 Accepted"),
            ("RCPT TO:<x@nowhere.example>", "250 Accepted"),
            ("QUIT", "221 "),
        ]);

    [Fact]
    public async Task Content_is_looked_at()
    {
        var trace = await _host.HoldAsync(
            "198.51.100.1",
            [
                ("EHLO client.example", "250-"),
                .. Message("From: a@@b"),
                ("", null), ("short", null), (".", "550 header syntax"),
                .. Message("From: a@b.example"),
                ("", null), (new string('x', 999), null), (".", "550 maximum allowed line length is 998 octets, got 999"),
                .. Message("From: a@b.example"),
                ("", null), (new string('x', 998), null), (".", "250 OK id="),
                ("QUIT", "221 "),
            ]);
        Assert.Contains(">>> deny: condition test succeeded in ACL \"acl_check_data\"", trace, StringComparison.Ordinal);
        Assert.Contains("rejected after DATA: header syntax (", trace, StringComparison.Ordinal);

        static (string, string?)[] Message(string header) =>
        [
            ("MAIL FROM:<a@elsewhere.example>", "250 OK"), ("RCPT TO:<root@example.org>", "250 Accepted"), ("DATA", "354 "), (header, null),
        ];
    }

    [Fact]
    public async Task Whoever_guesses_names_is_sent_away()
    {
        (string, string?)[] guesses = [.. Enumerable.Range(1, 12).Select(i => ($"RCPT TO:<guess{i}@example.org>", (string?)(i < 10 ? "550 Unknown user" : "550 ")))];
        var trace = await _host.HoldAsync(
            "198.51.100.1", [("EHLO client.example", "250-"), ("MAIL FROM:<a@elsewhere.example>", "250 OK"), .. guesses, ("RCPT TO:<root@example.org>", "550 Rejected for too many bad recipients"), ("QUIT", "221 ")]);
        Assert.Contains("LOG: 198.51.100.1 tried 13 recipients, of which 0 were good", trace, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mail_reaches_users_files_and_programs()
    {
        await using var node = await _host.StartAsync();
        var id = await node.SendAsync("root@example.org", ["abuse@example.org", "archive@example.org", "ticket@example.org"], "From: root@example.org\nSubject: hello\n\ntext\n");
        await node.UntilAsync<MessageCompleted>(id);
        var mailbox = File.ReadAllText(_host.Folder.Of("mail", "root"));
        Assert.StartsWith("From root@example.org ", mailbox, StringComparison.Ordinal);
        Assert.Contains("Envelope-to: abuse@example.org\n", mailbox, StringComparison.Ordinal);
        Assert.Contains("\nSubject: hello\n", mailbox, StringComparison.Ordinal);
        Assert.Contains("\nMessage-Id: ", mailbox, StringComparison.OrdinalIgnoreCase); // a submission is completed
        Assert.EndsWith("\n\ntext\n\n", mailbox, StringComparison.Ordinal);
        Assert.Contains("Subject: hello\n", File.ReadAllText(_host.Folder.Of("archive")), StringComparison.Ordinal);
        Assert.Contains("Subject: hello\n", File.ReadAllText(_host.Folder.Of("ticket")), StringComparison.Ordinal);
    }

    private static void WriteTables(ExampleHost host)
    {
        var folder = host.Folder;
        folder.Write("aliases", $"""
            postmaster: root
            abuse: postmaster
            closed: :fail: this mailbox has been closed
            later: :defer: come back tomorrow
            archive: {folder.Of("archive")}
            ticket: "|/bin/dd status=none of={folder.Of("ticket")}"
            """);
        Directory.CreateDirectory(folder.Of("home", "daemon"));
        folder.Write("home/daemon/.forward", "elsewhere@elsewhere.example\n");
    }
}
