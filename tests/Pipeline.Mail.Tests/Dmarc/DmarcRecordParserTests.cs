using System.Text;
using Pipeline.Mail.Dmarc;

namespace Pipeline.Mail.Tests.Dmarc;

public sealed class DmarcRecordParserTests
{
    [Theory]
    [InlineData("v=DMARC1", true)]
    [InlineData("v=DMARC1;p=reject", true)]
    [InlineData("V = DMARC1 ; p=reject", true)]
    [InlineData("v=DMARC1\t;p=reject", true)]
    [InlineData("v=dmarc1; p=reject", false)]
    [InlineData("v=DMARC11; p=reject", false)]
    [InlineData("v=DMARC1 p=reject", false)]
    [InlineData(" v=DMARC1; p=reject", false)]
    [InlineData("p=reject; v=DMARC1", false)]
    [InlineData("v=DMARC1\\; p=none", false)]
    [InlineData("v=spf1 -all", false)]
    [InlineData("v", false)]
    [InlineData("v=", false)]
    [InlineData("", false)]
    public void The_version_stands_first_in_these_letters(string text, bool expected) =>
        Assert.Equal(expected, DmarcRecordParser.IsDmarcRecord(Encoding.Latin1.GetBytes(text)));

    [Fact]
    public void Every_tag_of_RFC_9989_is_read()
    {
        var record = Parse("v=DMARC1; p=Reject; SP=quarantine; np=none; adkim=s; aspf=S; fo=1:d:s; psd=n; t=y; "
            + "rua=mailto:a@x.example, mailto:b%2Bc@y.example!10m ; ruf=https://z.example/post");
        Assert.Null(record.Problem);
        Assert.Equal((DmarcPolicy.Reject, DmarcPolicy.Quarantine, DmarcPolicy.None), (record.Policy, record.SubdomainPolicy, record.NonexistentPolicy));
        Assert.Equal((DmarcAlignmentMode.Strict, DmarcAlignmentMode.Strict), (record.DkimAlignment, record.SpfAlignment));
        Assert.Equal(DmarcFailureOptions.AnyFails | DmarcFailureOptions.Dkim | DmarcFailureOptions.Spf, record.FailureOptions);
        Assert.Equal((DmarcPublicSuffix.No, true), (record.PublicSuffix, record.IsTesting));
        Assert.Equal(["a@x.example", "b+c@y.example"], record.AggregateReports.Select(uri => uri.Address?.ToString()));
        Assert.Equal("mailto:b%2Bc@y.example!10m", record.AggregateReports[1].Text);
        Assert.Equal([null], record.FailureReports.Select(uri => uri.Address));
    }

    [Fact]
    public void Tags_of_one_document_mean_nothing_to_the_other()
    {
        const string Text = "v=DMARC1; p=none; np=reject; psd=y; t=y; pct=30; ri=60";
        var (newer, older) = (Parse(Text), Parse(Text, DmarcEvaluation.Rfc7489));
        Assert.Equal((DmarcPolicy.Reject, DmarcPublicSuffix.Yes, true, 100), (newer.NonexistentPolicy, newer.PublicSuffix, newer.IsTesting, newer.Percent));
        Assert.Equal((null, DmarcPublicSuffix.Undetermined, false, 30), (older.NonexistentPolicy, older.PublicSuffix, older.IsTesting, older.Percent));
        Assert.Equal((60u, (uint)DmarcRecord.DefaultReportInterval), (older.ReportInterval, newer.ReportInterval));
        Assert.Null(Parse("v=DMARC1; p=none; np=bob", DmarcEvaluation.Rfc7489).Problem);
    }

    [Theory]
    [InlineData("adkim=bob; aspf=")]
    [InlineData("fo=2")]
    [InlineData("fo=1:")]
    [InlineData("fo=1:s rua=mailto:a@b.example")]
    [InlineData("psd=maybe; t=perhaps")]
    [InlineData("nothing")]
    [InlineData("=value; ;;")]
    [InlineData("x y=z")]
    [InlineData("unknown=p=reject")]
    [InlineData("rf=afrf; pct=500; ri=bob")]
    public void What_is_wrong_or_not_known_has_its_default(string tags)
    {
        var record = Parse($"v=DMARC1; p=quarantine; {tags}");
        Assert.Equal(new DmarcRecord { Policy = DmarcPolicy.Quarantine }, record with { AggregateReports = [], FailureReports = [] }, RecordComparer);
    }

