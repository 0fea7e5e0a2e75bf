using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Connectors.Ports;
using Pipeline.Connectors.Tests.Smtp;
using Pipeline.Mail.Dns;
using Pipeline.Mail.Message;
using Pipeline.Tests.Support.Smtp;

namespace Pipeline.Connectors.Tests.Smtp.Dane;

/// <summary>Deliveries to peers with TLSA records.</summary>
public sealed class SmtpDeliveryDaneTests : SmtpDelivery
{
    private static readonly string[] Offers = ["STARTTLS"];
    private static readonly TlsaRecord Good = CertificateFamily.RecordOf(TestCertificates.Peer, 3, 1, 1);
    private static readonly TlsaRecord Other = new(3, 1, 1, SHA256.HashData("another key"u8));

    [Theory]
    [InlineData(3, 1, 1)]
    [InlineData(3, 0, 2)]
    public async Task Deliver_holds_the_certificate_against_the_record(byte usage, byte selector, byte matching)
    {
        await using var peer = ScriptedSmtpPeer.Serve(capabilities: Offers, certificate: TestCertificates.Peer);
        Publish(peer, CertificateFamily.RecordOf(TestCertificates.Peer, usage, selector, matching));

        Assert.Matches("^X=TLS1\\.3:[A-Z0-9_]+:[0-9]+ CV=dane DN=\"CN=peer\\.example\" C=", Delivered(await DeliverOneAsync(Job([Secure(peer)]))).Detail);

        Assert.Equal("peer.example", peer.Sessions[0].ServerName);
    }

    [Fact]
    public async Task Deliver_waits_when_no_record_matches()
    {
        await using var peer = ScriptedSmtpPeer.Serve(capabilities: Offers, certificate: TestCertificates.Peer);
        Publish(peer, Other);

        var failure = Deferred(await DeliverOneAsync(Job([Secure(peer)])));

        Assert.Equal((FailureClass.TlsFailed, "a TLS session is required, but an attempt to start TLS failed"), (failure.Class, failure.Reason));
        Assert.Equal("no TLSA record matches the certificate of the peer", failure.Internal);
        Assert.Single(peer.Sessions);
    }

    [Fact]
    public async Task Deliver_waits_when_the_peer_has_records_and_offers_no_tls()
    {
        await using var peer = ScriptedSmtpPeer.Serve();
        Publish(peer, Good);
        Settings = Settings with { Tls = Settings.Tls with { Avoid = HostSet.Everyone } };

        Assert.Equal(FailureClass.TlsRequired, Deferred(await DeliverOneAsync(Job([Secure(peer)]))).Class);

        Assert.Empty(peer.Messages);
    }

    [Fact]
    public async Task Deliver_with_records_of_no_use_is_over_tls_to_any_certificate()
    {
        await using var peer = ScriptedSmtpPeer.Serve(capabilities: Offers, certificate: TestCertificates.Peer);
        await using var clear = ScriptedSmtpPeer.Serve();
        Publish([peer, clear], new TlsaRecord(1, 1, 1, new byte[32]));

        Assert.Contains(" CV=no ", Delivered(await DeliverOneAsync(Job([Secure(peer)]))).Detail, StringComparison.Ordinal);
        Assert.Equal(FailureClass.TlsRequired, Deferred(await DeliverOneAsync(Job([Secure(clear)]))).Class);
    }

    [Theory]
    [InlineData(false, true, true, true)]
    [InlineData(true, false, true, true)]
    [InlineData(true, true, false, true)]
    [InlineData(true, true, true, false)]
    public async Task Deliver_goes_on_without_dane_where_something_is_not_beyond_doubt(bool name, bool addresses, bool records, bool tried)
    {
        await using var peer = ScriptedSmtpPeer.Serve();
        Publish([peer], records, Other);
        Settings = Settings with { Tls = Settings.Tls with { TryDane = tried ? HostSet.Everyone : HostSet.None } };

        Delivered(await DeliverOneAsync(Job([HostOf(peer) with { IsNameSecure = name, AreAddressesSecure = addresses }])));
    }

    [Theory]
    [InlineData(false, true, true, "DANE error: peer.example lookup not DNSSEC")]
    [InlineData(true, false, true, "DANE error: peer.example lookup not DNSSEC")]
    [InlineData(true, true, false, "DANE error: tlsa lookup FAIL")]
    public async Task Deliver_fails_without_dane_where_it_is_required(bool name, bool addresses, bool records, string reason)
    {
        await using var peer = ScriptedSmtpPeer.Serve(capabilities: Offers, certificate: TestCertificates.Peer);
        Publish([peer], records, Good);
        Settings = Settings with { Tls = Settings.Tls with { TryDane = HostSet.None, RequireDane = HostSet.Everyone } };

        Assert.Equal(reason, Failed(await DeliverOneAsync(Job([HostOf(peer) with { IsNameSecure = name, AreAddressesSecure = addresses }]))).Reason);

        Assert.Empty(peer.Sessions);
    }

