using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Pipeline.Messages.Journal;
using Pipeline.Tests.Support.Smtp;
using Pipeline.Tests.Support.Tls;

namespace Pipeline.EndToEnd.Tests.Delivery;

/// <summary>DANE of a whole node: from the records of a domain to the line in the log.</summary>
public sealed class DaneTests : IDisposable
{
    private readonly Folder _folder = new();
    private readonly TestAuthority _authority;
    private readonly (string Certificate, string Key) _server;

    public DaneTests()
    {
        _authority = new TestAuthority(_folder.Path, "authority");
        _server = _authority.Sign("server", null, isServer: true);
        Directory.CreateDirectory(Path.Combine(_folder.Path, "log"));
    }

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(3, true)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    public async Task Mail_goes_to_the_certificate_that_the_domain_names(int usage, bool signed)
    {
        await using var peer = ScriptedSmtpPeer.Serve(capabilities: ["STARTTLS"], certificate: TestAuthority.Load(_server));
        await using var node = await StartAsync(peer, usage == 3 ? $"3 1 1 {KeyHash(_server.Certificate)}" : $"2 0 0 {Whole(_authority.File)}", signed);

        var id = await node.SendAsync("a@local.test", ["b@away.test"], "Subject: x\n\nbody\n");

        await node.UntilAsync<MessageCompleted>(id);
        await LoggedAsync(signed ? " CV=dane C=\"250" : " CV=no C=\"250");
    }

    [Fact]
    public async Task Mail_waits_for_the_certificate_that_the_domain_names()
    {
        await using var peer = ScriptedSmtpPeer.Serve(capabilities: ["STARTTLS"], certificate: TestAuthority.Load(_server));
        await using var node = await StartAsync(peer, $"3 1 1 {KeyHash(_authority.File)}", signed: true);

        var id = await node.SendAsync("a@local.test", ["b@away.test"], "Subject: x\n\nbody\n");

        await node.UntilAsync<RecipientDeferred>(id);
        await LoggedAsync("== b@away.test R=away T=smtp defer (-37) H=some.example [127.0.0.1]: no TLSA record matches the certificate of the peer");
        Assert.Empty(peer.Messages);
    }

    [Fact]
    public async Task Mail_comes_back_where_dane_is_required_and_the_domain_is_not_signed()
    {
        await using var peer = ScriptedSmtpPeer.Serve(capabilities: ["STARTTLS"], certificate: TestAuthority.Load(_server));
        await using var node = await StartAsync(peer, $"3 1 1 {KeyHash(_server.Certificate)}", signed: false, "hosts_require_dane = *");

        var events = await node.UntilAsync<MessageCompleted>(await node.SendAsync("a@local.test", ["b@away.test"], "Subject: x\n\nbody\n"));

        Assert.Equal("DANE error: some.example lookup not DNSSEC", events.OfType<RecipientFailed>().Single().Reason);
        Assert.Empty(peer.Sessions);
    }

    private static string KeyHash(string file)
    {
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(file);
        return Convert.ToHexString(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));
    }

    private static string Whole(string file)
    {
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(file);
        return Convert.ToHexString(certificate.RawDataMemory.Span);
    }

    /// <summary>The log is written behind the mail: waits for it.</summary>
    private async Task LoggedAsync(string text)
    {
        var log = Path.Combine(_folder.Path, "log", "mainlog");
        await Eventually.IsAsync(
            async () => File.Exists(log) && (await File.ReadAllTextAsync(log)).Contains(text, StringComparison.Ordinal) ? "" : null,
            async () => $"the log has no line with {text}:\n{(File.Exists(log) ? await File.ReadAllTextAsync(log) : "")}");
    }

    private Task<TestNode> StartAsync(ScriptedSmtpPeer peer, string record, bool signed, string options = "")
    {
        var authentic = $"\"authentic\":{(signed ? "true" : "false")}";
        return TestNode.StartAsync(
            _folder,
            Policies.Local(
                main: "log_file_path = FOLDER/log/%slog",
                routers: """
                    away:
                      driver = dnslookup
                      domains = away.test
                      self = send
                      transport = smtp
                    """,
                transports: $"""
                    smtp:
                      driver = smtp
                      port = {peer.EndPoint.Port}
                      allow_localhost
                      {options}
                    """).Replace("domainlist local_domains = local.test", "domainlist local_domains = local.test : away.test", StringComparison.Ordinal),
            $$"""
            {"away.test":{"MX":["10 some.example"],{{authentic}}},"some.example":{"A":["127.0.0.1"],{{authentic}}},
             "_{{peer.EndPoint.Port}}._tcp.some.example":{"TLSA":["{{record}}"],{{authentic}}} }
            """);
    }
}
