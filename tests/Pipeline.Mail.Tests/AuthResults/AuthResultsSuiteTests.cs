using System.Globalization;
using System.Text;
using Pipeline.Mail.AuthResults;
using Pipeline.Tests.Support.Suites;
using Pipeline.Tests.Support.Yaml;
using Xunit.Abstractions;

namespace Pipeline.Mail.Tests.AuthResults;

public sealed class AuthResultsSuiteTests(ITestOutputHelper output)
{
    [Fact]
    public void Every_vector_of_this_project_is_read_as_expected() => RunDerived(TestFolders.Vectors("ar"));

    [Fact]
    public void Every_case_of_the_derived_suite_is_read_as_expected()
    {
        if (TestFolders.SharedSuite("ar-derived") is { } folder)
        {
            RunDerived(folder);
        }
        else
        {
            output.WriteLine("skipped: the suite ar-derived is not here");
        }
    }

    [Fact]
    public void Real_world_fields_are_accepted_and_broken_ones_refused()
    {
        if (TestFolders.SharedSuite("ar-mimekit") is not { } folder)
        {
            output.WriteLine("skipped: the suite ar-mimekit is not here");
            return;
        }

        var report = new SuiteReport("ar-mimekit");
        RunLines(Path.Combine(folder, "parse-accepted.txt"), isAccepted: true, report);
        RunLines(Path.Combine(folder, "parse-refused.txt"), isAccepted: false, report);
        output.WriteLine(report.ToString());
        Assert.True(report.Cases > 0 && report.Mismatches == 0, report.ToString());
    }

    private static void RunLines(string file, bool isAccepted, SuiteReport report)
    {
        foreach (var line in File.ReadAllLines(file).Where(l => l.Length > 0))
        {
            var value = Encoding.UTF8.GetBytes(line.Replace("\\n", "\r\n", StringComparison.Ordinal));
            if (AuthResultsParser.TryParse(value, AuthResultsReading.Tolerant, out var field, out _) == isAccepted)
            {
                report.Passed();
            }
            else
            {
                report.Differs(line, isAccepted ? "accepted" : "refused", Describe(field));
            }
        }
    }

    private void RunDerived(string folder)
    {
        var report = new SuiteReport(Path.GetFileName(folder));
        foreach (var item in YamlReader.ReadFile(Path.Combine(folder, "cases.yaml")).Items)
        {
            Check(item["id"].Text, Encoding.UTF8.GetBytes(item["field"].Text), item["expect"], report);
        }

        output.WriteLine(report.ToString());
        Assert.True(report.Cases > 0 && report.Mismatches == 0, report.ToString());
    }

    /// <summary>
    /// invalid: the grammar refuses the field. invalid_prop: it refuses a property, which a tolerant reader drops. also_invalid: refusing is as
    /// good as the result given.
    /// </summary>
    private static void Check(string id, byte[] field, YamlNode expect, SuiteReport report)
    {
        var isValid = AuthResultsParser.TryParse(field, AuthResultsReading.Strict, out var strict, out _);
        var isTolerated = AuthResultsParser.TryParse(field, AuthResultsReading.Tolerant, out var tolerant, out _);
        var problem =
            expect.Find("invalid") is not null ? (isValid ? "accepted " + Describe(strict) : null)
            : expect.Find("invalid_prop") is not null
                ? (!isValid && isTolerated && tolerant.Results is [{ Properties.Length: 0 }] ? null : "strict or tolerant reading differs")
            : expect.Find("also_invalid") is not null
                ? (isTolerated ? Compare(tolerant, expect) : "refused by the tolerant reader")
            : !isValid ? "refused"
            : Compare(strict, expect) ?? (isTolerated ? Compare(tolerant, expect) : "refused by the tolerant reader");
        if (problem is null)
        {
            report.Passed();
        }
        else
        {
            report.Differs(id, "as in the case", problem);
        }
    }

    private static string? Compare(AuthResultsField field, YamlNode expect)
    {
        if (expect.Find("id") is { } id && id.Text != field.AuthServId)
        {
            return $"authserv-id {field.AuthServId}";
        }

        if (expect.Find("version") is { } version && version.Text != field.Version.ToString(CultureInfo.InvariantCulture))
        {
            return $"version {field.Version}";
        }

        if (expect.Find("count") is { } count && count.Text != field.Results.Length.ToString(CultureInfo.InvariantCulture))
        {
            return $"{field.Results.Length} results";
        }

        if (expect.Find("results") is not YamlList results)
        {
            return null;
        }

        var isEqual = results.Values.Count == field.Results.Length && results.Values.Zip(field.Results).All(p => IsEqual(p.First, p.Second));
        return isEqual ? null : Describe(field);
    }

    private static bool IsEqual(YamlNode expected, MethodResult actual)
    {
        var properties = expected.Find("props")?.Entries ?? [];
        return expected["method"].Text.Equals(actual.Method, StringComparison.OrdinalIgnoreCase)
            && expected["result"].Text.Equals(actual.Result, StringComparison.OrdinalIgnoreCase)
            && (expected.Find("reason") is not { } reason || reason.Text == actual.Reason)
            && (expected.Find("version") is not { } version || version.Text == actual.Version.ToString(CultureInfo.InvariantCulture))
            && properties.Count == actual.Properties.Length
            && properties.Zip(actual.Properties).All(p =>
                p.First.Key.Equals($"{p.Second.Type}.{p.Second.Name}", StringComparison.OrdinalIgnoreCase) && p.First.Value.Text == p.Second.Value);
    }

    private static string Describe(AuthResultsField field) =>
        $"{field.AuthServId} {field.Version}: " + string.Join("; ", field.Results.Select(r =>
            $"{r.Method}/{r.Version}={r.Result} {r.Reason} {string.Join(' ', r.Properties.Select(p => $"{p.Type}.{p.Name}={p.Value}"))}"));
}
