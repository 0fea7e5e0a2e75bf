using System.Net.Security;
using Pipeline.Node.Listeners;
using Pipeline.Node.Listeners.Tls;
using Pipeline.Policy.Tls;
using Pipeline.Policy.Tls.Ciphers;
using Pipeline.Tests.Support;

namespace Pipeline.Node.Tests.Listeners;

/// <summary>Protocols, cipher suites and names of application protocols as the policy wants them.</summary>
public sealed class TlsTermsTests
{
    private static readonly ServerCertificates Certificates = new(KestrelFixture.Certificate("mx.example.com"));

    private readonly FakeReceipt _receipt = new();

    [Theory]
    [InlineData("NORMAL:-VERS-TLS1.3:-AES-256-GCM:-CHACHA20-POLY1305", "Tls12 TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")]
    [InlineData("TLS_AES_128_GCM_SHA256", "Tls13 TLS_AES_128_GCM_SHA256")]
    public async Task Session_has_what_the_list_allows(string ciphers, string cipher)
    {
        _receipt.TlsTerms = new ServerTlsTerms { Ciphers = CipherPreference.Read(ciphers, null, out _)! };
        await using SmtpServer server = await KestrelFixture.StartAsync(_receipt, certificates: Certificates);
        await using SmtpTestClient client = await SecureAsync(server);
        Assert.Equal(cipher, client.Cipher);
    }

    [Theory]
    [InlineData("smtp", "smtp")]
    [InlineData("", "")]
    [InlineData("x esmtp", "esmtp")]
    public async Task Client_names_a_protocol_that_is_known_or_none(string named, string confirmed)
    {
        await using SmtpServer server = await StartAsync(requires: false);
        await using SmtpTestClient client = await SecureAsync(server, named.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(confirmed, client.ApplicationProtocol);
    }

    [Theory]
    [InlineData(false, "http/1.1")]
    [InlineData(true, "")]
    public async Task Client_of_another_protocol_and_one_that_names_none_where_it_must_gets_no_session(bool requires, string named)
    {
        await using SmtpServer server = await StartAsync(requires);
        Assert.NotNull(await Record.ExceptionAsync(async () =>
        {
            await using SmtpTestClient client = await SecureAsync(server, named.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        }));
        Assert.True(await Polling.UntilAsync(() => Task.FromResult(_receipt.Incidents.Count == 1), TimeSpan.FromSeconds(20)));
        Assert.StartsWith(requires ? "STARTTLS|421|(ALPN): required and not negotiated" : "STARTTLS|421|(SSL_accept): ", Assert.Single(_receipt.Incidents), StringComparison.Ordinal);
    }

    private static async Task<SmtpTestClient> SecureAsync(SmtpServer server, params string[] protocols)
    {
        SmtpTestClient client = await SmtpTestClient.GreetedAsync(server.Endpoints[0]);
        await client.CommandAsync("STARTTLS", "220 ");
        await client.SecureAsync(protocols: protocols);
        await client.CommandAsync("EHLO client.example", "250-");
        return client;
    }

    private Task<SmtpServer> StartAsync(bool requires)
    {
        _receipt.TlsTerms = new ServerTlsTerms { ApplicationProtocols = [new SslApplicationProtocol("smtp"), new SslApplicationProtocol("esmtp")], RequiresAlpn = requires };
        return KestrelFixture.StartAsync(_receipt, certificates: Certificates);
    }
}
