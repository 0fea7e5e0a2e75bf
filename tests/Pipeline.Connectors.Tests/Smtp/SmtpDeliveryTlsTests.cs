using System.Security.Cryptography.X509Certificates;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Smtp;
using Pipeline.Tests.Support.Smtp;
using Pipeline.Tests.Support.Tls;

namespace Pipeline.Connectors.Tests.Smtp;

public sealed class SmtpDeliveryTlsTests : SmtpDelivery
{
    private static readonly string[] Offers = ["PIPELINING", "STARTTLS"];

    [Fact]
    public async Task Deliver_upgrades_to_tls_with_any_certificate_and_greets_again()
    {
        await using var peer = ScriptedSmtpPeer.Serve(capabilities: Offers, certificate: TestCertificates.Peer);

        var outcome = Delivered(await DeliverOneAsync(Job(peer)));

        Assert.Matches("""^X=TLS1\.3:TLS_[A-Z0-9_]+:(128|256) CV=no C="250 OK id=1"$""", outcome.Detail);
        Assert.Equal(["EHLO client.example", "STARTTLS", "EHLO client.example", "MAIL FROM:<a@client.example>"], peer.Commands.Take(4));
        Assert.Equal("peer.example", peer.Sessions[0].ServerName);
        Assert.Single(peer.Messages);
    }

    [Fact]
    public async Task Deliver_over_tls_session_is_used_again()
    {
        await using var peer = ScriptedSmtpPeer.Serve(capabilities: Offers, certificate: TestCertificates.Peer);

        Delivered(await DeliverOneAsync(Job(peer)));
        Delivered(await DeliverOneAsync(Job(peer)));
        await Agent.DisposeAsync();

        Assert.Single(peer.Sessions);
        Assert.Equal("QUIT", peer.Commands[^1]);
    }

    [Fact]
    public async Task Deliver_server_name_is_as_configured_and_none_for_an_address()
    {
        await using var peer = ScriptedSmtpPeer.Serve(capabilities: Offers, certificate: TestCertificates.Peer);

        Delivered(await DeliverOneAsync(Job([HostOf(peer, "127.0.0.1")])));
        Settings = Settings with { Tls = Settings.Tls with { ServerNameIndication = "other.example" } };
        Delivered(await DeliverOneAsync(Job(peer)));

        Assert.Equal("", peer.Sessions[0].ServerName ?? "");
        Assert.Equal("other.example", peer.Sessions[1].ServerName);
    }

    [Fact]
    public async Task Deliver_avoids_tls_where_told()
    {
        await using var peer = ScriptedSmtpPeer.Serve(capabilities: Offers, certificate: TestCertificates.Peer);
        Settings = Settings with { Tls = Settings.Tls with { Avoid = HostSet.Everyone } };

        Delivered(await DeliverOneAsync(Job(peer)));

        Assert.DoesNotContain("STARTTLS", peer.Commands);
    }

    [Fact]
    public async Task Deliver_tls_required_and_not_offered_is_deferred()
    {
        await using var peer = ScriptedSmtpPeer.Serve();
        Settings = Settings with { Tls = Settings.Tls with { Require = HostSet.Everyone } };

        var failure = Deferred(await DeliverOneAsync(Job(peer)));

        Assert.Equal((FailureClass.TlsRequired, "a TLS session is required, but the server did not offer TLS support"), (failure.Class, failure.Reason));
        Assert.Equal(["EHLO client.example", "QUIT"], peer.Commands);
    }

    [Theory]
    [InlineData("454 not now")]
    [InlineData(SmtpPeerReply.Close)]
    public async Task Deliver_tls_failure_is_tried_again_in_clear(string reply)
    {
        await using var peer = ScriptedSmtpPeer.Serve(command => command == "STARTTLS" ? reply : null, Offers, TestCertificates.Peer);

        Delivered(await DeliverOneAsync(Job(peer)));

        Assert.Equal(2, peer.Sessions.Count);
        Assert.DoesNotContain("STARTTLS", peer.Sessions[1].Commands);
    }

    [Fact]
    public async Task Deliver_tls_failure_is_not_tried_in_clear_where_that_is_off_or_tls_required()
    {
        await using var peer = ScriptedSmtpPeer.Serve(command => command == "STARTTLS" ? "454 not now" : null, Offers, TestCertificates.Peer);
        Settings = Settings with { Tls = Settings.Tls with { TemporaryFailureTryClear = false } };
        var failure = Deferred(await DeliverOneAsync(Job(peer)));
        Assert.Equal((FailureClass.TlsFailed, "SMTP error from remote mail server after STARTTLS: 454 not now"), (failure.Class, failure.Reason));
        Settings = Settings with { Tls = Settings.Tls with { TemporaryFailureTryClear = true, Require = HostSet.Everyone } };
        Assert.Equal(FailureClass.TlsFailed, Deferred(await DeliverOneAsync(Job(peer))).Class);
        Assert.Equal(2, peer.Sessions.Count);
        Assert.Empty(peer.Messages);
    }

