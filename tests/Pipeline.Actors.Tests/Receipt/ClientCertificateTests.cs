using Pipeline.Actors.Receipt;
using Pipeline.Actors.Tests.Support;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Tls;
using Pipeline.Tests.Support.Tls;

namespace Pipeline.Actors.Tests.Receipt;

/// <summary>Certificates of clients as the policy has them: whom it asks, what it says to one that is good, and who a client is by it.</summary>
public sealed class ClientCertificateTests : ReceiptTestKit
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mailpipeline-tls-");
    private readonly TestAuthority _authority;
    private TestPolicy _policy = null!;

    public ClientCertificateTests() => _authority = new TestAuthority(_folder.FullName, "authority");

    [Theory]
    [InlineData("", ClientCertificateDemand.None)]
    [InlineData("tls_verify_hosts = 192.0.2.0/24", ClientCertificateDemand.Require)]
    [InlineData("tls_try_verify_hosts = 192.0.2.0/24", ClientCertificateDemand.Try)]
    [InlineData("tls_verify_hosts = *\ntls_try_verify_hosts = *", ClientCertificateDemand.Require)]
    [InlineData("tls_verify_hosts = 198.51.100.1\ntls_try_verify_hosts = !192.0.2.1 : *", ClientCertificateDemand.None)]
    public async Task Certificate_is_asked_of_the_hosts_that_the_lists_name(string options, ClientCertificateDemand demand)
    {
        await using var session = await OpenAsync($"{options}\ntls_verify_certificates = {_authority.File}\n");
        Assert.Equal(demand, (await session.TlsTermsAsync(CancellationToken.None))!.ClientCertificate);
    }

    [Theory]
    [InlineData("tls_verify_hosts = *\ntls_verify_certificates = /nowhere/at/all\n", "TLS error on connection from (client.example) [192.0.2.1] (tls_verify_certificates): /nowhere/at/all: ")]
    [InlineData("tls_try_verify_hosts = *\ntls_crl = /nowhere/at/all\n", "TLS error on connection from (client.example) [192.0.2.1] (tls_verify_certificates): /nowhere/at/all: ")]
    [InlineData("tls_verify_hosts = ${lookup{x}lsearch{/nowhere}}\n", "TLS error on connection from (client.example) [192.0.2.1] (tls_verify_hosts): ")]
    [InlineData("tls_verify_hosts = *\ntls_verify_certificates = ${nosuch}\n", "TLS error on connection from (client.example) [192.0.2.1] (tls_verify_certificates): ")]
    public async Task Without_what_the_options_name_there_is_no_tls_and_the_log_says_why(string options, string line)
    {
        await using var session = await OpenAsync(options);
        Assert.Null(await session.TlsTermsAsync(CancellationToken.None));
        Assert.StartsWith(line, _policy.Lines.Last(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "250")]
    [InlineData(false, "550 no verified certificate")]
    public async Task Verified_certificate_can_be_asked_for(bool verified, string reply)
    {
        await using var session = await OpenAsync("acl_smtp_mail = check_mail\nbegin acl\ncheck_mail:\n  require message = no verified certificate\n    verify = certificate\n  accept\n");
        await SecureAsync(session, verified);
        Assert.StartsWith(reply, (await session.MailAsync(From("a"), CancellationToken.None)).Reply.ToString().Replace("550 5.7.1 ", "550 ", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("server_param1 = ${certextract{subject,CN}{$tls_in_peercert}{$value}fail}\nserver_condition = ${if eq{$auth1}{client}}\nserver_set_id = $auth1", true, "esmtpsa t client")]
    [InlineData("server_param = ${certextract{subject,CN}{$tls_in_peercert}}\nserver_param2 = two\nserver_param3 = three\nserver_set_id = $auth1/$auth2/$auth3", true, "esmtpsa t client/two/three")]
    [InlineData("server_condition = ${if eq{$tls_in_peerdn}{CN=nobody}}", true, "esmtps  ")]
    [InlineData("server_param1 = ${certextract{crl_uri}{$tls_in_peercert}{$value}fail}\nserver_condition = yes", true, "esmtps  ")]
    [InlineData("server_condition = yes", false, "esmtps  ")]
    public async Task Client_is_who_its_certificate_says_as_soon_as_tls_has_begun(string authenticator, bool verified, string expected)
    {
        await using var session = await OpenAsync($"""
            acl_smtp_mail = check_mail
            begin acl
            check_mail:
              accept logwrite = $received_protocol $sender_host_authenticated $authenticated_id
            begin authenticators
            t:
              driver = tls
              {authenticator.Replace("\n", "\n  ", StringComparison.Ordinal)}
            plain:
              driver = plaintext
              public_name = PLAIN
              server_prompts = :
              server_condition = yes

            """);
        Assert.Equal("PLAIN", Assert.Single(session.Capabilities.Mechanisms));
        await SecureAsync(session, verified);
        Assert.Equal(expected.StartsWith("esmtpsa", StringComparison.Ordinal) ? "" : "PLAIN", string.Join(' ', session.Capabilities.Mechanisms));
        await session.MailAsync(From("a"), CancellationToken.None);
        Assert.Equal(expected, _policy.Lines.Last());
    }

    [Fact]
    public async Task Authenticator_that_cannot_decide_is_told_and_the_next_is_asked()
    {
        await using var session = await OpenAsync("""
            begin authenticators
            broken:
              driver = tls
              server_condition = ${nosuch}
            good:
              driver = tls
              server_set_id = known

            """);
        await SecureAsync(session, verified: true);
        Assert.StartsWith("broken authenticator did not decide for H=[192.0.2.1]: ", Assert.Single(_policy.Lines), StringComparison.Ordinal);
        Assert.Empty(session.Capabilities.Mechanisms);
    }

    protected override void Dispose(bool disposing)
    {
        _authority.Dispose();
        _folder.Delete(recursive: true);
        base.Dispose(disposing);
    }

    private async Task SecureAsync(IReceiptSession session, bool verified)
    {
        var certificate = System.Security.Cryptography.X509Certificates.X509CertificateLoader.LoadCertificateFromFile(_authority.Sign("client", null).Certificate);
        await session.TlsEstablishedAsync(TlsFacts.Of("TLS1.3", "TLS_AES_256_GCM_SHA384", 256, null, certificate, verified, null), CancellationToken.None);
        await session.HeloAsync(true, "client.example", CancellationToken.None);
    }

    private async Task<IReceiptSession> OpenAsync(string options)
    {
        _policy = new TestPolicy(options, Time);
        return await OpenAsync(Service(_policy));
    }
}
