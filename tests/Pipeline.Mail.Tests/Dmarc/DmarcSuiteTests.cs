using System.Text;
using Pipeline.Mail.Dkim;
using Pipeline.Mail.Dmarc;
using Pipeline.Mail.Spf;
using Pipeline.Tests.Support.Suites;
using Pipeline.Tests.Support.Yaml;
using Xunit.Abstractions;

namespace Pipeline.Mail.Tests.Dmarc;

public sealed class DmarcSuiteTests(ITestOutputHelper output)
{
    [Fact]
    public Task Every_vector_of_this_project_gives_an_expected_result() => RunAsync(TestFolders.Vectors("dmarc"));

    [Fact]
    public async Task Every_case_of_the_derived_suite_gives_an_expected_result()
    {
        if (Suite("dmarc-derived") is { } folder)
        {
            await RunAsync(folder);
        }
    }

    [Fact]
    public void Records_of_the_OpenDMARC_tables_are_read_as_the_RFC_says()
    {
        var report = new SuiteReport("record-parse");
        foreach (var row in Table("dmarc-opendmarc", "record-parse.tsv"))
        {
            var text = Encoding.Latin1.GetBytes(row[2]);
            var expected = row[4];
            var record = DmarcRecordParser.IsDmarcRecord(text) ? DmarcRecordParser.Parse(text, DmarcEvaluation.Rfc9989) : null;
            var actual = record is null ? "not-a-record" : record.Problem is { } problem ? $"no-dmarc ({problem})" : $"ok p={record.Policy.Word}";
            Compare(report, row[0], expected, actual, Word(expected) == Word(actual) && (!expected.Contains("p=", StringComparison.Ordinal) || actual.EndsWith(Policy(expected), StringComparison.Ordinal)));
        }

        Check(report);

        static string Policy(string expected) => expected.Split(' ').First(word => word.StartsWith("p=", StringComparison.Ordinal));
        static string Word(string text) => text.Split(' ')[0];
    }

    [Fact]
    public void From_fields_of_the_OpenDMARC_tables_name_the_domain_of_RFC_5322()
    {
        var report = new SuiteReport("from-domain");
        foreach (var row in Table("dmarc-opendmarc", "from-domain.tsv"))
        {
            var author = DmarcRun.Author($"From: {row[2]}");
            var expected = row[4];
            var isError = expected.StartsWith("error", StringComparison.Ordinal) || expected.StartsWith("multiple", StringComparison.Ordinal);
            Compare(report, row[0], expected, $"{author.Domain} ({author.Problem})", isError ? author.Problem is not null : author.Domain == expected);
        }

        Check(report);
    }

    [Fact]
    public void Organisational_domains_of_the_OpenDMARC_tables_come_out()
    {
        if (Suite("dmarc-opendmarc") is not { } folder)
        {
            return;
        }

        var suffixes = ReadSuffixes(Path.Combine(folder, "effective_tld_names.txt"));
        var report = new SuiteReport("org-domain-psl");
        foreach (var row in Table("dmarc-opendmarc", "org-domain-psl.tsv"))
        {
            var actual = suffixes.OrganizationalDomain(row[2]);
            Compare(report, row[0], row[3], actual, row[3] == actual);
        }

        Check(report);
    }

    [Fact]
    public void The_public_suffix_list_is_read_whole()
    {
        if (Suite("psl") is not { } folder)
        {
            return;
        }

        var suffixes = ReadSuffixes(Path.Combine(folder, "public_suffix_list.txt"));
        Assert.InRange(suffixes.Count, 8000, 20000);
        Assert.Equal("example.co.uk", suffixes.OrganizationalDomain("a.b.example.co.uk"));
        Assert.Equal("a.b.kobe.jp", suffixes.OrganizationalDomain("x.a.b.kobe.jp"));
        Assert.Equal("city.kobe.jp", suffixes.OrganizationalDomain("x.city.kobe.jp"));
        Assert.Equal("xn--85x722f.xn--55qx5d.cn", suffixes.OrganizationalDomain("www.xn--85x722f.xn--55qx5d.cn"));
    }

