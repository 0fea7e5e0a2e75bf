using Pipeline.Messages.Journal;
using Pipeline.Node.Tests.Listeners;

namespace Pipeline.EndToEnd.Tests.Receipt;

/// <summary>Rewriting of addresses on the whole way: SMTP, envelope, header, redirection, transport; and what the journal tells of it.</summary>
public sealed class RewritingTests : IDisposable
{
    private static readonly string Policy = Policies.Local(
        main: """
            acl_smtp_data = check_data
            log_selector = +address_rewrite
            """,
        routers: """
            team:
              driver = redirect
              local_parts = team
              data = lead@old.test
            raw:
              driver = redirect
              local_parts = raw
              data = kept@old.test
              no_rewrite
            stray:
              driver = accept
              domains = old.test
              transport = maildir
            """).Replace(
        "accept domains = +local_domains", "accept domains = +local_domains : old.test\n         add_header = X-Rcpt: $local_part@$domain", StringComparison.Ordinal).Replace(
        "begin routers", """
            check_data:
              accept add_header = X-Data: $sender_address $recipients $h_from:

            begin routers
            """, StringComparison.Ordinal).Replace(
        "  envelope_to_add", """
              envelope_to_add
              headers_add = Cc: added@tr.test
              headers_rewrite = *@tr.test $1@tr2.test : *@new.test $1@far.test f
            """, StringComparison.Ordinal) + """

        begin rewrite
        \N^<?local!([^>]*)>?$\N   $1@local.test  S
        *@old.test   $1@local.test  T
        *@old.test   $1@new.test
        """;

    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Envelope_header_and_path_are_rewritten_when_they_come_and_the_journal_names_the_rules()
    {
        await using var node = await TestNode.StartAsync(_folder, Policy);

        await using var client = await node.ConnectAsync();
        await client.CommandAsync("MAIL FROM:<s@old.test>", "250 ");
        await client.CommandAsync("RCPT TO:<local!zed>", "250 ");
        await client.CommandAsync("RCPT TO:<user@old.test>", "250 ");
        await client.CommandAsync("DATA", "354 ");
        await client.SendAsync("From: Ann (c) <ann@old.test>,\r\n \"x, y\" <q@tr.test>\r\nTo: g: b@old.test, c@other.test;\r\nSubject: d@old.test\r\n\r\nbody\r\n");
        var id = TestNode.IdIn(await client.CommandAsync(".", "250 "));

        await node.UntilAsync<MessageCompleted>(id);
        foreach (var (mailbox, other) in new[] { ("zed", "user"), ("user", "zed") })
        {
            var text = await File.ReadAllTextAsync(Assert.Single(_folder.Mail(mailbox)));
            Assert.StartsWith($"Return-path: <s@new.test>\nEnvelope-to: {mailbox}@local.test\n", text, StringComparison.Ordinal);
            Assert.Contains("\nFrom: Ann (c) <ann@far.test>,\n \"x, y\" <q@tr2.test>\nTo: g: b@new.test, c@other.test;\nSubject: d@old.test\n", text, StringComparison.Ordinal);
            Assert.Contains("\nX-Data: s@new.test zed@local.test, user@local.test Ann (c) <ann@new.test>", text, StringComparison.Ordinal);
            Assert.Contains("\nX-Rcpt: zed@local.test\n", text, StringComparison.Ordinal);
            Assert.Contains("\nX-Rcpt: user@old.test\n", text, StringComparison.Ordinal);
            Assert.Contains("\nCc: added@tr.test\n", text, StringComparison.Ordinal);
        }

        var explained = await node.ExplainAsync(id);
        Assert.Contains("smtp recipient <local!zed> to <zed@local.test> by rule 1 (", explained, StringComparison.Ordinal);
        Assert.Contains("env-from <s@old.test> to <s@new.test> by rule 3 (", explained, StringComparison.Ordinal);
        Assert.Contains("from: <ann@old.test> to <ann@new.test> by rule 3 (", explained, StringComparison.Ordinal);
        Assert.Contains("to: <b@old.test> to <b@new.test> by rule 3 (", explained, StringComparison.Ordinal);
        Assert.Contains("recipient 1 <user@local.test>", explained, StringComparison.Ordinal);
        Assert.Contains("<user@old.test> to <user@local.test> by rule 2 (", explained, StringComparison.Ordinal);
        Assert.Contains("headers_rewrite of maildir transport: \"ann@new.test\" from from: rewritten as \"ann@far.test\" by rule 2 (", explained, StringComparison.Ordinal);
        Assert.Contains($"mailpipeline.conf:{Line("*@old.test   $1@new.test")})", explained, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("team", "lead", "lead@local.test")]
    [InlineData("raw", "kept", "kept@old.test")]
    public async Task Redirection_rewrites_its_children_unless_it_is_told_not_to(string recipient, string mailbox, string address)
    {
        await using var node = await TestNode.StartAsync(_folder, Policy);

        var id = await node.SendAsync("a@from.test", [$"{recipient}@local.test"], "From: a@from.test\n\nbody\n");

        await node.UntilAsync<MessageCompleted>(id);
        Assert.Contains($"Envelope-to: {recipient}@local.test\n", await File.ReadAllTextAsync(Assert.Single(_folder.Mail(mailbox))), StringComparison.Ordinal);
        var explained = await node.ExplainAsync(id);
        Assert.Contains($"<{address}>", explained, StringComparison.Ordinal);
        Assert.Equal(
            recipient == "team",
            explained.Contains("redirected: \"lead@old.test\" from env-to rewritten as \"lead@local.test\" by rule 2 (", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Path_that_is_no_address_after_rewriting_is_refused_as_if_it_had_been_sent()
    {
        await using var node = await TestNode.StartAsync(_folder, Policy);

        await using var client = await node.ConnectAsync();
        await client.CommandAsync("MAIL FROM:<s@old.test> SIZE=100", "250 ");
        await client.CommandAsync("RCPT TO:<local!a b>", "501 ");
        await client.CommandAsync("RCPT TO:local!fine ", "250 ");
        await client.CommandAsync("RCPT", "501 ");
    }

    private static int Line(string rule) => Policy[..Policy.IndexOf(rule, StringComparison.Ordinal)].Count(c => c == '\n') + 1;
}