    [Fact]
    public async Task Deliver_handshake_with_a_peer_that_speaks_no_tls_fails()
    {
        await using var peer = ScriptedSmtpPeer.Start(async session =>
        {
            await session.SendAsync("220 peer.example");
            await session.ReadLineAsync();
            await session.SendAsync("250-peer.example", "250 STARTTLS");
            await session.ReadLineAsync();
            await session.SendAsync("220 go ahead");
            await session.SendRawAsync("this is not a server hello, whatever one may think of it\r\n");
            await session.ReadToEndAsync();
        });
        Settings = Settings with { Tls = Settings.Tls with { Require = HostSet.Everyone } };

        var failure = Deferred(await DeliverOneAsync(Job(peer)));

        Assert.Equal((FailureClass.TlsFailed, "a TLS session is required, but an attempt to start TLS failed"), (failure.Class, failure.Reason));
    }

    [Fact]
    public async Task Deliver_data_sent_before_the_handshake_is_refused()
    {
        await using var peer = ScriptedSmtpPeer.Start(async session =>
        {
            await session.SendAsync("220 peer.example");
            await session.ReadLineAsync();
            await session.SendAsync("250-peer.example", "250 STARTTLS");
            await session.ReadLineAsync();
            await session.SendAsync("220 go ahead", "250 injected");
            await session.ReadToEndAsync();
        });
        Settings = Settings with { Tls = Settings.Tls with { Require = HostSet.Everyone } };

        Assert.Equal("data after the reply to STARTTLS", Deferred(await DeliverOneAsync(Job(peer))).Internal);
    }

    [Theory]
    [InlineData("peer.example", true, true)]
    [InlineData("other.example", true, false)]
    [InlineData("other.example", false, true)]
    public async Task Deliver_verifies_certificate_and_name_where_required(string host, bool verifyName, bool trusted)
    {
        var authorities = TestCertificates.WritePem(TestCertificates.Peer);
        try
        {
            await using var peer = ScriptedSmtpPeer.Serve(capabilities: Offers, certificate: TestCertificates.Peer);
            Settings = Settings with
            {
                Tls = Settings.Tls with
                {
                    Verify = HostSet.Everyone,
                    VerifyHostnames = verifyName ? HostSet.Everyone : HostSet.None,
                    VerifyCertificates = authorities,
                },
            };

            var outcome = await DeliverOneAsync(Job([HostOf(peer, host)]));

            if (trusted)
            {
                Assert.Contains(" CV=yes ", Delivered(outcome).Detail, StringComparison.Ordinal);
            }
            else
            {
                Assert.Equal($"the certificate is not for {host}", Deferred(outcome).Internal);
                Assert.Empty(peer.Messages);
            }
        }
        finally
        {
            File.Delete(authorities);
        }
    }

    [Fact]
    public async Task Deliver_certificate_of_an_unknown_issuer_is_refused_where_verification_is_required()
    {
        await using var peer = ScriptedSmtpPeer.Serve(capabilities: Offers, certificate: TestCertificates.Peer);
        Settings = Settings with { Tls = Settings.Tls with { Verify = HostSet.Everyone } };

        var failure = Deferred(await DeliverOneAsync(Job(peer)));

        Assert.Equal(FailureClass.TlsFailed, failure.Class);
        Assert.NotNull(failure.Internal);
        Assert.Single(peer.Sessions);
        Assert.Empty(peer.Messages);
    }

