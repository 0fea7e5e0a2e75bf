using System.Security.Cryptography.X509Certificates;
using Pipeline.Node.Listeners;
using Pipeline.Node.Listeners.Tls;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Tls;
using Pipeline.Tests.Support;
using Pipeline.Tests.Support.Tls;

namespace Pipeline.Node.Tests.Listeners;

/// <summary>Clients that show a certificate in the handshake, and those that do not.</summary>
public sealed class ClientCertificateTests : IDisposable
{
    private static readonly ServerCertificates Certificates = new(KestrelFixture.Certificate("mx.example.com"));

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mailpipeline-clients-");
    private readonly TestAuthority _authority;
    private readonly FakeReceipt _receipt = new();

    public ClientCertificateTests() => _authority = new TestAuthority(_folder.FullName, "authority");

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData(ClientCertificateDemand.Try)]
    [InlineData(ClientCertificateDemand.Require)]
    public async Task Good_certificate_is_verified(ClientCertificateDemand demand)
    {
        TlsFacts facts = await SecureAsync(demand, Signed());
        Assert.True(facts.CertificateVerified);
        Assert.Equal("CN=client", facts.PeerDistinguishedName);
        Assert.Equal("CN=client", facts.PeerCertificate!.Subject);
        Assert.Equal("CN=mx.example.com", facts.OurCertificate!.Subject);
    }

    [Fact]
    public async Task Certificate_that_is_tried_may_be_bad()
    {
        TlsFacts facts = await SecureAsync(ClientCertificateDemand.Try, KestrelFixture.Certificate("stranger"));
        Assert.False(facts.CertificateVerified);
        Assert.Equal("CN=stranger", facts.PeerDistinguishedName);
    }

    [Fact]
    public async Task Certificate_that_is_tried_may_be_missing()
    {
        TlsFacts facts = await SecureAsync(ClientCertificateDemand.Try, null);
        Assert.Equal((false, null, null), (facts.CertificateVerified, facts.PeerDistinguishedName, facts.PeerCertificate));
    }

    [Fact]
    public async Task Certificate_is_not_asked_for_without_a_reason()
    {
        TlsFacts facts = await SecureAsync(ClientCertificateDemand.None, Signed());
        Assert.Equal((false, null), (facts.CertificateVerified, facts.PeerDistinguishedName));
    }

    [Theory]
    [InlineData(false, "STARTTLS|421|(certificate verification failed): certificate required")]
    [InlineData(true, "STARTTLS|421|(certificate verification failed): certificate invalid: ")]
    public async Task Without_the_certificate_that_is_required_there_is_no_session(bool shows, string incident)
    {
        await using SmtpServer server = await StartAsync(ClientCertificateDemand.Require);
        await using SmtpTestClient client = await SmtpTestClient.GreetedAsync(server.Endpoints[0]);
        await client.CommandAsync("STARTTLS", "220 ");

        // With TLS 1.3 the client learns only at its first read that the server did not like what it sent.
        Exception? error = await Record.ExceptionAsync(async () =>
        {
            await client.SecureAsync(certificate: shows ? KestrelFixture.Certificate("stranger") : null);
            await client.CommandAsync("EHLO client.example", "250-");
        });

        Assert.NotNull(error);
        Assert.True(await Polling.UntilAsync(() => Task.FromResult(_receipt.Incidents.Count == 1), TimeSpan.FromSeconds(20)));
        Assert.StartsWith(incident, Assert.Single(_receipt.Incidents), StringComparison.Ordinal);
        Assert.DoesNotContain("tls", _receipt.Calls);
    }

    [Fact]
    public async Task Tls_that_the_policy_cannot_have_now_is_refused_in_clear()
    {
        await using SmtpServer server = await KestrelFixture.StartAsync(_receipt, certificates: Certificates);
        _receipt.TlsTerms = null;
        await using SmtpTestClient client = await SmtpTestClient.GreetedAsync(server.Endpoints[0]);
        await client.CommandAsync("STARTTLS", "454 4.7.0 TLS currently unavailable");
        await client.CommandAsync("MAIL FROM:<a@example.com>", "250 ");
    }

    [Fact]
    public async Task Port_with_implicit_tls_closes_when_the_policy_cannot_have_tls_now()
    {
        await using SmtpServer server = await KestrelFixture.StartAsync(
            _receipt, options => options with { Endpoints = [new ListenerEndpoint(KestrelFixture.AnyPort, ImplicitTls: true)] }, Certificates);
        _receipt.TlsTerms = null;
        await using SmtpTestClient client = await SmtpTestClient.ConnectAsync(server.Endpoints[0]);
        await client.ExpectEndAsync();
        Assert.DoesNotContain("connect", _receipt.Calls);
    }

    private X509Certificate2 Signed()
    {
        (string certificate, string key) = _authority.Sign("client", role: null, isClient: true);
        return X509Certificate2.CreateFromPemFile(certificate, key);
    }

    private async Task<TlsFacts> SecureAsync(ClientCertificateDemand demand, X509Certificate2? certificate)
    {
        await using SmtpServer server = await StartAsync(demand);
        await using SmtpTestClient client = await SmtpTestClient.GreetedAsync(server.Endpoints[0]);
        await client.CommandAsync("STARTTLS", "220 ");
        await client.SecureAsync(certificate: certificate);
        await client.CommandAsync("EHLO client.example", "250-");
        return Assert.Single(_receipt.Tls);
    }

    private Task<SmtpServer> StartAsync(ClientCertificateDemand demand)
    {
        CertificateTrust? trust = CertificateTrust.Load(new CertificateFiles(), _authority.File, null, out string? problem);
        Assert.True(trust is not null, problem);
        _receipt.TlsTerms = new ServerTlsTerms { ClientCertificate = demand, Trust = trust };
        return KestrelFixture.StartAsync(_receipt, certificates: Certificates);
    }
}
