using System.Security.Cryptography.X509Certificates;
using Pipeline.Connectors.Smtp.Dane;
using Pipeline.Mail.Dns;

namespace Pipeline.Connectors.Tests.Smtp.Dane;

public sealed class DaneCertificatesTests : IDisposable
{
    private const string Host = "peer.example";
    private const string NoMatch = "no TLSA record matches the certificate of the peer";

    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    private readonly CertificateFamily _family = new();

    public void Dispose() => _family.Dispose();

    public static TheoryData<byte, byte, byte> Ways
    {
        get
        {
            var ways = new TheoryData<byte, byte, byte>();
            foreach (var usage in new byte[] { 2, 3 })
            {
                foreach (var selector in new byte[] { 0, 1 })
                {
                    foreach (var matching in new byte[] { 0, 1, 2 })
                    {
                        ways.Add(usage, selector, matching);
                    }
                }
            }

            return ways;
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Certificate_that_is_meant_matches_and_another_does_not(byte usage, byte selector, byte matching)
    {
        using var other = new CertificateFamily();
        var meant = usage == 3 ? _family.Leaf : _family.Authority;
        var record = CertificateFamily.RecordOf(meant, usage, selector, matching);

        Assert.Null(Judge(_family, record));
        Assert.NotNull(Judge(other, record));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Root_that_was_sent_is_a_trust_anchor_as_well(byte selector) =>
        Assert.Null(Judge(_family, CertificateFamily.RecordOf(_family.Root, 2, selector, 1)));

    [Fact]
    public void Anchor_that_was_not_sent_is_taken_from_the_record_when_that_is_it()
    {
        X509Certificate2Collection nothing = [];
        Assert.Null(Judge(_family.Leaf, nothing, CertificateFamily.RecordOf(_family.Authority, 2, 0, 0)));
        Assert.Equal(NoMatch, Judge(_family.Leaf, nothing, CertificateFamily.RecordOf(_family.Authority, 2, 1, 0)));
        Assert.Equal(NoMatch, Judge(_family.Leaf, nothing, CertificateFamily.RecordOf(_family.Authority, 2, 0, 1)));
        Assert.Equal(NoMatch, Judge(_family.Leaf, nothing, new TlsaRecord(2, 0, 0, "not a certificate"u8.ToArray())));
    }

    [Fact]
    public void Certificate_that_is_named_itself_may_be_expired_and_for_another_host()
    {
        using var old = new CertificateFamily("other.example", expired: true);
        Assert.Null(Judge(old, CertificateFamily.RecordOf(old.Leaf, 3, 1, 1)));
    }

    [Fact]
    public void Certificate_below_a_trust_anchor_may_not()
    {
        using var old = new CertificateFamily(expired: true);
        using var foreign = new CertificateFamily("other.example");
        Assert.Equal("the certificate does not lead to the trust anchor of the TLSA record", Judge(old, CertificateFamily.RecordOf(old.Authority, 2, 1, 1)));
        Assert.Equal("the certificate is not for peer.example", Judge(foreign, CertificateFamily.RecordOf(foreign.Authority, 2, 1, 1)));
    }

    [Fact]
    public void Trust_anchor_that_has_not_signed_the_certificate_is_none()
    {
        using var other = new CertificateFamily();
        Assert.Equal(
            "the certificate does not lead to the trust anchor of the TLSA record",
            Judge(_family.Leaf, [_family.Authority, other.Authority], CertificateFamily.RecordOf(other.Authority, 2, 1, 1)));
    }

    [Fact]
    public void One_record_that_matches_is_enough()
    {
        using var other = new CertificateFamily();
        Assert.Null(Judge(_family, CertificateFamily.RecordOf(other.Leaf, 3, 1, 1), CertificateFamily.RecordOf(other.Root, 2, 0, 1), CertificateFamily.RecordOf(_family.Leaf, 3, 0, 2)));
    }

    [Theory]
    [InlineData(0, 0, 1, 32, false)]
    [InlineData(1, 1, 1, 32, false)]
    [InlineData(3, 1, 1, 32, true)]
    [InlineData(2, 0, 2, 64, true)]
    [InlineData(3, 1, 1, 31, false)]
    [InlineData(3, 1, 2, 32, false)]
    [InlineData(3, 0, 0, 1, true)]
    [InlineData(3, 0, 0, 0, false)]
    [InlineData(3, 2, 1, 32, false)]
    [InlineData(3, 1, 3, 32, false)]
    [InlineData(4, 1, 1, 32, false)]
    public void Record_is_usable_when_it_says_what_a_certificate_can_be_held_against(byte usage, byte selector, byte matching, int length, bool usable) =>
        Assert.Equal(usable, !new TlsaRecords([new TlsaRecord(usage, selector, matching, new byte[length])]).Usable.IsEmpty);

    [Fact]
    public void Sets_of_the_same_records_are_equal_in_any_order_and_bounded()
    {
        var (one, two) = (new TlsaRecord(3, 1, 1, new byte[32]), new TlsaRecord(2, 0, 2, new byte[64]));
        Assert.Equal(new TlsaRecords([one, two]), new TlsaRecords([two, one]));
        Assert.Equal(new TlsaRecords([one, two]).GetHashCode(), new TlsaRecords([two, one]).GetHashCode());
        Assert.NotEqual(new TlsaRecords([one]), new TlsaRecords([one, two]));
        Assert.Equal(50, new TlsaRecords(Enumerable.Repeat(one, 200)).Usable.Length);
    }

    private static string? Judge(CertificateFamily family, params TlsaRecord[] records) => Judge(family.Leaf, [family.Authority, family.Root], records);

    private static string? Judge(X509Certificate2 leaf, X509Certificate2Collection sent, params TlsaRecord[] records) => DaneCertificates.Judge([.. records], leaf, sent, Host, Now);
}
