using System.Collections.Immutable;
using Pipeline.Mail.Dkim;
using Pipeline.Mail.Dmarc;
using Pipeline.Mail.Scanning;
using Pipeline.Mail.Spf;
using Pipeline.Policy.Acl;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Tests.Configuration;

namespace Pipeline.Policy.Tests.Acl;

public sealed class DmarcConditionTests
{
    private static readonly DmarcAuthor Author = new(["a.test"], null);

    private static readonly Dictionary<string, DmarcOutcome> Outcomes = new()
    {
        ["off"] = new DmarcOutcome.Off(),
        ["skipped"] = new DmarcOutcome.Skipped("", "a.test"),
        ["accept"] = Judged(DmarcVerdict.Pass, DmarcPolicy.Reject),
        ["reject"] = Judged(DmarcVerdict.Fail, DmarcPolicy.Reject),
        ["quarantine"] = Judged(DmarcVerdict.Fail, DmarcPolicy.Quarantine),
        ["none"] = Judged(DmarcVerdict.Fail, DmarcPolicy.None),
        ["temperror"] = new DmarcOutcome.Judged(DmarcResult.TempError(Author, "")),
        ["norecord"] = new DmarcOutcome.Judged(new DmarcResult(DmarcVerdict.None, Author, "")),
        ["nofrom"] = new DmarcOutcome.Judged(new DmarcResult(DmarcVerdict.None, new DmarcAuthor([], "there is no From field"), "")),
    };

    [Theory]
    [InlineData("accept")]
    [InlineData("reject")]
    [InlineData("quarantine")]
    [InlineData("none")]
    [InlineData("norecord")]
    [InlineData("nofrom")]
    [InlineData("temperror")]
    [InlineData("off")]
    public async Task Each_word_matches_its_answer_and_no_other(string word)
    {
        foreach (var (name, outcome) in Outcomes)
        {
            var isSame = name == word || (name, word) == ("skipped", "none");
            Assert.Equal(isSame, await MatchesAsync(outcome, word));
            Assert.Equal(!isSame, await MatchesAsync(outcome, "!" + word));
            Assert.Equal(isSame, await MatchesAsync(outcome, $"nothing : {word.ToUpperInvariant()}"));
        }
    }

    [Theory]
    [InlineData("accept : none : off", "none", true)]
    [InlineData("!accept", "none", true)]
    [InlineData("!accept : none", "accept", false)]
    [InlineData("none : !accept", "accept", false)]
    [InlineData("${lc:REJECT} : quarantine", "reject", true)]
    public async Task A_list_is_read_from_the_left(string list, string outcome, bool expected) => Assert.Equal(expected, await MatchesAsync(Outcomes[outcome], list));

    [Fact]
    public async Task The_check_is_asked_for_once_and_written_to_the_log_once()
    {
        var bench = new AclBench();
        var answer = new Answer(Outcomes["reject"]);
        bench.Scope.Message.Verification = answer;
        await bench.RunAsync("warn dmarc_status = accept\nwarn dmarc_status = none\naccept dmarc_status = reject\nmessage = $dmarc_status/$dmarc_status_text", AclPoint.Data);
        Assert.Equal(1, answer.Count);
        Assert.EndsWith(" DMARC results: spf_domain= dmarc_domain=a.test spf_align=no dkim_align=no enforcement='Reject'", Assert.Single(bench.Log), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nothing_is_verified_it_defers() =>
        Assert.Equal(AclVerdict.Defer, (await new AclBench().RunAsync("accept dmarc_status = accept", AclPoint.Data)).Verdict);

    [Theory]
    [InlineData("", DmarcEvaluation.Rfc9989)]
    [InlineData("dmarc_evaluation = rfc9989", DmarcEvaluation.Rfc9989)]
    [InlineData("dmarc_evaluation = rfc7489", DmarcEvaluation.Rfc7489)]
    public void The_document_is_chosen_by_an_option(string option, DmarcEvaluation expected)
    {
        var compiled = PolicyCompiler.Compile(MemoryFiles.MainPath, files: new MemoryFiles(option));
        Assert.Empty(compiled.Problems);
        Assert.Equal(expected, compiled.Policy!.MainOptions.DmarcEvaluation);
    }

    [Fact]
    public void A_document_that_is_not_known_is_refused_with_its_line()
    {
        var problem = Assert.Single(PolicyCompiler.Compile(MemoryFiles.MainPath, files: new MemoryFiles("\ndmarc_evaluation = rfc9091")).Problems);
        Assert.Equal((2, "\"rfc9091\" is not a valid value for the \"dmarc_evaluation\" option: rfc9989 or rfc7489"), (problem.Location?.Line, problem.Message));
    }

    private static DmarcOutcome.Judged Judged(DmarcVerdict verdict, DmarcPolicy policy) => new(
        new DmarcResult(verdict, Author, "") { AuthorDomain = "a.test", PolicyDomain = "a.test", Record = new DmarcRecord { Policy = policy }, Policy = policy });

    private static async Task<bool> MatchesAsync(DmarcOutcome outcome, string list)
    {
        var bench = new AclBench();
        bench.Scope.Message.Verification = new Answer(outcome);
        return (await bench.RunAsync($"accept dmarc_status = {list}", AclPoint.Data)).IsAccepted;
    }

    private sealed class Answer(DmarcOutcome outcome) : IMessageVerification
    {
        public int Count { get; private set; }

        public ValueTask<Pipeline.Mail.Arc.ArcResult?> ArcAsync(CancellationToken cancellationToken) => throw new InvalidOperationException("no test here asks for ARC");

        public ValueTask<DmarcOutcome> DmarcAsync(CancellationToken cancellationToken)
        {
            Count++;
            return new(outcome);
        }

        public ValueTask<SpfResult> SpfAsync(CancellationToken cancellationToken) => throw new InvalidOperationException("the check itself asks for SPF");

        public ValueTask<SpfResult> GuessSpfAsync(string record, CancellationToken cancellationToken) => throw new InvalidOperationException("the check itself asks for SPF");

        public ValueTask<IReadOnlyList<DkimResult>> DkimAsync(CancellationToken cancellationToken) => throw new InvalidOperationException("the check itself asks for DKIM");

        public ValueTask<ScanOutcome> ScanAsync(ScanRequest request, CancellationToken cancellationToken) => throw new InvalidOperationException("no test here asks for a scan");
    }
}
