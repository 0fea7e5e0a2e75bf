using System.Security.Cryptography.X509Certificates;
using Pipeline.Messages.Journal;
using Pipeline.Tests.Support.Tls;

namespace Pipeline.EndToEnd.Tests.Receipt;

/// <summary>A client that is known by its certificate, from the handshake to the line in the log.</summary>
public sealed class ClientCertificateTests : IDisposable
{
    private readonly Folder _folder = new();
    private readonly TestAuthority _authority;

    public ClientCertificateTests() => _authority = new TestAuthority(_folder.Path, "authority");

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Relay_is_open_to_who_shows_a_good_certificate()
    {
        await using var node = await StartAsync("tls_try_verify_hosts = *");
        var (certificate, key) = _authority.Sign("client", null, isClient: true);
        await using var client = await SecureAsync(node, X509Certificate2.CreateFromPemFile(certificate, key));

        var id = await TestNode.SendAsync(client, "a@from.test", ["b@local.test"], "Subject: known\n\nbody\n");

        var events = await node.UntilAsync<MessageCompleted>(id);
        var facts = Assert.Single(events.OfType<TransactionStarted>()).Client;
        Assert.Equal((true, "CN=client", "esmtpsa", "cert", "client"), (facts.TlsVerified, facts.TlsPeer, facts.Protocol, facts.Authenticator, facts.AuthenticatedId));
        await LoggedAsync(" CV=yes DN=\"CN=client\" A=cert:client ");
    }

    [Fact]
    public async Task Relay_is_closed_to_who_shows_none()
    {
        await using var node = await StartAsync("tls_try_verify_hosts = *");
        await using var client = await SecureAsync(node, null);
        await client.CommandAsync("MAIL FROM:<a@from.test>", "250 ");
        await client.CommandAsync("RCPT TO:<b@local.test>", "550 ");
    }

    [Fact]
    public async Task Session_without_the_certificate_that_is_required_ends_with_a_line_in_the_log()
    {
        await using var node = await StartAsync("tls_verify_hosts = *");

        // With TLS 1.3 the client learns only at its first read that the server wanted more.
        Assert.NotNull(await Record.ExceptionAsync(async () =>
        {
            await using var client = await SecureAsync(node, null);
        }));
        await LoggedAsync("TLS error on connection from (client.example) [127.0.0.1] (certificate verification failed): certificate required");
    }

    /// <summary>The log is written behind the mail: waits for it.</summary>
    private async Task LoggedAsync(string text)
    {
        var log = Path.Combine(_folder.Path, "log", "mainlog");
        await Eventually.IsAsync(
            async () => File.Exists(log) && (await File.ReadAllTextAsync(log)).Contains(text, StringComparison.Ordinal) ? "" : null,
            () => Task.FromResult($"the log has no line with {text}"));
    }

    private static async Task<SmtpTestClient> SecureAsync(TestNode node, X509Certificate2? certificate)
    {
        var client = await node.ConnectAsync();
        await client.CommandAsync("STARTTLS", "220 ");
        await client.SecureAsync("some.example", certificate);
        await client.CommandAsync("EHLO client.example", "250-");
        return client;
    }

    private Task<TestNode> StartAsync(string options)
    {
        var (certificate, key) = _authority.Sign("server", null, isServer: true);
        Directory.CreateDirectory(Path.Combine(_folder.Path, "log"));
        return TestNode.StartAsync(_folder, Policies.Local(main: $"""
            log_file_path = FOLDER/log/%slog
            log_selector = +tls_peerdn
            tls_certificate = {certificate}
            tls_privatekey = {key}
            tls_verify_certificates = {_authority.File}
            {options}
            """).Replace("accept domains = +local_domains", "accept verify = certificate\n  condition = ${if eq{${certextract{issuer,CN}{$tls_in_peercert}}}{authority}}", StringComparison.Ordinal)
            + """

            begin authenticators
            cert:
              driver = tls
              server_param1 = ${certextract{subject,CN}{$tls_in_peercert}}
              server_condition = ${if def:auth1}
              server_set_id = $auth1

            """);
    }
}
