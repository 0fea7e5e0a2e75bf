using Pipeline.Mail.Dkim;
using Pipeline.Mail.Dmarc;
using Pipeline.Mail.Dns;
using Pipeline.Mail.Spf;

namespace Pipeline.Mail.Tests.Dmarc;

public sealed class DmarcVerifierTests
{
    [Fact]
    public async Task Two_domains_of_authors_pass_for_nobody_and_the_stricter_policy_holds()
    {
        var zone = DmarcRun.Zone(("_dmarc.one.com", "v=DMARC1; p=none"), ("_dmarc.two.com", "v=DMARC1; p=reject"));
        var result = await DmarcRun.JudgeAsync(zone, "a@one.com, b@two.com", DmarcRun.Sender("one.com"), [DmarcRun.Signature("two.com")]);
        Assert.Equal((DmarcVerdict.Fail, DmarcPolicy.Reject, "two.com"), (result.Verdict, result.Policy, result.AuthorDomain));
    }

    [Fact]
    public async Task Two_From_fields_of_one_domain_pass_for_nobody()
    {
        var zone = DmarcRun.Zone(("_dmarc.one.com", "v=DMARC1; p=quarantine"));
        var author = DmarcRun.Author("From: a@one.com", "From: b@one.com");
        var result = await DmarcRun.JudgeAsync(zone, author, DmarcRun.Sender("one.com"), null, DmarcEvaluation.Rfc9989);
        Assert.Equal((DmarcVerdict.Fail, DmarcPolicy.Quarantine), (result.Verdict, result.Policy));
        Assert.Contains("there are 2 From fields", result.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DmarcEvaluation.Rfc7489, 29, DmarcPolicy.Reject)]
    [InlineData(DmarcEvaluation.Rfc7489, 30, DmarcPolicy.Quarantine)]
    [InlineData(DmarcEvaluation.Rfc9989, 99, DmarcPolicy.Reject)]
    public async Task The_share_that_is_not_sampled_gets_the_milder_policy(DmarcEvaluation evaluation, int drawn, DmarcPolicy expected)
    {
        var zone = DmarcRun.Zone(("_dmarc.one.com", "v=DMARC1; p=reject; pct=30"));
        var result = await DmarcRun.JudgeAsync(zone, "a@one.com", evaluation: evaluation, sample: drawn);
        Assert.Equal((DmarcPolicy.Reject, expected), (result.RequestedPolicy, result.Policy));
    }

    [Theory]
    [InlineData(SpfVerdict.SoftFail)]
    [InlineData(SpfVerdict.Neutral)]
    [InlineData(SpfVerdict.None)]
    [InlineData(SpfVerdict.PermError)]
    [InlineData(SpfVerdict.Fail)]
    public async Task Only_a_pass_of_SPF_aligns(SpfVerdict verdict)
    {
        var zone = DmarcRun.Zone(("_dmarc.one.com", "v=DMARC1; p=reject"));
        var result = await DmarcRun.JudgeAsync(zone, "a@one.com", DmarcRun.Sender("one.com", verdict));
        Assert.Equal(DmarcVerdict.Fail, result.Verdict);
        Assert.False(result.IsSpfAligned);
    }

    [Theory]
    [InlineData(DkimVerdict.Policy)]
    [InlineData(DkimVerdict.Neutral)]
    [InlineData(DkimVerdict.PermError)]
    [InlineData(DkimVerdict.Fail)]
    public async Task Only_a_pass_of_DKIM_aligns(DkimVerdict verdict)
    {
        var zone = DmarcRun.Zone(("_dmarc.one.com", "v=DMARC1; p=reject"));
        var result = await DmarcRun.JudgeAsync(zone, "a@one.com", null, [DmarcRun.Signature("one.com", verdict)]);
        Assert.Equal((DmarcVerdict.Fail, false), (result.Verdict, result.IsDkimAligned));
    }

    [Fact]
    public async Task A_guessed_SPF_record_vouches_for_nobody()
    {
        var zone = DmarcRun.Zone(("_dmarc.one.com", "v=DMARC1; p=reject"));
        var result = await DmarcRun.JudgeAsync(zone, "a@one.com", DmarcRun.Sender("one.com") with { IsGuess = true });
        Assert.Equal(DmarcVerdict.Fail, result.Verdict);
    }

