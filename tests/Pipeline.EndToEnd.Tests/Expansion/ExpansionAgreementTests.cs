using System.Runtime.Versioning;
using System.Text;
using Pipeline.Tests.Support.Suites;

namespace Pipeline.EndToEnd.Tests.Expansion;

/// <summary>Strings are expanded as Exim expands them: a corpus of expressions, with what Debian's Exim has printed for each.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class ExpansionAgreementTests
{
    /// <summary>Set to 1, the recorded answers are written again from the Exim of this machine.</summary>
    private const string WriteSwitch = "MAILPIPELINE_WRITE_EXPANSION_ANSWERS";

    private const int LeastExpressions = 1500;

    private static readonly string Folder = TestFolders.Vectors("expansions");

    [Fact]
    public void Corpus_has_many_expressions_each_once_and_with_an_answer()
    {
        var entries = CorpusFile.All(Folder).SelectMany(file => file.Entries).ToList();
        Assert.Equal(entries.Count, entries.Select(entry => entry.Expression).Distinct(StringComparer.Ordinal).Count());
        Assert.True(entries.Count >= LeastExpressions, $"{entries.Count} expressions");
        Assert.All(entries, entry => Assert.True(entry.Answer is not null, $"no answer is recorded for {entry.Expression}; set {WriteSwitch}=1"));
    }

    [Fact]
    public async Task Our_answers_are_those_that_were_recorded_from_exim()
    {
        using var folder = new ExpansionFolder(Folder);
        var entries = CorpusFile.All(Folder).SelectMany(file => file.Entries).ToList();
        var ours = await folder.AskOursAsync([.. entries.Select(entry => entry.Expression)]);
        AssertAgreement([.. entries.Select((entry, i) => (entry.Expression, entry.Answer ?? "", ours[i]))]);
    }

    [ProgramTheory(ExpansionFolder.Exim)]
    [InlineData("-be")]
    public async Task Exim_beside_us_gives_the_same_answers(string mode)
    {
        using var folder = new ExpansionFolder(Folder);
        var files = CorpusFile.All(Folder);
        var entries = files.SelectMany(file => file.Entries).ToList();
        IReadOnlyList<string> expressions = [.. entries.Select(entry => entry.Expression)];
        var exim = await folder.AskEximAsync(expressions, mode);
        if (Environment.GetEnvironmentVariable(WriteSwitch) == "1")
        {
            var answers = expressions.Zip(exim).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);
            foreach (var file in files)
            {
                file.Write(answers);
            }
        }

        var ours = await folder.AskOursAsync(expressions, mode);
        AssertAgreement([.. expressions.Select((expression, i) => (expression, exim[i], ours[i]))]);
        if (Environment.GetEnvironmentVariable(WriteSwitch) != "1")
        {
            Assert.All(entries.Zip(exim), pair => Assert.True(
                pair.First.Answer == pair.Second,
                $"{pair.First.Expression}: recorded is {CorpusText.Write(pair.First.Answer ?? "")}, but Exim says {CorpusText.Write(pair.Second)}; set {WriteSwitch}=1"));
        }
    }

    /// <summary>Fails on each difference that is not accepted, and on each accepted one that is no more.</summary>
    private static void AssertAgreement(IReadOnlyList<(string Expression, string Exim, string Ours)> answers)
    {
        var accepted = AcceptedDifferences.Read(Folder);
        var report = new StringBuilder();
        foreach (var (expression, exim, ours) in answers)
        {
            var known = accepted.GetValueOrDefault(expression);
            if (known is null ? exim != ours : (exim, ours) != (known.Exim, known.Ours))
            {
                report.Append(expression).Append("\n    exim = ").Append(CorpusText.Write(exim)).Append("\n    ours = ").Append(CorpusText.Write(ours)).Append('\n');
            }
        }

        var asked = answers.Select(answer => answer.Expression).ToHashSet(StringComparer.Ordinal);
        foreach (var expression in accepted.Keys.Where(expression => !asked.Contains(expression)))
        {
            report.Append(expression).Append("\n    is an accepted difference, but not in the corpus\n");
        }

        Assert.True(report.Length == 0, $"differences:\n{report}");
    }
}
