using System.Globalization;
using Pipeline.Mail.Arc;
using Pipeline.Mail.Dkim;
using Pipeline.Mail.Dkim.Crypto;
using Pipeline.Mail.Dns;
using Pipeline.Tests.Support.Suites;
using Pipeline.Tests.Support.Yaml;
using Xunit.Abstractions;

namespace Pipeline.Mail.Tests.Arc;

public sealed class ArcSuiteTests(ITestOutputHelper output)
{
    private const long Now = 1_767_225_600;

    /// <summary>RFC 6376 forbids an empty h=, which the suite accepts.</summary>
    private const string Doubtful = "ams_fields_h_empty";

    [Fact]
    public Task Every_vector_of_this_project_gives_an_expected_state() => RunOwnAsync(TestFolders.Vectors("arc"));

    [Fact]
    public async Task Every_case_of_the_generated_suite_gives_an_expected_state()
    {
        if (TestFolders.SharedSuite("arc-generated") is { } folder)
        {
            await RunOwnAsync(folder);
        }
        else
        {
            output.WriteLine("skipped: the suite arc-generated is not here");
        }
    }

    [Fact]
    public async Task Every_validation_case_of_the_public_suite_gives_its_state()
    {
        if (TestFolders.SharedSuite("arc-valimail") is not { } folder)
        {
            output.WriteLine("skipped: the suite arc-valimail is not here");
            return;
        }

        var report = new SuiteReport("arc-valimail");
        foreach (var scenario in YamlReader.ReadDocuments(await File.ReadAllTextAsync(Path.Combine(folder, "arc-draft-validation-tests.yml"))))
        {
            var zone = PublicSuiteZone(scenario);
            foreach (var (name, test) in scenario["tests"].Entries.Where(test => test.Key != Doubtful))
            {
                var result = await ArcRun.VerifyAsync(test["message"].Text.ReplaceLineEndings("\r\n"), zone, Now);
                var expected = test["cv"].Text is { Length: > 0 } cv ? cv.ToLowerInvariant() : "fail";
                Record(report, $"{scenario["description"].Text}: {name}", [expected], result);
            }
        }

        Finish(report);
    }

    /// <summary>What is written is compared tag by tag, since their order is free, and then verified.</summary>
    [Fact]
    public async Task Every_signing_case_of_the_public_suite_gives_its_set()
    {
        if (TestFolders.SharedSuite("arc-valimail") is not { } folder)
        {
            output.WriteLine("skipped: the suite arc-valimail is not here");
            return;
        }

        var report = new SuiteReport("arc-valimail, signing");
        foreach (var scenario in YamlReader.ReadDocuments(await File.ReadAllTextAsync(Path.Combine(folder, "arc-draft-sign-tests.yml"))))
        {
            var key = DkimPrivateKey.FromPem(scenario["privatekey"].Text, out var keyProblem) ?? throw new InvalidDataException(keyProblem);
            var zone = PublicSuiteZone(scenario);
            foreach (var (name, test) in scenario["tests"].Entries)
            {
                await SignAsync(name, scenario, test, key, zone, report);
            }
        }

        Finish(report);
    }

    private static async Task SignAsync(string name, YamlNode scenario, YamlNode test, DkimPrivateKey key, ZoneResolver zone, SuiteReport report)
    {
        var message = test["message"].Text.ReplaceLineEndings("\r\n");
        var hop = new ArcHop(scenario["domain"].Text, key)
        {
            Time = long.Parse(test["t"].Text, CultureInfo.InvariantCulture),
        };
        hop.Options = hop.Options with { AuthServId = test["srv-id"].Text, Selector = scenario["sel"].Text, Headers = DkimHeaderList.Create(test["sig-headers"].Text.Split(':')) };
        var sealedMessage = hop.TrySeal(message, out var problem);
        var added = sealedMessage?[..^message.Length] ?? "";
        var expected = string.Join('\n', new[] { "AS", "AMS", "AAR" }.Select(kind => Tags(test[kind].Text)));
        var actual = string.Join('\n', new[] { "ARC-Seal:", "ARC-Message-Signature:", "ARC-Authentication-Results:" }.Select(kind => Tags(FieldOf(added, kind))));
        var state = sealedMessage is null ? "" : (await ArcRun.VerifyAsync(sealedMessage, zone, hop.Time)).Word;
        var expectedState = sealedMessage is null ? "" : expected.Contains("cv=fail", StringComparison.Ordinal) ? "fail" : "pass";
        if (expected == actual && state == expectedState)
        {
            report.Passed();
        }
        else
        {
            report.Differs(name, $"{expectedState} {expected}", $"{state} {actual} {problem}");
        }
    }

    private static string FieldOf(string fields, string name)
    {
        var start = fields.IndexOf(name, StringComparison.Ordinal);
        return start < 0 ? "" : fields[(start + name.Length)..].Split("\r\nARC-")[0];
    }

    private static string Tags(string field)
    {
        var tags = string.Concat(field.Where(c => !char.IsWhiteSpace(c))).Split(';', StringSplitOptions.RemoveEmptyEntries);
        return field.Contains("cv=", StringComparison.Ordinal) || field.Contains("bh=", StringComparison.Ordinal)
            ? string.Join(';', tags.Where(tag => !tag.StartsWith("b=", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
            : string.Join(';', tags);
    }

    internal static ZoneResolver PublicSuiteZone(YamlNode scenario)
    {
        var names = new Dictionary<string, ZoneName>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, text) in scenario.Find("txt-records")?.Entries ?? [])
        {
            names[name] = new ZoneName([TextRecord.Of(text.Text.ReplaceLineEndings(""))]);
        }

        return new ZoneResolver(names);
    }

    private async Task RunOwnAsync(string folder)
    {
        var report = new SuiteReport(Path.GetFileName(folder));
        foreach (var item in YamlReader.ReadFile(Path.Combine(folder, "cases.yaml")).Items)
        {
            var message = await File.ReadAllBytesAsync(Path.Combine(folder, item["file"].Text));
            var zone = SuiteZone.Read(item.Find("dns"));
            var result = await ArcRun.VerifyAsync(message, zone, Now);
            Record(report, item["id"].Text, item["cv"].Items.Select(word => word.Text), result);
            foreach (var chunk in new[] { 1, 2, 3, 7 })
            {
                var again = await ArcRun.VerifyAsync(message, zone, Now, chunk);
                Assert.Equal((result.State, result.Reason), (again.State, again.Reason));
            }

            // RFC 8617 counts 0 where every message signature verifies; here that is instance 1.
            if (item.Find("oldest_pass_rfc8617") is { Text: "0" } && (result.State, result.OldestPass) != (ArcState.Pass, 1))
            {
                report.Differs(item["id"].Text, "oldest pass 1", $"{result.OldestPass}");
            }
        }

        Finish(report);
    }

    private static void Record(SuiteReport report, string id, IEnumerable<string> expected, ArcResult result)
    {
        if (expected.Contains(result.Word))
        {
            report.Passed();
        }
        else
        {
            report.Differs(id, string.Join('|', expected), $"{result.Word} ({result.Reason}; {result.Detail})");
        }
    }

    private void Finish(SuiteReport report)
    {
        output.WriteLine(report.ToString());
        Assert.True(report.Cases > 0 && report.Mismatches == 0, report.ToString());
    }
}