    [Theory]
    [InlineData("one.com", DmarcVerdict.TempError)]
    [InlineData("other.com", DmarcVerdict.Fail)]
    public async Task A_check_that_could_not_be_made_matters_only_where_it_might_align(string domain, DmarcVerdict expected)
    {
        var zone = DmarcRun.Zone(("_dmarc.one.com", "v=DMARC1; p=reject"));
        Assert.Equal(expected, (await DmarcRun.JudgeAsync(zone, "a@one.com", DmarcRun.Sender(domain, SpfVerdict.TempError))).Verdict);
        Assert.Equal(expected, (await DmarcRun.JudgeAsync(zone, "a@one.com", null, [DmarcRun.Signature(domain, DkimVerdict.TempError)])).Verdict);
    }

    [Fact]
    public async Task A_parent_that_cannot_be_looked_up_leaves_the_own_record_in_force()
    {
        var zone = new ZoneResolver(new Dictionary<string, ZoneName>
        {
            ["_dmarc.one.com"] = new([TextRecord.Of("v=DMARC1; p=reject")]),
            ["_dmarc.com"] = new([], DnsAnswer.TemporaryFailure("SERVFAIL")),
        });
        Assert.Equal(DmarcVerdict.Fail, (await DmarcRun.JudgeAsync(zone, "a@one.com", null, [DmarcRun.Signature("elsewhere.net")])).Verdict);
        Assert.Equal(DmarcVerdict.Pass, (await DmarcRun.JudgeAsync(zone, "a@one.com", null, [DmarcRun.Signature("one.com")])).Verdict);
        Assert.Equal(DmarcVerdict.TempError, (await DmarcRun.JudgeAsync(zone, "a@one.com", null, [DmarcRun.Signature("mail.one.com")])).Verdict);
    }

    [Fact]
    public async Task The_public_suffix_s_own_policy_holds_below_it_where_nobody_else_has_one()
    {
        var zone = DmarcRun.Zone(("_dmarc.bank", "v=DMARC1; p=none; sp=quarantine; np=reject; psd=y"), ("giant.bank", "x"));
        Assert.Equal(DmarcPolicy.Quarantine, (await DmarcRun.JudgeAsync(zone, "a@giant.bank")).Policy);
        Assert.Equal(DmarcPolicy.Reject, (await DmarcRun.JudgeAsync(zone, "a@ghost.bank")).Policy);
        Assert.Equal("ghost.bank", (await DmarcRun.JudgeAsync(zone, "a@www.ghost.bank")).OrganizationalDomain);
    }

    [Theory]
    [InlineData(DmarcEvaluation.Rfc9989, 8)]
    [InlineData(DmarcEvaluation.Rfc7489, 2)]
    public async Task A_deep_name_costs_a_bounded_number_of_questions(DmarcEvaluation evaluation, int most)
    {
        var dns = new CountingResolver();
        var deep = string.Join('.', Enumerable.Repeat("a", 100)) + ".example.com";
        var result = await DmarcRun.JudgeAsync(dns, $"x@{deep}", evaluation: evaluation);
        Assert.Equal(DmarcVerdict.None, result.Verdict);
        Assert.Equal((most, most), (dns.Count, result.Queries));
    }

    [Fact]
    public async Task Many_signatures_cost_a_bounded_number_of_questions()
    {
        var dns = new CountingResolver(("_dmarc.example.com", "v=DMARC1; p=reject; np=none"));
        var signatures = Enumerable.Range(0, 50).Select(n => DmarcRun.Signature($"a.b.c.d.e.f.g.h.s{n}.example.com")).ToList();
        var result = await DmarcRun.JudgeAsync(dns, "x@example.com", null, signatures);
        Assert.True(result.IsDkimAligned);
        Assert.Equal(10, result.Dkim.Count(signature => signature.IsAligned));
        Assert.InRange(dns.Count, 10, 1 + (10 * 8));
    }

    [Fact]
    public async Task Domains_of_others_cost_no_question()
    {
        var dns = new CountingResolver(("_dmarc.example.com", "v=DMARC1; p=reject"));
        await DmarcRun.JudgeAsync(dns, "x@example.com", DmarcRun.Sender("sender.net"), [DmarcRun.Signature("signer.com"), DmarcRun.Signature("example.com.signer.net")]);
        Assert.Equal(2, dns.Count); // _dmarc.example.com and _dmarc.com
    }