    [Fact]
    public async Task Deliver_authorities_that_cannot_be_read_defer()
    {
        await using var peer = ScriptedSmtpPeer.Serve(capabilities: Offers, certificate: TestCertificates.Peer);
        Settings = Settings with { Tls = Settings.Tls with { VerifyCertificates = "/nonexistent/ca.pem" } };

        var failure = Deferred(await DeliverOneAsync(Job(peer)));

        Assert.Equal(FailureClass.Local, failure.Class);
        Assert.Contains("/nonexistent/ca.pem", failure.Internal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Deliver_goes_by_revocation_lists(bool revoked)
    {
        var folder = Directory.CreateTempSubdirectory("mailpipeline-crl-");
        try
        {
            using var authority = new TestAuthority(folder.FullName, "authority");
            var (certificate, key) = authority.Sign("peer", null, isServer: true);
            var list = authority.Revoke(DateTimeOffset.UtcNow.AddDays(1), revoked ? [certificate] : []);
            using var identity = X509Certificate2.CreateFromPemFile(certificate, key);
            await using var peer = ScriptedSmtpPeer.Serve(capabilities: Offers, certificate: identity);
            Settings = Settings with
            {
                Tls = Settings.Tls with { Verify = HostSet.Everyone, VerifyHostnames = HostSet.None, VerifyCertificates = authority.File, RevocationListFile = list },
            };

            var outcome = await DeliverOneAsync(Job(peer));

            if (revoked)
            {
                Assert.Equal("certificate revoked", Deferred(outcome).Internal);
            }
            else
            {
                Assert.Contains(" CV=yes ", Delivered(outcome).Detail, StringComparison.Ordinal);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("ECDHE-ECDSA-AES128-GCM-SHA256:!TLSv1.3", null, "X=TLS1.3:")]
    [InlineData("NORMAL:-VERS-TLS1.3:-AES-256-GCM:-CHACHA20-POLY1305", null, "X=TLS1.2:TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256:128 ")]
    [InlineData(null, "+no_tlsv1_3", "X=TLS1.2:")]
    [InlineData("TLS_AES_128_GCM_SHA256", null, "X=TLS1.3:TLS_AES_128_GCM_SHA256:128 ")]
    public async Task Deliver_goes_by_the_ciphers_and_protocols_of_the_transport(string? ciphers, string? options, string shown)
    {
        await using var peer = ScriptedSmtpPeer.Serve(capabilities: Offers, certificate: TestCertificates.Peer);
        Settings = Settings with { Tls = Settings.Tls with { Ciphers = ciphers, LibraryOptions = options } };

        Assert.StartsWith(shown, Delivered(await DeliverOneAsync(Job(peer))).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deliver_ciphers_that_cannot_be_read_defer()
    {
        await using var peer = ScriptedSmtpPeer.Serve(capabilities: Offers, certificate: TestCertificates.Peer);
        Settings = Settings with { Tls = Settings.Tls with { Ciphers = "NORMAL:nonsense" } };

        var failure = Deferred(await DeliverOneAsync(Job(peer)));

        Assert.Equal((FailureClass.Local, "tls_require_ciphers: \"nonsense\" in \"NORMAL:nonsense\" is not known"), (failure.Class, failure.Internal));
    }

    [Fact]
    public async Task Deliver_protocol_that_must_be_confirmed_and_is_not_defers()
    {
        await using var peer = ScriptedSmtpPeer.Serve(capabilities: Offers, certificate: TestCertificates.Peer);
        Settings = Settings with { Tls = Settings.Tls with { Alpn = "smtp", RequireAlpn = HostSet.Everyone, TemporaryFailureTryClear = false } };

        var failure = Deferred(await DeliverOneAsync(Job(peer)));

        Assert.Equal((FailureClass.TlsFailed, "ALPN is required and was not negotiated"), (failure.Class, failure.Internal));
    }

    [Fact]
    public async Task Deliver_shows_its_own_certificate()
    {
        using var own = TestCertificates.Create("client.example");
        var file = TestCertificates.WritePem(own);
        try
        {
            await using var peer = ScriptedSmtpPeer.Serve(capabilities: Offers, certificate: TestCertificates.Peer);
            Settings = Settings with { Tls = Settings.Tls with { CertificateFile = file } };

            Delivered(await DeliverOneAsync(Job(peer)));

            Assert.Equal("CN=client.example", peer.Sessions[0].ClientCertificate);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Deliver_smtps_is_inside_tls_from_the_start()
    {
        await using var peer = ScriptedSmtpPeer.Start(async session =>
        {
            await session.StartTlsAsync(TestCertificates.Peer);
            await session.SendAsync("220 peer.example");
            await session.ExpectAsync("EHLO client.example");
            await session.SendAsync("250-peer.example", "250 STARTTLS");
            foreach (var reply in new[] { "250 OK", "250 OK", "354 go" })
            {
                await session.ReadLineAsync();
                await session.SendAsync(reply);
            }

            await session.ReadDataAsync();
            await session.SendAsync("250 OK");
            await session.ReadToEndAsync();
        });
        Settings = Settings with { Protocol = SmtpDialect.Smtps };

        Assert.StartsWith("X=TLS1.3", Delivered(await DeliverOneAsync(Job(peer))).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deliver_under_requiretls_wants_a_verified_peer_that_offers_it()
    {
        var authorities = TestCertificates.WritePem(TestCertificates.Peer);
        try
        {
            Settings = Settings with { Tls = Settings.Tls with { VerifyCertificates = authorities } };
            await using var without = ScriptedSmtpPeer.Serve(capabilities: Offers, certificate: TestCertificates.Peer);
            await using var with = ScriptedSmtpPeer.Serve(capabilities: [.. Offers, "REQUIRETLS", "DSN"], certificate: TestCertificates.Peer);
            var job = Job([HostOf(without), HostOf(with)]) with { RequireTls = true, Return = DsnReturn.Headers };

            Delivered(await DeliverOneAsync(job));
            var failure = Failed(await DeliverOneAsync(job with { Hosts = [HostOf(without)] }));

            Assert.Contains("MAIL FROM:<a@client.example> REQUIRETLS RET=HDRS", with.Commands);
            Assert.Empty(without.Messages);
            Assert.Equal("REQUIRETLS support is required from the server but it was not offered", failure.Reason);
            Assert.Equal(new EnhancedStatusCode(5, 7, 30), failure.Status);
        }
        finally
        {
            File.Delete(authorities);
        }
    }

    [Theory]
    [InlineData("no TLS", "a TLS session is required, but the server did not offer TLS support", 10)]
    [InlineData("bad certificate", "a TLS session is required, but an attempt to start TLS failed", 10)]
    [InlineData("other name", "a TLS session is required, but an attempt to start TLS failed", 10)]
    [InlineData("STARTTLS refused", "SMTP error from remote mail server after STARTTLS: 502 no", 10)]
    [InlineData("unsigned MX", "REQUIRETLS support is required from the server but DNSSEC does not vouch for the MX record that names it", 30)]
    public async Task Deliver_under_requiretls_fails_where_no_host_may_have_it(string trouble, string reason, int detail)
    {
        var authorities = TestCertificates.WritePem(TestCertificates.Peer);
        try
        {
            Settings = Settings with { Tls = Settings.Tls with { VerifyCertificates = authorities } };
            var certificate = trouble == "bad certificate" ? TestCertificates.Create("peer.example") : TestCertificates.Peer;
            await using var peer = ScriptedSmtpPeer.Serve(
                line => line == "STARTTLS" && trouble == "STARTTLS refused" ? "502 no" : null,
                capabilities: trouble == "no TLS" ? ["REQUIRETLS"] : [.. Offers, "REQUIRETLS"],
                certificate: certificate);
            var host = HostOf(peer, trouble == "other name" ? "other.example" : "peer.example") with { IsNameSecure = trouble != "unsigned MX" };

            var failure = Failed(await DeliverOneAsync(Job([host]) with { RequireTls = true }));

            Assert.Equal((reason, new EnhancedStatusCode(5, 7, (ushort)detail)), (failure.Reason, failure.Status));
            Assert.Empty(peer.Messages);
            Assert.DoesNotContain(peer.Commands, command => command.StartsWith("MAIL", StringComparison.Ordinal));
        }
        finally
        {
            File.Delete(authorities);
        }
    }

    [Theory]
    [InlineData("454 later")]
    [InlineData(SmtpPeerReply.Close)]
    public async Task Deliver_under_requiretls_waits_for_a_host_with_passing_troubles(string reply)
    {
        await using var without = ScriptedSmtpPeer.Serve();
        await using var troubled = ScriptedSmtpPeer.Serve(line => line == "STARTTLS" ? reply : null, capabilities: [.. Offers, "REQUIRETLS"]);

        Deferred(await DeliverOneAsync(Job([HostOf(troubled), HostOf(without)]) with { RequireTls = true }));

        Assert.Empty(without.Messages);
        Assert.Empty(troubled.Messages);
    }

    [Fact]
    public async Task Deliver_without_requiretls_uses_a_session_of_its_own()
    {
        var authorities = TestCertificates.WritePem(TestCertificates.Peer);
        try
        {
            Settings = Settings with { Tls = Settings.Tls with { VerifyCertificates = authorities } };
            await using var peer = ScriptedSmtpPeer.Serve(capabilities: [.. Offers, "REQUIRETLS"], certificate: TestCertificates.Peer);

            Delivered(await DeliverOneAsync(Job(peer) with { RequireTls = true }));
            Delivered(await DeliverOneAsync(Job(peer)));

            Assert.Equal(["MAIL FROM:<a@client.example> REQUIRETLS", "MAIL FROM:<a@client.example>"], peer.Commands.Where(command => command.StartsWith("MAIL", StringComparison.Ordinal)));
        }
        finally
        {
            File.Delete(authorities);
        }
    }

    [Fact]
    public async Task Deliver_bounce_under_requiretls_goes_to_a_peer_without_it_too()
    {
        await using var peer = ScriptedSmtpPeer.Serve();

        Delivered(await DeliverOneAsync(Job(peer) with { RequireTls = true, ReturnPath = EnvelopeAddress.Null }));

        Assert.Contains("MAIL FROM:<>", peer.Commands);
    }
}
