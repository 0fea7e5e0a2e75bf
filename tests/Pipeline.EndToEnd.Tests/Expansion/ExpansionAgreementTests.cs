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
        var parts = CorpusPart.All(Folder);
        Assert.All(parts, part => Assert.Equal(part.Entries.Count, part.Expressions.Distinct(StringComparer.Ordinal).Count()));
        var distinct = parts.SelectMany(part => part.Expressions).Distinct(StringComparer.Ordinal).Count();
        Assert.True(distinct >= LeastExpressions, $"{distinct} expressions");
        Assert.All(AcceptedDifferences.Read(CorpusPart.MessagesOf(Folder)).Keys, accepted => Assert.Contains(parts, part => part.Expressions.Contains(accepted)));
        Assert.All(parts.SelectMany(part => part.Entries), entry => Assert.True(entry.Answer is not null, $"no answer is recorded for {entry.Expression}; set {WriteSwitch}=1"));
    }

    [Fact]
    public async Task Our_answers_are_those_that_were_recorded_from_exim()
    {
        using var folder = new ExpansionFolder(Folder);
        foreach (var part in CorpusPart.All(Folder))
        {
            var ours = await folder.AskOursAsync(part);
            AssertAgreement(part, [.. part.Entries.Select(entry => entry.Answer ?? "")], ours);
        }
    }

    [ProgramFact(ExpansionFolder.Exim)]
    public async Task Exim_beside_us_gives_the_same_answers()
    {
        using var folder = new ExpansionFolder(Folder);
        var writes = Environment.GetEnvironmentVariable(WriteSwitch) == "1";
        foreach (var part in CorpusPart.All(Folder))
        {
            var exim = await folder.AskEximAsync(part);
            if (writes)
            {
                part.Write(exim);
            }

            AssertAgreement(part, exim, await folder.AskOursAsync(part));
            Assert.All(part.Entries.Zip(exim), pair => Assert.True(
                writes || pair.First.Answer == pair.Second,
                $"{pair.First.Expression}: recorded is {CorpusText.Write(pair.First.Answer ?? "")}, but Exim says {CorpusText.Write(pair.Second)}; set {WriteSwitch}=1"));
        }
    }

    /// <summary>Fails on each difference that is not accepted, and on each accepted one that is no more.</summary>
    private static void AssertAgreement(CorpusPart part, IReadOnlyList<string> exim, IReadOnlyList<string> ours)
    {
        var report = new StringBuilder();
        for (var i = 0; i < part.Entries.Count; i++)
        {
            var expression = part.Entries[i].Expression;
            var known = part.Accepted.GetValueOrDefault(expression);
            if (known is null ? exim[i] != ours[i] : (exim[i], ours[i]) != (known.Exim, known.Ours))
            {
                report.Append(expression).Append("\n    exim = ").Append(CorpusText.Write(exim[i])).Append("\n    ours = ").Append(CorpusText.Write(ours[i])).Append('\n');
            }
        }

        foreach (var expression in part.Accepted.Keys.Except(part.Expressions, StringComparer.Ordinal))
        {
            report.Append(expression).Append("\n    is an accepted difference, but not in the corpus\n");
        }

        Assert.True(report.Length == 0, $"differences {part.Name}:\n{report}");
    }
}
