using Pipeline.Mail.Dkim;
using Pipeline.Mail.Dmarc;
using Pipeline.Mail.Dmarc.Reports;
using Pipeline.Mail.Spf;

namespace Pipeline.Mail.Tests.Dmarc.Reports;

public sealed class FailureReportRuleTests
{
    /// <summary>SPF, DKIM, and whether each option of fo= then wants a report.</summary>
    [Theory]
    [InlineData("pass", "pass", "")]
    [InlineData("pass", "fail", "1 d")]
    [InlineData("pass", "elsewhere", "1")]
    [InlineData("pass", "none", "1")]
    [InlineData("fail", "pass", "1 s")]
    [InlineData("elsewhere", "pass", "1")]
    [InlineData("fail", "fail", "0 1 d s")]
    [InlineData("softfail", "none", "0 1 s")]
    [InlineData("neutral", "elsewhere", "0 1")]
    [InlineData("elsewhere", "elsewhere", "0 1")]
    public async Task Options_decide(string spf, string dkim, string wanted)
    {
        List<string> found = [];
        foreach (var option in (string[])["0", "1", "d", "s"])
        {
            found.AddRange(await IsAskedForAsync($"v=DMARC1; p=none; ruf=mailto:r@one.com; fo={option}", spf, dkim) ? [option] : []);
        }

        Assert.Equal(wanted, string.Join(' ', found));
    }

    [Theory]
    [InlineData("v=DMARC1; p=none; ruf=mailto:r@one.com", true)]
    [InlineData("v=DMARC1; p=reject; ruf=mailto:r@one.com; fo=d:s", true)]
    [InlineData("v=DMARC1; p=reject", false)]
    [InlineData("v=DMARC1; p=reject; rua=mailto:r@one.com", false)]
    [InlineData("v=DMARC1; p=reject; ruf=mailto:r@one.com; psd=y", false)]
    public async Task Record_decides(string record, bool expected) => Assert.Equal(expected, await IsAskedForAsync(record, "fail", "none"));

    [Fact]
    public async Task What_DNS_kept_from_being_decided_is_not_reported() =>
        Assert.False(await IsAskedForAsync("v=DMARC1; p=reject; ruf=mailto:r@one.com; fo=1", "temperror", "none"));

    private static async Task<bool> IsAskedForAsync(string record, string spf, string dkim)
    {
        var zone = DmarcRun.Zone(("_dmarc.one.com", record));
        var sender = DmarcRun.Sender(spf == "elsewhere" ? "two.com" : "one.com", spf == "elsewhere" ? SpfVerdict.Pass : Enum.Parse<SpfVerdict>(spf, ignoreCase: true));
        DkimResult[] signatures = dkim switch
        {
            "none" => [],
            "elsewhere" => [DmarcRun.Signature("two.com")],
            "fail" => [DmarcRun.Signature("one.com", DkimVerdict.Fail)],
            _ => [DmarcRun.Signature("one.com")],
        };
        var result = await DmarcRun.JudgeAsync(zone, "a@one.com", sender, signatures);
        return FailureReportRule.IsAskedFor(result, sender.Verdict, signatures);
    }
}
