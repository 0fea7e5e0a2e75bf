using System.Collections.Immutable;
using System.Net;
using System.Text;
using Pipeline.Mail.Arc;
using Pipeline.Mail.AuthResults;
using Pipeline.Mail.Dkim;
using Pipeline.Mail.Dmarc;
using Pipeline.Mail.Spf;

namespace Pipeline.Mail.Tests.AuthResults;

public sealed class AuthResultsWriterTests
{
    private static readonly SpfResult Spf = new(SpfVerdict.Pass, "example.com", "mailfrom", null, null, "") { CheckedDomain = "example.com" };

    [Fact]
    public void The_layout_of_Exim_has_one_element_a_line_in_fixed_order()
    {
        var writer = Writer(AuthResultsStyle.Exim492);
        writer.AddDkim([Dkim(DkimVerdict.Pass, DkimFailure.None), Dkim(DkimVerdict.Fail, DkimFailure.BodyHashMismatch) with { Identity = "@example.com" }]);
        writer.AddSpf(Spf);
        writer.AddAuthentication(new ClientAuthentication("PLAIN", "joe", "joe@example.com"));
        writer.AddIprev(new IprevResult(IprevVerdict.Pass, IPAddress.Parse("2001:db8::1"), "mail.example.com"));
        Assert.Equal(
            "Authentication-Results: mx.example;\n"
            + "\tiprev=pass (mail.example.com) smtp.remote-ip=2001:db8::1;\n"
            + "\tauth=pass (PLAIN) smtp.auth=joe smtp.mailfrom=joe@example.com;\n"
            + "\tspf=pass smtp.mailfrom=example.com;\n"
            + "\tdkim=pass header.d=example.com header.s=sel header.a=rsa-sha256;\n"
            + "\tdkim=fail (body hash mismatch; body probably modified in transit)\n"
            + "\t\t header.d=example.com header.i=@example.com header.s=sel header.a=rsa-sha256",
            writer.ToString());
    }

