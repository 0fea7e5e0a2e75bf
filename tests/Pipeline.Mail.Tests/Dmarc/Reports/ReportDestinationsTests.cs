using Pipeline.Mail.Dmarc;
using Pipeline.Mail.Dmarc.Reports;
using Pipeline.Mail.Dns;
using Pipeline.Mail.Tests.Dns;

namespace Pipeline.Mail.Tests.Dmarc.Reports;

public sealed class ReportDestinationsTests
{
    [Theory]
    [InlineData("mailto:r@one.com", "r@one.com")]
    [InlineData("mailto:r@deep.mail.one.com!10m", "r@deep.mail.one.com")]
    [InlineData("mailto:r@ONE.com,mailto:r@one.com,https://one.com/x", "r@ONE.com")]
    [InlineData("mailto:a@one.com,mailto:b@one.com,mailto:c@one.com", "a@one.com b@one.com")]
    [InlineData("mailto:r@silent.net", "")]
    [InlineData("mailto:r@willing.net", "r@willing.net")]
    [InlineData("mailto:r@other.net", "own@other.net")]
    [InlineData("mailto:r@sly.net", "r@sly.net")]
    [InlineData("mailto:r@wrong.net", "")]
    [InlineData("mailto:r@broken.net", "")]
    [InlineData("mailto:r@broken.net,mailto:r@willing.net", "r@willing.net")]
    [InlineData("https://one.com/x", "")]
    public async Task Addresses_elsewhere_have_to_want_reports(string uris, string expected)
    {
        foreach (var evaluation in Enum.GetValues<DmarcEvaluation>())
        {
            Assert.Equal(expected, await FindAsync(uris, evaluation));
        }
    }

    [Fact]
    public async Task Questions_are_bounded()
    {
        var dns = new CountingResolver(Zone(string.Join(',', Enumerable.Range(0, 50).Select(static i => $"mailto:r@s{i}.net"))));
        var result = await DmarcRun.JudgeAsync(dns, "a@mail.one.com");
        var before = dns.Questions;
        Assert.Empty(await new ReportDestinations(dns, Options(DmarcEvaluation.Rfc9989)).OfFailureReportsAsync(result, 2, CancellationToken.None));
        Assert.InRange(dns.Questions - before, 1, DmarcReportUri.MaxPerTag * 4);
    }

    private static async Task<string> FindAsync(string uris, DmarcEvaluation evaluation)
    {
        var zone = Zone(uris);
        var result = await DmarcRun.JudgeAsync(zone, "a@mail.one.com", evaluation: evaluation);
        var found = await new ReportDestinations(zone, Options(evaluation)).OfFailureReportsAsync(result, 2, CancellationToken.None);
        return string.Join(' ', found);
    }

    private static DmarcOptions Options(DmarcEvaluation evaluation) => new() { Evaluation = evaluation, PublicSuffixes = DmarcRun.Suffixes };

    private static ZoneResolver Zone(string uris)
    {
        var names = new Dictionary<string, ZoneName>
        {
            ["_dmarc.one.com"] = new([TextRecord.Of($"v=DMARC1; p=reject; ruf={uris}")]),
            ["one.com._report._dmarc.willing.net"] = new([TextRecord.Of("unrelated"), TextRecord.Of("v=DMARC1;")]),
            ["one.com._report._dmarc.other.net"] = new([TextRecord.Of("v=DMARC1; ruf=mailto:own@other.net")]),
            ["one.com._report._dmarc.sly.net"] = new([TextRecord.Of("v=DMARC1; ruf=mailto:victim@elsewhere.net")]),
            ["two.com._report._dmarc.silent.net"] = new([TextRecord.Of("v=DMARC1")]),
            ["one.com._report._dmarc.wrong.net"] = new([TextRecord.Of("v=spf1 -all")]),
            ["one.com._report._dmarc.broken.net"] = new([], DnsAnswer.TemporaryFailure("timed out")),
        };
        return new ZoneResolver(names);
    }
}
