using System.Runtime.Versioning;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Tests.Support.Smtp;
using Pipeline.Tests.Support.Tls;

namespace Pipeline.EndToEnd.Tests.SeedText;

/// <summary>"REQUIRETLS support", by the rules of RFC 8689.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class RequireTlsSupportTests : IDisposable
{
    private readonly Folder _certificates = new();
    private readonly TestAuthority _authority;
    private readonly (string Certificate, string Key) _server;

    public RequireTlsSupportTests()
    {
        _authority = new TestAuthority(_certificates.Path, "authority");
        _server = _authority.Sign("server", null, isServer: true);
    }

    public void Dispose()
    {
        _authority.Dispose();
        _certificates.Dispose();
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("tls_advertise_requiretls = *", true)]
    [InlineData("tls_advertise_requiretls = 192.0.2.0/24", false)]
    [InlineData("tls_advertise_requiretls =", false)]
    public async Task REQUIRETLS_is_only_advertised_once_a_TLS_connection_is_achieved(string option, bool offered)
    {
        using var host = new PolicyHost(Policy(0, option));
        await using var node = await host.StartAsync();
        await using var client = await SmtpTestClient.ConnectAsync(node.Endpoint);
        await client.ExpectAsync("220 ");
        Assert.DoesNotContain("REQUIRETLS", await client.CommandAsync("EHLO client.example", "250-"), StringComparison.Ordinal);
        await client.CommandAsync("MAIL FROM:<a@local.test> REQUIRETLS", "555 5.5.4 unadvertised MAIL option: REQUIRETLS");
        await SecureAsync(client);
        Assert.Equal(offered, (await client.CommandAsync("EHLO client.example", "250-")).Split('\n').Contains("250-REQUIRETLS"));
        await client.CommandAsync("MAIL FROM:<a@local.test> REQUIRETLS=1", offered ? "501 " : "555 ");
        await client.CommandAsync("MAIL FROM:<a@local.test> REQUIRETLS", offered ? "250 " : "555 ");
    }

    [Fact]
    public async Task Requirement_goes_from_node_to_node_and_is_seen_on_the_way()
    {
        using var last = new PolicyHost(Policy(0, "log_file_path = FOLDER/log/%slog"));
        Directory.CreateDirectory(last.Folder.Of("log"));
        await using var second = await last.StartAsync();
        using var first = new PolicyHost(Policy(second.Endpoint.Port), Zone(authentic: true));
        await using var node = await first.StartAsync();

        var id = await SendAsync(node, " REQUIRETLS RET=FULL", "b@away.test");

        var accepted = (await node.UntilAsync<MessageCompleted>(id)).OfType<MessageAccepted>().Single();
        Assert.True(accepted.RequireTls);
        Assert.Contains("under REQUIRETLS", await node.ExplainAsync(id), StringComparison.Ordinal);
        var mail = await MailAsync(last, "b");
        Assert.Equal(2, mail.Split("with esmtpS ").Length - 1);
        Assert.Contains("X-Required: yes", mail, StringComparison.Ordinal);
        var log = last.Folder.Of("log/mainlog");
        await Eventually.IsAsync(
            async () => File.Exists(log) && (await File.ReadAllTextAsync(log)).Contains(" P=esmtpS ", StringComparison.Ordinal) ? "" : null, () => node.ExplainAsync(id));
    }

    [Theory]
    [InlineData(true, "8BITMIME", "REQUIRETLS support is required from the server but it was not offered")]
    [InlineData(false, "REQUIRETLS", "REQUIRETLS support is required from the server but DNSSEC does not vouch for the MX record that names it")]
    public async Task Message_that_no_host_may_have_comes_back_without_its_body(bool authentic, string offer, string reason)
    {
        await using var peer = ScriptedSmtpPeer.Serve(capabilities: ["STARTTLS", offer], certificate: TestAuthority.Load(_server));
        using var host = new PolicyHost(Policy(peer.EndPoint.Port), Zone(authentic));
        await using var node = await host.StartAsync();

        var id = await SendAsync(node, " REQUIRETLS RET=FULL", "b@away.test");

        var events = await node.UntilAsync<MessageCompleted>(id);
        Assert.Empty(peer.Messages);
        Assert.True(MessageId.TryCreate(events.OfType<NotificationSent>().Single().MessageId, out var bounce));
        Assert.True((await node.UntilAsync<MessageCompleted>(bounce)).OfType<MessageAccepted>().Single().RequireTls);
        var mail = await MailAsync(host, "a");
        Assert.Contains(reason, mail.ReplaceLineEndings(" ").Replace("  ", " ", StringComparison.Ordinal).Replace("  ", " ", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("Status: 5.7.30", mail, StringComparison.Ordinal);
        Assert.Contains("Subject: secret", mail, StringComparison.Ordinal);
        Assert.DoesNotContain("nobody else's business", mail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Control_upgrades_a_message_that_came_without()
    {
        await using var peer = ScriptedSmtpPeer.Serve(capabilities: ["STARTTLS", "REQUIRETLS", "DSN"], certificate: TestAuthority.Load(_server));
        using var host = new PolicyHost(Policy(peer.EndPoint.Port, mail: "control = requiretls"), Zone(authentic: true));
        await using var node = await host.StartAsync();

        var id = await node.SendAsync("a@local.test", ["b@away.test"], "Subject: x\n\nbody\n");

        var started = (await node.UntilAsync<MessageCompleted>(id)).OfType<TransactionStarted>().Single();
        Assert.Equal("esmtp", started.Client.Protocol);
        Assert.Contains("MAIL FROM:<a@local.test> REQUIRETLS RET=HDRS", peer.Commands);
        Assert.Contains("X-Required: yes", Assert.Single(peer.Messages), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Message_without_the_requirement_is_none_of_this()
    {
        await using var peer = ScriptedSmtpPeer.Serve();
        using var host = new PolicyHost(Policy(peer.EndPoint.Port), Zone(authentic: false));
        await using var node = await host.StartAsync();

        await node.UntilAsync<MessageCompleted>(await SendAsync(node, "", "b@away.test"));

        Assert.Contains("X-Required: no", Assert.Single(peer.Messages), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Recipient_whose_host_may_not_have_the_message_is_refused_by_a_callout()
    {
        await using var peer = ScriptedSmtpPeer.Serve(capabilities: ["STARTTLS"], certificate: TestAuthority.Load(_server));
        using var host = new PolicyHost(Policy(peer.EndPoint.Port, rcpt: "require verify = recipient/callout=10s"), Zone(authentic: true));
        await using var node = await host.StartAsync();
        await using var client = await node.ConnectAsync();
        await SecureAsync(client);
        await client.CommandAsync("EHLO client.example", "250-");
        await client.CommandAsync("MAIL FROM:<a@local.test> REQUIRETLS", "250 ");
        await client.CommandAsync("RCPT TO:<b@away.test>", "550 5.7.30 REQUIRETLS support required");
        await client.CommandAsync("RSET", "250 ");
        await client.CommandAsync("MAIL FROM:<a@local.test>", "250 ");
        await client.CommandAsync("RCPT TO:<b@away.test>", "250 ");
    }

    /// <summary>From a@local.test, over TLS.</summary>
    private static async Task<MessageId> SendAsync(TestNode node, string parameters, string recipient)
    {
        await using var client = await node.ConnectAsync();
        await SecureAsync(client);
        await client.CommandAsync("EHLO client.example", "250-");
        await client.CommandAsync($"MAIL FROM:<a@local.test>{parameters}", "250 ");
        await client.CommandAsync($"RCPT TO:<{recipient}>", "250 ");
        await client.CommandAsync("DATA", "354 ");
        return TestNode.IdIn(await client.CommandAsync("Subject: secret\r\n\r\nnobody else's business\r\n.", "250 "));
    }

    private static async Task SecureAsync(SmtpTestClient client)
    {
        await client.CommandAsync("STARTTLS", "220 ");
        await client.SecureAsync("some.example");
    }

    private static Task<string> MailAsync(PolicyHost host, string user) => Eventually.IsAsync(
        async () => File.Exists(host.Folder.Of($"mail.{user}")) && await File.ReadAllTextAsync(host.Folder.Of($"mail.{user}")) is { Length: > 0 } text ? text : null,
        () => Task.FromResult($"no mail for {user}"));

    private static string Zone(bool authentic) => $$"""
        {"away.test":{"MX":["10 some.example"],"authentic":{{(authentic ? "true" : "false")}}},"some.example":{"A":["127.0.0.1"],"authentic":true} }
        """;

    /// <summary>A node that keeps mail for everybody, save what <c>away.test</c> gets from another.</summary>
    /// <param name="port">Where the hosts of away.test listen; 0 for one that is such a host itself.</param>
    private string Policy(int port, string options = "", string mail = "", string rcpt = "") => $$"""
        primary_hostname = mx.local.test
        spool_directory = FOLDER/spool
        tls_certificate = {{_server.Certificate}}
        tls_privatekey = {{_server.Key}}
        dsn_advertise_hosts = *
        acl_smtp_mail = check_mail
        acl_smtp_rcpt = check_rcpt
        acl_smtp_data = check_data
        {{options}}

        begin acl
        check_mail:
          accept {{mail}}

        check_rcpt:
          {{rcpt}}
          accept

        check_data:
          accept add_header = X-Required: $requiretls

        begin routers
        away:
          driver = dnslookup
          domains = {{(port == 0 ? "" : "away.test")}}
          self = send
          transport = smtp

        local:
          driver = accept
          transport = local

        begin transports
        smtp:
          driver = smtp
          port = {{(port == 0 ? 25 : port)}}
          allow_localhost
          tls_verify_certificates = {{_authority.File}}

        local:
          driver = appendfile
          file = FOLDER/mail.$local_part

        begin retry
        * * F,4d,15m
        """;
}