    [Theory]
    [InlineData(DkimVerdict.TempError, DkimFailure.KeyUnavailable, "tmperror (pubkey unavailable)")]
    [InlineData(DkimVerdict.PermError, DkimFailure.KeyMissing, "tmperror (pubkey unavailable)")]
    [InlineData(DkimVerdict.PermError, DkimFailure.KeyOverlong, "permerror (overlong public key record)")]
    [InlineData(DkimVerdict.PermError, DkimFailure.KeyInvalid, "neutral (public key record import problem)")]
    [InlineData(DkimVerdict.PermError, DkimFailure.SignatureInvalid, "neutral (signature tag missing or invalid)")]
    [InlineData(DkimVerdict.PermError, DkimFailure.UnsupportedVersion, "neutral (unsupported DKIM version)")]
    [InlineData(DkimVerdict.Fail, DkimFailure.SignatureMismatch, "fail (signature did not verify; headers probably modified in transit)")]
    [InlineData(DkimVerdict.Policy, DkimFailure.KeyTooShort, "fail (public key too short: 512 bits)")]
    [InlineData(DkimVerdict.Policy, DkimFailure.NotAccepted, "policy (because)")]
    public void Every_failure_has_its_words_in_the_layout_of_Exim(DkimVerdict verdict, DkimFailure failure, string expected)
    {
        var writer = Writer(AuthResultsStyle.Exim492);
        writer.AddDkim([Dkim(verdict, failure)]);
        Assert.StartsWith($"Authentication-Results: mx.example;\n\tdkim={expected}\n\t\t header.d=", writer.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_status_set_by_an_ACL_is_policy()
    {
        var writer = Writer(AuthResultsStyle.Exim492);
        writer.AddOverriddenDkim(Dkim(DkimVerdict.Pass, DkimFailure.None), "fail", "no (thanks)");
        Assert.Contains("dkim=policy (fail - no \\(thanks\\)) header.d=example.com", writer.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_null_sender_is_written_as_each_style_has_it()
    {
        var helo = Spf with { Identity = "helo", CheckedDomain = "helo.example" };
        var (exim, rfc) = (Writer(AuthResultsStyle.Exim492), Writer(AuthResultsStyle.Rfc8601));
        exim.AddSpf(helo);
        rfc.AddSpf(helo);
        Assert.EndsWith("spf=pass smtp.mailfrom=<>", exim.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("spf=pass smtp.helo=helo.example", rfc.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DmarcVerdict.Pass, DmarcPolicy.Reject, "dmarc=pass header.from=a.example", "dmarc=pass policy.dmarc=reject header.from=a.example")]
    [InlineData(DmarcVerdict.Fail, DmarcPolicy.Reject, "dmarc=fail header.from=a.example", "dmarc=fail policy.dmarc=reject header.from=a.example")]
    [InlineData(DmarcVerdict.Fail, DmarcPolicy.None, "dmarc=none header.from=a.example", "dmarc=fail policy.dmarc=none header.from=a.example")]
    [InlineData(DmarcVerdict.None, null, "dmarc=none header.from=a.example", "dmarc=none header.from=a.example")]
    [InlineData(DmarcVerdict.TempError, null, "dmarc=temperror header.from=a.example", "dmarc=temperror header.from=a.example")]
    public void Dmarc_has_the_words_of_each_style(DmarcVerdict verdict, DmarcPolicy? policy, string inExim, string inRfc)
    {
        var result = new DmarcResult(verdict, new DmarcAuthor(["a.example"], null), "")
        {
            AuthorDomain = "a.example",
            Record = policy is { } known ? new DmarcRecord { Policy = known } : null,
            RequestedPolicy = policy ?? default,
            Policy = policy ?? default,
        };
        var (exim, rfc) = (Writer(AuthResultsStyle.Exim492), Writer(AuthResultsStyle.Rfc8601));
        exim.AddDmarc(result);
        rfc.AddDmarc(result);
        rfc.AddSpf(Spf);
        Assert.Equal($"Authentication-Results: mx.example;\n\t{inExim}", exim.ToString());
        Assert.Equal($"Authentication-Results: mx.example;\n\tspf=pass smtp.mailfrom=example.com;\n\t{inRfc}", rfc.ToString());
    }

    [Fact]
    public void Dmarc_that_is_not_asked_or_has_no_author_has_words_of_Exim_s_own()
    {
        var nobody = new DmarcResult(DmarcVerdict.None, new DmarcAuthor([], "there is no From field"), "");
        var (exim, rfc) = (Writer(AuthResultsStyle.Exim492), Writer(AuthResultsStyle.Rfc8601));
        exim.AddDmarc(nobody);
        exim.AddSkippedDmarc("a.example");
        rfc.AddDmarc(nobody);
        rfc.AddSkippedDmarc("a.example");
        Assert.Equal("Authentication-Results: mx.example;\n\tdmarc=temperror;\n\tdmarc=skipped header.from=a.example", exim.ToString());
        Assert.Equal("Authentication-Results: mx.example;\n\tdmarc=permerror", rfc.ToString());
    }

    [Fact]
    public void The_style_of_the_RFC_follows_its_grammar_whatever_peers_wrote()
    {
        var random = new Random(5);
        const string Alphabet = "ab.@;()\"\\ \t\r\n=:/<>\u00e4\0";
        for (var round = 0; round < 5_000; round++)
        {
            var hostile = string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => Alphabet[random.Next(Alphabet.Length)]));
            var writer = Writer(AuthResultsStyle.Rfc8601);
            writer.AddIprev(new IprevResult(IprevVerdict.Pass, IPAddress.IPv6Loopback, hostile));
            writer.AddAuthentication(new ClientAuthentication(hostile, hostile, hostile));
            writer.AddSpf(Spf with { CheckedDomain = hostile });
            writer.AddDkim([Dkim(DkimVerdict.Fail, DkimFailure.BodyHashMismatch) with { Identity = hostile, Reason = hostile }]);
            var text = writer.ToString();
            var value = text["Authentication-Results:".Length..].Replace("\n", "\r\n", StringComparison.Ordinal);
            Assert.True(AuthResultsParser.TryParse(Encoding.UTF8.GetBytes(value), AuthResultsReading.Strict, out var field, out var problem), $"{problem}: {text}");
            Assert.Equal(["iprev", "auth", "spf", "dkim"], field.Results.Select(r => r.Method));
            Assert.Equal(["pass", "pass", "pass", "fail"], field.Results.Select(r => r.Result));
        }
    }

    [Fact]
    public void The_layout_of_Exim_can_be_read_back_whatever_peers_wrote()
    {
        var random = new Random(6);
        const string Alphabet = "ab.@;()\"\\ \t\r\n=:/<>\u00e4\0";
        for (var round = 0; round < 5_000; round++)
        {
            var hostile = string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => Alphabet[random.Next(Alphabet.Length)]));
            var writer = Writer(AuthResultsStyle.Exim492);
            writer.AddIprev(new IprevResult(IprevVerdict.Pass, IPAddress.Loopback, hostile));
            writer.AddAuthentication(new ClientAuthentication(hostile, hostile, hostile));
            writer.AddSpf(Spf with { CheckedDomain = hostile });
            var value = Encoding.UTF8.GetBytes(writer.ToString()["Authentication-Results:".Length..]);
            Assert.True(AuthResultsParser.TryParse(value, AuthResultsReading.Tolerant, out var field, out var problem), $"{problem}: {writer}");
            Assert.Equal(["iprev", "auth", "spf"], field.Results.Select(r => r.Method));
        }
    }

    [Theory]
    [InlineData(ArcState.None, "", 0, 0, "arc=none", "arc=none smtp.remote-ip=127.0.0.1")]
    [InlineData(ArcState.Pass, "", 2, 1, "arc=pass (i=2) header.s=sel arc.oldest-pass=1 smtp.remote-ip=127.0.0.1", "arc=pass smtp.remote-ip=127.0.0.1 header.oldest-pass=0")]
    [InlineData(ArcState.Pass, "", 3, 2, "arc=pass (i=3) header.s=sel arc.oldest-pass=2 smtp.remote-ip=127.0.0.1", "arc=pass smtp.remote-ip=127.0.0.1 header.oldest-pass=2")]
    [InlineData(ArcState.Fail, "AMS body hash miscompare", 1, 0, "arc=fail (i=1)(AMS body hash miscompare) header.s=sel arc.oldest-pass=0 smtp.remote-ip=127.0.0.1", "arc=fail reason=\"AMS body hash miscompare\" smtp.remote-ip=127.0.0.1")]
    [InlineData(ArcState.Fail, "(sequence; expected i=1)", 0, 0, "arc=fail ((sequence; expected i=1))", "arc=fail reason=\"(sequence; expected i=1)\" smtp.remote-ip=127.0.0.1")]
    [InlineData(ArcState.TempError, "pubkey problem", 0, 0, "arc=temperror (pubkey problem)", "arc=temperror reason=\"pubkey problem\" smtp.remote-ip=127.0.0.1")]
    public void Arc_comes_last_in_both_styles_and_can_be_read_back(ArcState state, string reason, int instances, int oldest, string exim, string rfc)
    {
        var result = new ArcResult(state, reason) { Instances = instances, OldestPass = oldest, Selector = "sel" };
        foreach (var (style, expected) in new[] { (AuthResultsStyle.Exim492, exim), (AuthResultsStyle.Rfc8601, rfc) })
        {
            var writer = Writer(style);
            writer.AddArc(result, IPAddress.Loopback);
            writer.AddDmarc(new DmarcResult(DmarcVerdict.None, new DmarcAuthor(["a.example"], null), "") { AuthorDomain = "a.example" });
            writer.AddSpf(Spf);
            Assert.EndsWith(";\n\t" + expected, writer.ToString(), StringComparison.Ordinal);
            Assert.Contains("spf=pass", writer.ToString(), StringComparison.Ordinal);
            var value = Encoding.UTF8.GetBytes(writer.ToString()["Authentication-Results:".Length..]);
            Assert.True(AuthResultsParser.TryParse(value, AuthResultsReading.Tolerant, out var field, out var problem), problem);
            Assert.Equal(state.Word(), field.Results[^1].Result);
        }
    }

    [Fact]
    public void Signatures_of_one_key_are_told_apart_by_the_start_of_their_value()
    {
        var signature = new DkimSignature
        {
            Algorithm = DkimAlgorithm.RsaSha256,
            SignatureValue = new byte[] { 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0 },
            SignatureExtent = 0..0,
            BodyHash = ReadOnlyMemory<byte>.Empty,
            Domain = "example.com",
            Selector = "sel",
            HeaderNames = [],
            IdentityDomain = "example.com",
        };
        var pass = Dkim(DkimVerdict.Pass, DkimFailure.None) with { Signature = signature };
        var writer = Writer(AuthResultsStyle.Rfc8601);
        writer.AddDkim([pass, pass]);
        Assert.Contains("header.a=rsa-sha256 header.b=\"////AAAA\"", writer.ToString(), StringComparison.Ordinal);
        var single = Writer(AuthResultsStyle.Rfc8601);
        single.AddDkim([pass]);
        Assert.DoesNotContain("header.b", single.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_any_result_the_field_says_none() =>
        Assert.Equal("Authentication-Results: mx.example; none", Writer(AuthResultsStyle.Exim492).ToString());

    [Theory]
    [InlineData("two words", "\"two words\"")]
    [InlineData("mx.example", "mx.example")]
    [InlineData("a;b", "\"a;b\"")]
    public void A_name_that_is_no_token_is_quoted(string id, string expected) =>
        Assert.Equal($"Authentication-Results: {expected}; none", AuthResultsWriter.Create(id, AuthResultsStyle.Exim492)!.ToString());

    [Theory]
    [InlineData("")]
    [InlineData("a\nb")]
    [InlineData("a\0")]
    public void A_name_with_control_characters_is_refused(string id) => Assert.Null(AuthResultsWriter.Create(id, AuthResultsStyle.Exim492));

    [Fact]
    public void A_field_holds_at_most_a_hundred_results()
    {
        var writer = Writer(AuthResultsStyle.Rfc8601);
        writer.AddDkim([.. Enumerable.Repeat(Dkim(DkimVerdict.Pass, DkimFailure.None), 5000)]);
        Assert.Equal(100, writer.ToString().Split("dkim=").Length - 1);
    }

    private static AuthResultsWriter Writer(AuthResultsStyle style) => AuthResultsWriter.Create("mx.example", style)!;

    private static DkimResult Dkim(DkimVerdict verdict, DkimFailure failure) =>
        new(verdict, "example.com", "sel", null, "rsa-sha256", 512, "because") { Failure = failure };
}