    private static PublicSuffixList ReadSuffixes(string path)
    {
        Assert.True(PublicSuffixList.TryParse(File.ReadAllText(path), out var list, out var problem), problem);
        return list;
    }

    private string? Suite(string name)
    {
        var folder = TestFolders.SharedSuite(name);
        if (folder is null)
        {
            output.WriteLine($"skipped: the suite {name} is not here");
        }

        return folder;
    }

    private IEnumerable<string[]> Table(string suite, string file) =>
        Suite(suite) is { } folder ? File.ReadLines(Path.Combine(folder, file)).Skip(1).Select(line => line.Split('\t')) : [];

    private static void Compare(SuiteReport report, string id, string expected, string actual, bool isSame)
    {
        if (isSame)
        {
            report.Passed();
        }
        else
        {
            report.Differs(id, expected, actual);
        }
    }

    private void Check(SuiteReport report)
    {
        output.WriteLine(report.ToString());
        Assert.True(report.Mismatches == 0, report.ToString());
    }

    private async Task RunAsync(string folder)
    {
        var report = new SuiteReport(Path.GetFileName(folder));
        foreach (var item in YamlReader.ReadFile(Path.Combine(folder, "cases.yaml")).Items)
        {
            foreach (var mode in item["modes"].Items)
            {
                await RunAsync(item, mode.Text, report);
            }
        }

        Check(report);
        Assert.True(report.Cases > 0);
    }

    private static async Task RunAsync(YamlNode item, string mode, SuiteReport report)
    {
        var from = item["from"];
        var author = DmarcRun.Author(from is YamlMap map ? [.. map["raw"].Items.Select(line => line.Text)] : [$"From: {from.Text}"]);
        var dkim = item["dkim"].Items.Where(signature => signature is YamlMap)
            .Select(signature => DmarcRun.Signature(signature["d"].Text, DkimVerdictOf(signature["result"].Text))).ToList();
        var result = await DmarcRun.JudgeAsync(
            SuiteZone.Read(item.Find("dns")), author, SpfOf(item["spf"]), dkim, mode == "rfc7489" ? DmarcEvaluation.Rfc7489 : DmarcEvaluation.Rfc9989);
        var expect = item["expect"];
        var words = new[] { expect["result"] }.Concat(expect.Find("also")?.Items ?? []).Select(word => word.Text).ToList();
        var differences = new List<string>();
        if (!words.Contains(result.Word))
        {
            differences.Add(result.Word);
        }

        if (expect.Find("policy") is { } policy && result.Word == words[0] && result.Policy.Word != policy.Text)
        {
            differences.Add($"policy {result.Policy.Word}");
        }

        if (expect.Find("org") is { } org && result.OrganizationalDomain != org.Text)
        {
            differences.Add($"organisation {result.OrganizationalDomain}");
        }

        if (expect.Find("condition") is { Text: "nofrom" } && !author.Domains.IsEmpty)
        {
            differences.Add($"author {author.Domain}");
        }

        Compare(report, $"{item["id"].Text} ({mode})", string.Join('|', words), $"{string.Join(", ", differences)} ({result.Reason})", differences.Count == 0);
    }

    /// <summary>The reverse-path has a result of its own where a case names it; the HELO name then says nothing.</summary>
    private static SpfResult? SpfOf(YamlNode spf)
    {
        if (spf is not YamlMap)
        {
            return null;
        }

        return spf.Find("mfrom") is { } mfrom
            ? DmarcRun.Sender(mfrom.Text, Verdicts[spf["mfrom_result"].Text])
            : DmarcRun.Sender(spf["domain"].Text, Verdicts[spf["result"].Text]) with { Identity = spf["scope"].Text == "helo" ? "helo" : "mailfrom" };
    }

    private static Dictionary<string, SpfVerdict> Verdicts { get; } = Enum.GetValues<SpfVerdict>().ToDictionary(verdict => verdict.ToString().ToLowerInvariant());

    private static DkimVerdict DkimVerdictOf(string word) => Enum.Parse<DkimVerdict>(word, ignoreCase: true);
}
