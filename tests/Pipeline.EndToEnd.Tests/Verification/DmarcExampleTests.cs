using System.Text.Json;
using Pipeline.Messages.Journal;

namespace Pipeline.EndToEnd.Tests.Verification;

/// <summary>The example of Exim's description of DMARC, word for word, on a whole node: what each of its statements does.</summary>
public sealed class DmarcExampleTests : IDisposable
{
    private const string RecipientAcl = """
        warn    domains        = +local_domains
                  hosts          = +local_hosts
                  control        = dmarc_disable_verify

          warn    !domains       = +screwed_up_dmarc_records
                  control        = dmarc_enable_forensic

          warn    condition      = (lookup if destined to mailing list)
                  set acl_m_mailing_list = 1
        """;

    private const string DataAcl = """
        warn    dmarc_status   = accept : none : off
                  !authenticated = *
                  log_message    = DMARC DEBUG: $dmarc_status $dmarc_used_domain

          warn    dmarc_status   = !accept
                  !authenticated = *
                  log_message    = DMARC DEBUG: '$dmarc_status' for $dmarc_used_domain

          warn    dmarc_status   = quarantine
                  !authenticated = *
                  set $acl_m_quarantine = 1
                  # Do something in a transport with this flag variable

          deny    condition      = ${if eq{$dmarc_domain_policy}{reject}}
                  condition      = ${if eq{$acl_m_mailing_list}{1}}
                  message        = Messages from $dmarc_used_domain break mailing lists

          deny    dmarc_status   = reject
                  !authenticated = *
                  message        = Message from $dmarc_used_domain failed sender's DMARC policy, REJECT

          warn    add_header     = :at_start:${authresults {$primary_hostname}}
        """;

    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_message_that_passes_is_logged_and_says_so_in_its_header()
    {
        await using var node = await StartAsync();

        var id = await node.SendAsync("a@strict.test", ["b@local.test"], Mail("strict.test"));

        var events = await node.UntilAsync<MessageCompleted>(id);
        var stored = await File.ReadAllTextAsync(Assert.Single(_folder.Mail("b")));
        Assert.Contains("Authentication-Results: mx.local.test;\n\tspf=pass smtp.mailfrom=strict.test;\n\tdmarc=pass header.from=strict.test\n", stored, StringComparison.Ordinal);
        Assert.Equal("pass", Assert.Single(events.OfType<CheckCompleted>(), check => check.Check == "dmarc").Result);
        await LogHasAsync("Warning: DMARC DEBUG: accept strict.test");
        await LogHasAsync($"{id} DMARC results: spf_domain=strict.test dmarc_domain=strict.test spf_align=yes dkim_align=no enforcement='Accept'");
        Assert.DoesNotContain("DMARC DEBUG: 'accept'", await LogAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_in_the_name_of_another_is_refused_with_the_words_of_the_example()
    {
        await using var node = await StartAsync();
        await using var client = await node.ConnectAsync();

        await OfferAsync(client, "b", Mail("strict.test"), "550 Message from strict.test failed sender's DMARC policy, REJECT");

        await LogHasAsync("DMARC DEBUG: 'reject' for strict.test");
        Assert.Empty(_folder.Mail("b"));
    }

    [Fact]
    public async Task A_message_to_be_quarantined_is_marked_and_a_router_takes_it_aside()
    {
        await using var node = await StartAsync();

        var id = await node.SendAsync("a@else.test", ["b@local.test"], Mail("careful.test"));

        await node.UntilAsync<MessageCompleted>(id);
        Assert.Empty(_folder.Mail("b"));
        Assert.Contains("dmarc=fail header.from=careful.test", await File.ReadAllTextAsync(Assert.Single(_folder.Mail("quarantine"))), StringComparison.Ordinal);
        await LogHasAsync("DMARC DEBUG: 'quarantine' for careful.test");
    }

    [Fact]
    public async Task A_policy_of_none_is_logged_by_both_statements_and_changes_nothing()
    {
        await using var node = await StartAsync();

        var id = await node.SendAsync("a@else.test", ["b@local.test"], Mail("watching.test"));

        await node.UntilAsync<MessageCompleted>(id);
        Assert.Contains("dmarc=none header.from=watching.test", await File.ReadAllTextAsync(Assert.Single(_folder.Mail("b"))), StringComparison.Ordinal);
        await LogHasAsync("DMARC DEBUG: none watching.test");
        await LogHasAsync("DMARC DEBUG: 'none' for watching.test");
    }

    [Fact]
    public async Task Mail_of_a_strict_domain_to_a_mailing_list_is_refused_though_it_passes()
    {
        await using var node = await StartAsync();
        await using var client = await node.ConnectAsync();

        await OfferAsync(client, "list", Mail("strict.test"), "550 Messages from strict.test break mailing lists", "strict.test");
    }

    [Fact]
    public async Task The_condition_that_is_no_condition_passes_over_its_statement_and_says_so()
    {
        await using var node = await StartAsync();

        await node.UntilAsync<MessageCompleted>(await node.SendAsync("a@strict.test", ["b@local.test"], Mail("strict.test")));

        await LogHasAsync("Warning: ACL \"warn\" statement skipped: condition test deferred: invalid \"condition\" value \"(lookup if destined to mailing list)\"");
    }

    [Fact]
    public async Task A_host_of_our_own_is_not_checked()
    {
        await using var node = await StartAsync(localHosts: "127.0.0.1");

        var id = await node.SendAsync("a@else.test", ["b@local.test"], Mail("strict.test"));

        var events = await node.UntilAsync<MessageCompleted>(id);
        Assert.DoesNotContain("dmarc=", await File.ReadAllTextAsync(Assert.Single(_folder.Mail("b"))), StringComparison.Ordinal);
        Assert.DoesNotContain(events.OfType<CheckCompleted>(), check => check.Check == "dmarc");
        await LogHasAsync("DMARC DEBUG: off");
    }

    [Fact]
    public async Task An_authenticated_client_is_not_checked_and_not_logged()
    {
        await using var node = await StartAsync();
        await using var client = await node.ConnectAsync();
        await client.CommandAsync("EHLO client.test", "250");
        await client.CommandAsync("AUTH PLAIN AHUAcA==", "235 ");

        var id = await TestNode.SendAsync(client, "a@else.test", ["b@local.test"], Mail("strict.test"));

        await node.UntilAsync<MessageCompleted>(id);
        await LogHasAsync($"{id} Completed");
        Assert.DoesNotContain("DMARC", await LogAsync(), StringComparison.Ordinal);
    }

    private static string Mail(string domain) => $"From: <ann@{domain}>\r\nTo: <b@local.test>\r\nSubject: x\r\n\r\nbody\r\n";

    private static async Task OfferAsync(SmtpTestClient client, string recipient, string message, string reply, string sender = "else.test")
    {
        await client.CommandAsync($"MAIL FROM:<a@{sender}>", "250 ");
        await client.CommandAsync($"RCPT TO:<{recipient}@local.test>", "250 ");
        await client.CommandAsync("DATA", "354 ");
        await client.SendAsync(message);
        await client.CommandAsync(".", reply);
    }

    private async Task LogHasAsync(string text) => await Eventually.IsAsync(
        async () => (await LogAsync()).Contains(text, StringComparison.Ordinal) ? text : null, async () => $"\"{text}\" is not in\n{await LogAsync()}");

    private async Task<string> LogAsync()
    {
        var path = _folder.Of("log", "mainlog");
        if (!File.Exists(path))
        {
            return "";
        }

        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(file);
        return await reader.ReadToEndAsync();
    }

    private Task<TestNode> StartAsync(string localHosts = "192.0.2.0/24")
    {
        var policy = Policies.Local(
            main: $"""
                log_file_path = FOLDER/log/%slog
                hostlist local_hosts = {localHosts}
                domainlist screwed_up_dmarc_records = broken.test
                acl_smtp_data = check_data
                """,
            routers: """
                quarantined:
                  driver = accept
                  condition = ${if eq{$acl_m_quarantine}{1}}
                  transport = quarantine

                """,
            transports: """
                quarantine:
                  driver = appendfile
                  directory = FOLDER/mail/quarantine
                  maildir_format

                """);
        policy = policy
            .Replace("check_rcpt:\n", $"check_rcpt:\n  warn    local_parts = list\n          set acl_m_mailing_list = 1\n  {RecipientAcl}\n", StringComparison.Ordinal)
            .Replace("begin routers", $"check_data:\n  {DataAcl}\n  accept\n\nbegin routers", StringComparison.Ordinal)
            + "\nbegin authenticators\nplain:\n  driver = plaintext\n  public_name = PLAIN\n  server_prompts = :\n  server_condition = yes\n  server_set_id = $auth2\n";
        return TestNode.StartAsync(_folder, policy, JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["strict.test"] = Text("v=spf1 ip4:127.0.0.1 -all"),
            ["_dmarc.strict.test"] = Text("v=DMARC1; p=reject; rua=mailto:reports@strict.test"),
            ["_dmarc.careful.test"] = Text("v=DMARC1; p=quarantine"),
            ["_dmarc.watching.test"] = Text("v=DMARC1; p=none"),
        }));

        static object Text(string record) => new { TXT = new[] { record } };
    }
}