    [Fact]
    public async Task An_alias_is_followed_and_one_that_goes_in_circles_is_a_temporary_error()
    {
        var zone = new ZoneResolver(new Dictionary<string, ZoneName>
        {
            ["_dmarc.one.com"] = new([new NameRecord(DnsRecordType.Cname, "policy.host.net")]),
            ["policy.host.net"] = new([TextRecord.Of("v=DMARC1; p=reject")]),
            ["_dmarc.two.com"] = new([new NameRecord(DnsRecordType.Cname, "_dmarc.two.com")]),
        });
        Assert.Equal(DmarcPolicy.Reject, (await DmarcRun.JudgeAsync(zone, "a@one.com")).Policy);
        Assert.Equal(DmarcVerdict.TempError, (await DmarcRun.JudgeAsync(zone, "a@two.com")).Verdict);
    }

    [Fact]
    public async Task A_record_of_many_kilobytes_is_read_and_a_thousand_records_are_none()
    {
        var strings = Enumerable.Range(0, 240).Select(n => $" x{n}=".PadRight(255, 'x')).ToArray();
        var zone = new ZoneResolver(new Dictionary<string, ZoneName>
        {
            ["_dmarc.one.com"] = new([TextRecord.Of(["v=DMARC1; p=reject; rest=", .. strings])]),
            ["_dmarc.two.com"] = new([.. Enumerable.Repeat(TextRecord.Of("v=DMARC1; p=reject"), 1000)]),
        });
        Assert.Equal(DmarcPolicy.Reject, (await DmarcRun.JudgeAsync(zone, "a@one.com")).Policy);
        Assert.Equal(DmarcVerdict.None, (await DmarcRun.JudgeAsync(zone, "a@two.com")).Verdict);
    }

    [Fact]
    public async Task Whether_a_name_exists_is_asked_only_for_np_and_its_failure_is_a_temporary_error()
    {
        var zone = new ZoneResolver(new Dictionary<string, ZoneName>
        {
            ["_dmarc.one.com"] = new([TextRecord.Of("v=DMARC1; p=reject; np=none")]),
            ["_dmarc.two.com"] = new([TextRecord.Of("v=DMARC1; p=reject")]),
            ["sub.one.com"] = new([], DnsAnswer.TemporaryFailure("SERVFAIL")),
            ["sub.two.com"] = new([], DnsAnswer.TemporaryFailure("SERVFAIL")),
        });
        Assert.Equal(DmarcVerdict.TempError, (await DmarcRun.JudgeAsync(zone, "a@sub.one.com")).Verdict);
        Assert.Equal(DmarcVerdict.Fail, (await DmarcRun.JudgeAsync(zone, "a@sub.two.com")).Verdict);
    }

    [Fact]
    public async Task Discovery_begun_early_asks_nothing_twice()
    {
        var dns = new CountingResolver(("_dmarc.example.com", "v=DMARC1; p=reject"));
        var verifier = new DmarcVerifier(DmarcRun.Author("From: a@example.com"), new DmarcOptions(), dns);
        verifier.StartDiscovery(CancellationToken.None);
        var before = dns.Count;
        var result = await verifier.CompleteAsync(null, [DmarcRun.Signature("example.com")], CancellationToken.None);
        Assert.Equal((DmarcVerdict.Pass, before), (result.Verdict, dns.Count));
    }

    [Fact]
    public void RFC_7489_needs_a_list() =>
        Assert.Throws<ArgumentException>(() => new DmarcVerifier(DmarcRun.Author("From: a@b.com"), new DmarcOptions { Evaluation = DmarcEvaluation.Rfc7489 }, new CountingResolver()));

    private sealed class CountingResolver(params (string Name, string Record)[] records) : IDnsResolver
    {
        private readonly ZoneResolver _zone = DmarcRun.Zone(records);

        public int Count { get; private set; }

        public ValueTask<DnsAnswer> QueryAsync(string name, DnsRecordType type, CancellationToken cancellationToken)
        {
            Count++;
            return _zone.QueryAsync(name, type, cancellationToken);
        }
    }
}