    [Theory]
    [InlineData("pct=101", 100)]
    [InlineData("pct=-1", 100)]
    [InlineData("pct=1000", 100)]
    [InlineData("pct=0100", 100)]
    [InlineData("pct=0", 0)]
    [InlineData("pct=99", 99)]
    public void A_percentage_is_a_number_up_to_a_hundred(string tag, int expected) =>
        Assert.Equal(expected, Parse($"v=DMARC1; p=none; {tag}", DmarcEvaluation.Rfc7489).Percent);

    [Theory]
    [InlineData("v=DMARC1", "p= is missing")]
    [InlineData("v=DMARC1; p=rej", "p= is no policy")]
    [InlineData("v=DMARC1; p=none; sp=bob", "sp= is no policy")]
    [InlineData("v=DMARC1; p=none; np=", "np= is no policy")]
    [InlineData("v=DMARC1; rua=not a uri", "p= is missing")]
    [InlineData("v=DMARC1; rua=mailto:", "p= is missing")]
    [InlineData("v=DMARC1; rua=mailto:a", "p= is missing")]
    [InlineData("v=DMARC1; rua=mailto:a%4@b.example", "p= is missing")]
    [InlineData("v=DMARC1; rua=mailto:a@b.example!10x", "p= is missing")]
    [InlineData("v=DMARC1; rua=mailto:a@b.example!", "p= is missing")]
    [InlineData("v=DMARC1; p=none; P=reject", "the tag p= is given twice")]
    [InlineData("v=DMARC1; p=none; x=1; x=1", "the tag x= is given twice")]
    public void A_record_without_a_policy_that_holds_is_unusable(string text, string problem) => Assert.StartsWith(problem, Parse(text).Problem, StringComparison.Ordinal);

    [Theory]
    [InlineData("rua=mailto:a@b.example")]
    [InlineData("p=bob; rua=mailto:a@b.example!5")]
    [InlineData("p=reject; sp=bob; rua=x, mailto:a@b.example")]
    [InlineData("p=reject; np=bob; rua=https://b.example/")]
    public void Who_asks_for_reports_without_a_policy_wants_nothing_done(string tags)
    {
        var record = Parse($"v=DMARC1; {tags}");
        Assert.Null(record.Problem);
        Assert.Equal((DmarcPolicy.None, null, null), (record.Policy, record.SubdomainPolicy, record.NonexistentPolicy));
    }

    [Theory]
    [InlineData(DmarcRecordParser.MaxTags - 1, true)]
    [InlineData(DmarcRecordParser.MaxTags, true)]
    [InlineData(DmarcRecordParser.MaxTags + 1, false)]
    public void Tags_are_counted(int count, bool isUsable)
    {
        var text = "v=DMARC1; p=none" + string.Concat(Enumerable.Range(0, count - 2).Select(n => $"; x{n}=1"));
        Assert.Equal(isUsable, Parse(text).Problem is null);
    }

    [Fact]
    public void Addresses_for_reports_are_counted()
    {
        var uris = string.Join(',', Enumerable.Range(0, 1000).Select(n => $"mailto:a{n}@b.example"));
        Assert.Equal(DmarcReportUri.MaxPerTag, Parse($"v=DMARC1; p=none; rua={uris}").AggregateReports.Length);
    }

    [Fact]
    public void Any_octets_give_a_record_or_a_reason()
    {
        var random = new Random(7489);
        var seed = "v=DMARC1; p=reject; sp=none; np=quarantine; rua=mailto:a%40b@c.example!10m,https://x/; fo=0:1:d:s; pct=50; t=y; psd=u"u8.ToArray();
        for (var round = 0; round < 20_000; round++)
        {
            var text = seed.ToArray();
            for (var change = random.Next(8); change >= 0; change--)
            {
                text[random.Next(text.Length)] = (byte)random.Next(256);
            }

            text = text[..random.Next(text.Length + 1)];
            if (DmarcRecordParser.IsDmarcRecord(text))
            {
                Assert.InRange(Parse(text).Policy, DmarcPolicy.None, DmarcPolicy.Reject);
            }
        }
    }

    private static IEqualityComparer<DmarcRecord> RecordComparer { get; } = EqualityComparer<DmarcRecord>.Create(
        (a, b) => a! with { AggregateReports = default, FailureReports = default } == b! with { AggregateReports = default, FailureReports = default });

    private static DmarcRecord Parse(string text, DmarcEvaluation evaluation = DmarcEvaluation.Rfc9989) => Parse(Encoding.Latin1.GetBytes(text), evaluation);

    private static DmarcRecord Parse(byte[] text, DmarcEvaluation evaluation = DmarcEvaluation.Rfc9989)
    {
        Assert.True(DmarcRecordParser.IsDmarcRecord(text));
        return DmarcRecordParser.Parse(text, evaluation);
    }
}
