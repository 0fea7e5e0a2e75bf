using Pipeline.Mail.Dkim;
using Pipeline.Policy.Acl;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Tests.Acl;

public sealed class DkimAclTests
{
    private static readonly DkimResult First = new(DkimVerdict.Pass, "a.test", "s1", null, "rsa-sha256", 2048, "");
    private static readonly DkimResult Second = new(DkimVerdict.Fail, "a.test", "s2", "u@sub.a.test", "ed25519-sha256", 256, "") { Failure = DkimFailure.BodyHashMismatch };
    private static readonly DkimResult Third = new(DkimVerdict.Neutral, "b.test", "s3", "@b.test", "rsa-sha256", 0, "") { Failure = DkimFailure.KeyMissing };
    private static readonly DkimResult[] Results = [First, Second, Third];

    private readonly AclBench _bench = new();

    private MessageScope Message => _bench.Scope.Message;

    [Fact]
    public void Signers_are_every_domain_and_identity_once()
    {
        DkimAcl.ShowSigners(Message, Results);
        Assert.Equal("a.test:u@sub.a.test:b.test:@b.test", Variable("dkim_signers"));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("a.test", "a.test/s1 a.test/s2")]
    [InlineData("A.TEST : a.test", "A.TEST/s1 A.TEST/s2")]
    [InlineData("x.test : : b.test", "x.test/- b.test/s3")]
    [InlineData("u@sub.a.test", "u@sub.a.test/s2")]
    [InlineData("sub.a.test", "sub.a.test/-")]
    [InlineData("U@Sub.A.test : @b.test", "U@Sub.A.test/s2 @b.test/s3")]
    [InlineData("<; a@x.test ; b.test", "a@x.test/- b.test/s3")]
    public void Each_signer_has_a_run_for_each_of_its_signatures_or_one_without(string signers, string turns) =>
        Assert.Equal(turns, string.Join(' ', DkimAcl.Turns(signers, Results).Select(turn => $"{turn.Signer}/{turn.Result?.Selector ?? "-"}")));

    [Theory]
    [InlineData(99)]
    [InlineData(100)]
    [InlineData(101)]
    public void Runs_are_bounded(int signers) =>
        Assert.Equal(Math.Min(signers, 100), DkimAcl.Turns(string.Join(':', Enumerable.Range(0, signers).Select(i => $"d{i}.test")), []).Length);

    [Theory]
    [InlineData("dkim_verify_status", "pass", "fail", "invalid", "none")]
    [InlineData("dkim_verify_reason", "", "bodyhash_mismatch", "pubkey_unavailable", "")]
    [InlineData("dkim_cur_signer", "x", "x", "x", "x")]
    [InlineData("dkim_domain", "a.test", "a.test", "b.test", "")]
    [InlineData("dkim_identity", "", "u@sub.a.test", "@b.test", "")]
    [InlineData("dkim_selector", "s1", "s2", "s3", "")]
    [InlineData("dkim_algo", "rsa-sha256", "ed25519-sha256", "rsa-sha256", "")]
    [InlineData("dkim_key_length", "2048", "256", "0", "0")]
    [InlineData("dkim_bodylength", "9999999999999", "9999999999999", "9999999999999", "9999999999999")]
    [InlineData("dkim_created", "0", "0", "0", "0")]
    [InlineData("dkim_expires", "9999999999999", "9999999999999", "9999999999999", "9999999999999")]
    [InlineData("dkim_key_srvtype", "*", "*", "*", "*")]
    [InlineData("dkim_key_granularity", "*", "*", "*", "*")]
    [InlineData("dkim_key_testing", "0", "0", "0", "0")]
    public void Variables_of_a_run_are_those_of_its_signature(string name, string first, string second, string third, string without) =>
        Assert.Equal(
            [first, second, third, without],
            new DkimResult?[] { First, Second, Third, null }.Select(result =>
            {
                DkimAcl.Begin(Message, new DkimAclTurn("x", result));
                return Variable(name);
            }));

    [Fact]
    public void Tags_of_a_signature_and_its_key_are_shown_as_they_are()
    {
        var signature = new DkimSignature
        {
            Algorithm = DkimAlgorithm.RsaSha256,
            SignatureValue = default,
            SignatureExtent = default,
            BodyHash = default,
            Domain = "a.test",
            Selector = "s",
            IdentityDomain = "a.test",
            HeaderNames = ["from", "to"],
            HeaderForm = CanonicalForm.Relaxed,
            BodyForm = CanonicalForm.Simple,
            BodyLength = 12,
            Created = 34,
            Expires = 56,
            CopiedHeaders = "From:x",
        };
        var key = new DkimKeyRecord
        {
            KeyType = default,
            KeyData = default,
            IsTesting = true,
            RequiresSameDomain = true,
            Notes = "note",
            ServiceType = "email",
            Granularity = "g",
        };

        DkimAcl.Begin(Message, new DkimAclTurn("a.test", First with { Signature = signature, Key = key }));

        Assert.Equal(
            "relaxed simple 12 34 56 From:x from:to 1 1 note email g",
            string.Join(' ', "canon_headers canon_body bodylength created expires copiedheaders headernames key_testing key_nosubdomains key_notes key_srvtype key_granularity"
                .Split(' ').Select(name => Variable("dkim_" + name))));
    }

    [Fact]
    public async Task What_an_acl_sets_the_status_to_is_what_later_acls_see()
    {
        await RunAsync(First, "accept set dkim_verify_status = fail\nset dkim_verify_reason = not today");
        await RunAsync(Second, "accept");
        Assert.Equal(new DkimStatus("fail", "not today"), Assert.Single(Message.DkimOverrides).Value);

        DkimAcl.Finish(Message, Results);

        Assert.Equal("fail:fail:invalid", Variable("dkim_verify_status"));
        Assert.Equal("", Variable("dkim_cur_signer") + Variable("dkim_domain") + Variable("dkim_verify_reason"));
        Assert.True((await _bench.RunAsync("accept dkim_status = invalid", AclPoint.Data)).IsAccepted);
        Assert.False((await _bench.RunAsync("accept dkim_status = pass", AclPoint.Data)).IsAccepted);
    }

    [Fact]
    public async Task A_status_that_is_set_back_to_what_was_found_is_no_override()
    {
        await RunAsync(First, "accept set dkim_verify_status = fail");
        await RunAsync(First, "accept condition = ${if eq{$dkim_verify_status}{fail}}\nset dkim_verify_status = pass");

        Assert.Empty(Message.DkimOverrides);
    }

    [Fact]
    public void Without_a_signature_the_status_is_none()
    {
        DkimAcl.Finish(Message, []);
        Assert.Equal("none", Variable("dkim_verify_status"));
    }

    private string Variable(string name) => Message.ConditionVariables.GetValueOrDefault(name, "");

    private async Task RunAsync(DkimResult result, string acl)
    {
        var turn = new DkimAclTurn(result.Domain, result);
        DkimAcl.Begin(Message, turn);
        Assert.True((await _bench.RunAsync(acl, AclPoint.Dkim)).IsAccepted);
        DkimAcl.End(Message, turn);
    }
}
