using System.Net;
using Pipeline.Mail.Dns;
using Pipeline.Mail.Spf;
using Pipeline.Tests.Support.Suites;
using Pipeline.Tests.Support.Yaml;
using Xunit.Abstractions;

namespace Pipeline.Mail.Tests.Spf;

public sealed class SpfSuiteTests(ITestOutputHelper output)
{
    private const string DefaultExplanation = "DEFAULT";

    [Fact]
    public async Task Every_case_of_the_RFC_7208_suite_gives_its_first_result()
    {
        if (TestFolders.SharedSuite("spf-rfc7208") is not { } folder)
        {
            output.WriteLine("skipped: the suite spf-rfc7208 is not here");
            return;
        }

        var report = new SuiteReport("spf-rfc7208");
        foreach (var scenario in YamlReader.ReadDocuments(await File.ReadAllTextAsync(Path.Combine(folder, "rfc7208-tests.yml"))))
        {
            var zone = SpfSuiteZone.Read(scenario["zonedata"]);
            foreach (var (name, test) in scenario["tests"].Entries)
            {
                await RunAsync($"{scenario["description"].Text}: {name}", test, zone, report);
            }
        }

        output.WriteLine(report.ToString());
        Assert.True(report.Cases > 0 && report.Mismatches == 0, report.ToString());
    }

    private static async Task RunAsync(string id, YamlNode test, ZoneResolver zone, SuiteReport report)
    {
        var request = new SpfRequest
        {
            Client = IPAddress.Parse(test["host"].Text),
            Helo = test["helo"].Text,
            Sender = test["mailfrom"].Text,
            Receiver = "receiver.example",
        };
        var result = await new SpfChecker(FixedTime.AtUnixSeconds(1_600_000_000)).CheckAsync(request, zone, CancellationToken.None);
        var expected = test["result"].Items.Select(i => i.Text).ToList();
        var explanation = test.Find("explanation")?.Text;
        var actual = result.IsExplanationPublished ? result.Explanation : DefaultExplanation;
        if (expected[0] == result.Word && (explanation is null || explanation == actual))
        {
            report.Passed();
        }
        else
        {
            report.Differs(id, $"{string.Join('|', expected)} {explanation}", $"{result.Word} {actual} ({result.Reason})");
        }
    }
}