    [Fact]
    public async Task Deliver_where_dane_is_required_wants_a_record_of_use()
    {
        await using var peer = ScriptedSmtpPeer.Serve(capabilities: Offers, certificate: TestCertificates.Peer);
        Settings = Settings with { Tls = Settings.Tls with { RequireDane = HostSet.Everyone } };
        Assert.Equal("DANE error: tlsa lookup FAIL", Failed(await DeliverOneAsync(Job([Secure(peer)]))).Reason);
    }

    [Fact]
    public async Task Deliver_waits_while_the_records_cannot_be_had()
    {
        await using var peer = ScriptedSmtpPeer.Serve();
        Dns = new ZoneResolver(ImmutableDictionary<string, ZoneName>.Empty.Add(RecordName(peer), new ZoneName([], DnsAnswer.TemporaryFailure("SERVFAIL"))));

        var failure = Deferred(await DeliverOneAsync(Job([Secure(peer)])));

        Assert.Equal((FailureClass.Lookup, "DANE error: tlsa lookup DEFER"), (failure.Class, failure.Reason));
        Assert.Empty(peer.Sessions);
    }

    [Theory]
    [InlineData("TLS-Required: No\r\n", false, true)]
    [InlineData("tls-required:no\r\n", false, true)]
    [InlineData("TLS-Required: No\r\nTLS-Required: No\r\n", false, false)]
    [InlineData("TLS-Required: Yes\r\n", false, false)]
    [InlineData("TLS-Required: No\r\n", true, false)]
    public async Task Deliver_ignores_dane_where_the_sender_asks_for_it(string field, bool requireTls, bool delivered)
    {
        await using var peer = ScriptedSmtpPeer.Serve(capabilities: [.. Offers, "REQUIRETLS"], certificate: TestCertificates.Peer);
        Publish(peer, Other);
        var job = Job([Secure(peer)]) with { Content = new InMemoryMessageContent(Encoding.ASCII.GetBytes(Header + field), "Hello\r\n"u8.ToArray()), RequireTls = requireTls };

        Assert.Equal(delivered, await DeliverOneAsync(job) is DeliveryOutcome.Delivered);
    }

    [Fact]
    public async Task Deliver_under_requiretls_is_content_with_the_record()
    {
        await using var peer = ScriptedSmtpPeer.Serve(capabilities: [.. Offers, "REQUIRETLS"], certificate: TestCertificates.Peer);
        Publish(peer, Good);

        Assert.Contains("CV=dane", Delivered(await DeliverOneAsync(Job([Secure(peer)]) with { RequireTls = true })).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deliver_has_ciphers_of_its_own_under_dane()
    {
        await using var peer = ScriptedSmtpPeer.Serve(capabilities: Offers, certificate: TestCertificates.Peer);
        Publish(peer, Good);
        Settings = Settings with { Tls = Settings.Tls with { Ciphers = "NORMAL:-VERS-TLS1.3", DaneCiphers = "NORMAL:-VERS-TLS1.2" } };

        Assert.StartsWith("X=TLS1.3", Delivered(await DeliverOneAsync(Job([Secure(peer)]))).Detail, StringComparison.Ordinal);
        Assert.StartsWith("X=TLS1.2", Delivered(await DeliverOneAsync(Job(peer))).Detail, StringComparison.Ordinal);
        Assert.Equal(2, peer.Sessions.Count);
    }

    private static DestinationHost Secure(ScriptedSmtpPeer peer) => HostOf(peer) with { AreAddressesSecure = true };

    private static string RecordName(ScriptedSmtpPeer peer) => string.Create(CultureInfo.InvariantCulture, $"_{peer.EndPoint.Port}._tcp.peer.example");

    private void Publish(ScriptedSmtpPeer peer, TlsaRecord record) => Publish([peer], record);

    private void Publish(ScriptedSmtpPeer[] peers, TlsaRecord record) => Publish(peers, authentic: true, record);

    private void Publish(ScriptedSmtpPeer[] peers, bool authentic, TlsaRecord record) =>
        Dns = new ZoneResolver(peers.ToDictionary(RecordName, _ => new ZoneName([record]) { IsAuthentic = authentic }));
}
