using System.Net;
using System.Text;
using Pipeline.Mail.Dkim;
using Pipeline.Mail.Dmarc;
using Pipeline.Mail.Spf;

namespace Pipeline.Mail.Tests.Dmarc;

public sealed class DmarcHistoryRecordTests
{
    private static readonly DmarcRecord Published =
        DmarcRecordParser.Parse("v=DMARC1; p=reject; sp=quarantine; aspf=s; pct=50; rua=mailto:a@author.test!10m,https://x.test/"u8, DmarcEvaluation.Rfc7489);

    [Fact]
    public void Every_line_stands_in_its_place() => Assert.Equal(
        """
        job 1abcde-000000-01
        reporter mx.test
        received 1763856000
        ipaddr 2001:db8::1
        from author.test
        mfrom sender.test
        spf 2
        dkim author.test sel 0
        dkim - - 4
        pdomain author.test
        policy 15
        rua mailto:a@author.test!10m
        rua https://x.test/
        pct 50
        adkim 114
        aspf 115
        p 114
        sp 113
        align_dkim 4
        align_spf 5
        action 2
        arc 11
        arc_policy 1 json:[]

        """.ReplaceLineEndings("\n"),
        Text(Record() with { Spf = SpfVerdict.SoftFail, Signatures = [DmarcRun.Signature("author.test") with { Selector = "sel" }, new(DkimVerdict.TempError, "", "", null, "", 0, "")] }));

    [Fact]
    public void What_is_not_there_is_left_out_or_stands_as_a_dash()
    {
        var text = Text(Record() with { SenderDomain = "", Result = Record().Result with { Record = new DmarcRecord() } });
        Assert.Contains("\nmfrom \npdomain author.test\npolicy 15\nrua -\npct 100\nadkim 114\naspf 114\np 110\nsp 0\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("spf ", text.Replace("aspf ", "", StringComparison.Ordinal).Replace("align_spf ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DmarcVerdict.Fail, DmarcPolicy.Reject, 16, 0)]
    [InlineData(DmarcVerdict.Fail, DmarcPolicy.Quarantine, 17, 4)]
    [InlineData(DmarcVerdict.Fail, DmarcPolicy.None, 18, 2)]
    [InlineData(DmarcVerdict.Pass, DmarcPolicy.Reject, 15, 2)]
    [InlineData(DmarcVerdict.TempError, DmarcPolicy.Reject, 18, 3)]
    public void Policy_and_action_follow_the_verdict(DmarcVerdict verdict, DmarcPolicy policy, int expected, int action)
    {
        var text = Text(Record() with { Result = Record().Result with { Verdict = verdict, Policy = policy } });
        Assert.Contains($"\npolicy {expected}\n", text, StringComparison.Ordinal);
        Assert.Contains($"\naction {action}\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void No_value_of_a_peer_ends_its_line_or_is_without_bound()
    {
        var random = new Random(4);
        const string Alphabet = "ab. \t\r\n\0\u007f\u00e9\u2028";
        for (var round = 0; round < 2_000; round++)
        {
            var hostile = string.Concat(Enumerable.Range(0, random.Next(2000)).Select(_ => Alphabet[random.Next(Alphabet.Length)]));
            var text = Text(Record() with { Reporter = hostile, SenderDomain = hostile, Signatures = [DmarcRun.Signature(hostile) with { Selector = hostile }] });
            var lines = text.Split('\n');
            Assert.Equal(22, lines.Length);
            Assert.Single(lines, line => line.StartsWith("job ", StringComparison.Ordinal));
            Assert.All(lines, line => Assert.InRange(line.Length, 0, (2 * DmarcHistoryRecord.MaxValueLength) + 10));
            Assert.Equal(4, lines.Single(line => line.StartsWith("dkim ", StringComparison.Ordinal)).Split(' ').Length);
        }
    }

    private static DmarcHistoryRecord Record() => new()
    {
        Job = "1abcde-000000-01",
        Reporter = "mx.test",
        Received = DateTimeOffset.FromUnixTimeSeconds(1763856000),
        Client = IPAddress.Parse("2001:db8::1"),
        SenderDomain = "sender.test",
        Result = new DmarcResult(DmarcVerdict.Pass, new DmarcAuthor(["author.test"], null), "")
        {
            AuthorDomain = "author.test",
            PolicyDomain = "author.test",
            Record = Published,
            Policy = DmarcPolicy.Reject,
            Dkim = [new DmarcAlignment("dkim", "author.test", "pass", true, "")],
        },
    };

    private static string Text(DmarcHistoryRecord record) => Encoding.ASCII.GetString(record.ToBytes());
}
