using System.Runtime.Versioning;
using System.Text;
using Pipeline.EndToEnd.Tests.Expansion;
using Pipeline.Tests.Support.Suites;

namespace Pipeline.EndToEnd.Tests.Routing;

/// <summary>Addresses are routed as Exim routes them: three configurations, with what Debian's Exim has printed for each address with <c>-bt</c>.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class RoutingAgreementTests
{
    /// <summary>Set to 1, the recorded answers are written again from the Exim of this machine.</summary>
    private const string WriteSwitch = "MAILPIPELINE_WRITE_ROUTING_ANSWERS";

    private const int LeastAddresses = 200;

    private static readonly string Corpus = TestFolders.Vectors("routing");

    [Fact]
    public void Corpus_has_many_addresses_each_once_in_its_file_and_with_an_answer()
    {
        var files = CorpusFile.All(Corpus);
        Assert.Equal(3, files.Count);
        Assert.True(files.Sum(file => file.Entries.Count) >= LeastAddresses);
        Assert.All(files, file => Assert.Equal(file.Entries.Count, file.Entries.Select(entry => entry.Expression).Distinct(StringComparer.Ordinal).Count()));
        Assert.All(files.SelectMany(file => file.Entries), entry => Assert.True(entry.Answer is not null, $"no answer is recorded for {entry.Expression}; set {WriteSwitch}=1"));
        Assert.All(AcceptedDifferences.Read(Corpus).Keys, accepted => Assert.Contains(files, file => file.Entries.Any(entry => entry.Expression == accepted)));
    }

    [Fact]
    public async Task Our_answers_are_those_that_were_recorded_from_exim()
    {
        using var folder = new RoutingFolder(Corpus);
        var report = new StringBuilder();
        foreach (var file in CorpusFile.All(Corpus))
        {
            report.Append(Differences(file, await folder.AskOursAsync(file)));
        }

        Assert.True(report.Length == 0, $"differences:\n{report}");
    }

    [ProgramFact(ExpansionFolder.Exim)]
    public async Task Exim_beside_us_gives_the_answers_that_were_recorded()
    {
        using var folder = new RoutingFolder(Corpus);
        var writes = Environment.GetEnvironmentVariable(WriteSwitch) == "1";
        foreach (var file in CorpusFile.All(Corpus))
        {
            var exim = await folder.AskEximAsync(file);
            if (writes)
            {
                file.Write(file.Entries.Zip(exim).ToDictionary(pair => pair.First.Expression, pair => pair.Second, StringComparer.Ordinal));
            }

            Assert.All(file.Entries.Zip(exim), pair => Assert.True(
                writes || pair.First.Answer == pair.Second,
                $"{pair.First.Expression}: recorded is {CorpusText.Write(pair.First.Answer ?? "")}, but Exim says {CorpusText.Write(pair.Second)}; set {WriteSwitch}=1"));
        }
    }

    /// <summary>Each difference that is not accepted, and each accepted one that is no more.</summary>
    private static string Differences(CorpusFile file, IReadOnlyList<string> ours)
    {
        var accepted = AcceptedDifferences.Read(Corpus);
        var report = new StringBuilder();
        foreach (var (entry, our) in file.Entries.Zip(ours))
        {
            var known = accepted.GetValueOrDefault(entry.Expression);
            if (known is null ? entry.Answer != our : (entry.Answer, our) != (known.Exim, known.Ours))
            {
                report.Append(entry.Expression).Append("\n    exim = ").Append(CorpusText.Write(entry.Answer ?? "")).Append("\n    ours = ").Append(CorpusText.Write(our)).Append('\n');
            }
        }

        return report.ToString();
    }
}
