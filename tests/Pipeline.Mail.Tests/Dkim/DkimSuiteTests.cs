using System.Globalization;
using System.Text;
using Pipeline.Mail.Dns;
using Pipeline.Tests.Support.Suites;
using Pipeline.Tests.Support.Yaml;
using Xunit.Abstractions;

namespace Pipeline.Mail.Tests.Dkim;

public sealed class DkimSuiteTests(ITestOutputHelper output)
{
    [Fact]
    public Task Every_vector_of_this_project_gives_an_expected_word() => RunAsync(TestFolders.Vectors("dkim"));

    [Fact]
    public async Task Every_case_of_the_generated_suite_gives_an_expected_word()
    {
        if (TestFolders.SharedSuite("dkim-generated") is { } folder)
        {
            await RunAsync(folder);
        }
        else
        {
            output.WriteLine("skipped: the suite dkim-generated is not here");
        }
    }

    [Fact]
    public async Task Real_messages_and_the_example_of_RFC_8463_verify()
    {
        if (TestFolders.SharedSuite("dkim-mimekit") is not { } folder)
        {
            output.WriteLine("skipped: the suite dkim-mimekit is not here");
            return;
        }

        var report = new SuiteReport("dkim-mimekit");
        var names = new Dictionary<string, ZoneName>();
        AddKey(names, folder, "gmail.pub.txt", "20120113._domainkey.gmail.com", "");
        AddKey(names, folder, "example.pub.txt", "1433868189.example._domainkey.example.com", "t=s; ");
        names["brisbane._domainkey.football.example.com"] =
            new ZoneName([TextRecord.Of("v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=")]);
        names["test._domainkey.football.example.com"] = new ZoneName([TextRecord.Of(
            "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQi"
            + "Y/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB")]);
        foreach (var file in Directory.EnumerateFiles(folder, "*.eml").Order(StringComparer.Ordinal))
        {
            var results = await DkimRun.VerifyAsync(WithCrLf(await File.ReadAllBytesAsync(file)), new ZoneResolver(names), 1_600_000_000);
            var words = string.Join(' ', results.Select(r => r.Word));
            if (results.Length > 0 && results.All(r => r.Word == "pass"))
            {
                report.Passed();
            }
            else
            {
                report.Differs(Path.GetFileName(file), "pass", words + string.Concat(results.Select(r => " " + r.Reason)));
            }
        }

        output.WriteLine(report.ToString());
        Assert.True(report.Cases > 0 && report.Mismatches == 0, report.ToString());
    }

    private static void AddKey(Dictionary<string, ZoneName> names, string folder, string file, string name, string tags)
    {
        if (File.Exists(Path.Combine(folder, file)))
        {
            var lines = File.ReadAllLines(Path.Combine(folder, file)).Where(l => !l.StartsWith('-'));
            names[name] = new ZoneName([TextRecord.Of($"v=DKIM1; {tags}p={string.Concat(lines)}")]);
        }
    }

    private static byte[] WithCrLf(byte[] bytes) =>
        Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(bytes).ReplaceLineEndings("\r\n"));

    private async Task RunAsync(string folder)
    {
        var report = new SuiteReport(Path.GetFileName(folder));
        foreach (var item in YamlReader.ReadFile(Path.Combine(folder, "cases.yaml")).Items)
        {
            var message = await File.ReadAllBytesAsync(Path.Combine(folder, item["file"].Text));
            var now = long.Parse(item["now"].Text, CultureInfo.InvariantCulture);
            var results = await DkimRun.VerifyAsync(message, SuiteZone.Read(item.Find("dns")), now);
            var expected = item["expect"].Items;
            if (results.Length == expected.Count && results.Zip(expected).All(p => p.Second.Items.Any(word => word.Text == p.First.Word)))
            {
                report.Passed();
            }
            else
            {
                report.Differs(
                    item["id"].Text,
                    string.Join("; ", expected.Select(e => string.Join('|', e.Items.Select(i => i.Text)))),
                    string.Join("; ", results.Select(r => $"{r.Word} ({r.Reason})")));
            }
        }

        output.WriteLine(report.ToString());
        Assert.True(report.Cases > 0 && report.Mismatches == 0, report.ToString());
    }
}
