using System.Text;
using Pipeline.Mail.Dkim;
using Pipeline.Mail.Dns;

namespace Pipeline.Mail.Tests.Dkim;

public sealed class DkimVerifierTests
{
    /// <summary>RFC 8463 appendix A.3.</summary>
    private const string Example = """
        DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
         d=football.example.com; i=@football.example.com;
         q=dns/txt; s=brisbane; t=1528637909; h=from : to :
         subject : date : message-id : from : subject : date;
         bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
         b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
         Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
        DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
         d=football.example.com; i=@football.example.com;
         q=dns/txt; s=test; t=1528637909; h=from : to : subject :
         date : message-id : from : subject : date;
         bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
         b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3
         DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz
         dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=
        From: Joe SixPack <joe@football.example.com>
        To: Suzie Q <suzie@shopping.example.net>
        Subject: Is dinner ready?
        Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
        Message-ID: <20030712040037.46341.5F8J@football.example.com>

        Hi.

        We lost the game.  Are you hungry yet?

        Joe.

        """;

    private const long Now = 1_528_637_909;

    private static readonly string EdKey = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

    private static readonly string RsaKey =
        "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/b"
        + "yYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB";

    [Fact]
    public async Task The_example_of_RFC_8463_verifies_however_it_is_cut()
    {
        for (var chunk = 1; chunk < 70; chunk++)
        {
            var results = await DkimRun.VerifyAsync(Message, Zone([EdKey], [RsaKey]), Now, chunk: chunk);
            Assert.Equal(
                ["pass ed25519-sha256 256 brisbane @football.example.com", "pass rsa-sha256 1024 test @football.example.com"],
                results.Select(r => $"{r.Word} {r.Algorithm} {r.KeyBits} {r.Selector} {r.Identity}"));
        }
    }

    [Theory]
    [InlineData(true, true, 1024, "pass pass")]
    [InlineData(true, false, 1024, "policy pass")]
    [InlineData(false, true, 1024, "pass policy")]
    [InlineData(true, true, 2048, "pass policy")]
    public async Task Limits_say_which_signatures_count(bool rsa, bool ed25519, int bits, string words)
    {
        var limits = DkimLimits.Default with { AcceptsRsa = rsa, AcceptsEd25519 = ed25519, MinRsaBits = bits };
        Assert.Equal(words, string.Join(' ', (await DkimRun.VerifyAsync(Message, Zone([EdKey], [RsaKey]), Now, limits)).Select(result => result.Word)));
    }

    [Theory]
    [InlineData("k=ed25519; p=", DkimVerdict.PermError, DkimFailure.KeyMissing)]
    [InlineData("k=ed25519; p=AAAA", DkimVerdict.PermError, DkimFailure.KeyInvalid)]
    [InlineData("k=ed25519; t=s; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", DkimVerdict.Pass, DkimFailure.None)]
    [InlineData("k=ed25519; h=sha1; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", DkimVerdict.PermError, DkimFailure.KeyInvalid)]
    [InlineData("k=ed25519; s=tlsrpt; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", DkimVerdict.PermError, DkimFailure.KeyInvalid)]
    [InlineData("p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", DkimVerdict.PermError, DkimFailure.KeyInvalid)]
    [InlineData("v=spf1 -all", DkimVerdict.PermError, DkimFailure.KeyInvalid)]
    public async Task The_key_record_decides_what_the_signature_may_be(string record, DkimVerdict verdict, DkimFailure failure)
    {
        var results = await DkimRun.VerifyAsync(Message, Zone([record], []), Now);
        Assert.Equal((verdict, failure), (results[0].Verdict, results[0].Failure));
    }

    [Fact]
    public async Task Records_that_are_no_keys_are_stepped_over_and_two_keys_are_an_error()
    {
        Assert.Equal(DkimVerdict.Pass, (await DkimRun.VerifyAsync(Message, Zone(["v=spf1 -all", EdKey, "junk"], []), Now))[0].Verdict);
        Assert.Equal("there is more than one key record", (await DkimRun.VerifyAsync(Message, Zone([EdKey, EdKey + ";"], []), Now))[0].Reason);
    }

    [Fact]
    public async Task A_key_under_test_is_told_with_the_reason_and_changes_no_verdict()
    {
        var testing = EdKey.Replace("; p", "; t=y; p", StringComparison.Ordinal);
        var pass = (await DkimRun.VerifyAsync(Message, Zone([testing], []), Now))[0];
        Assert.Equal((DkimVerdict.Pass, true), (pass.Verdict, pass.IsTesting));
        var changed = Encoding.ASCII.GetBytes(Text.Replace("hungry", "thirsty", StringComparison.Ordinal));
        var fail = (await DkimRun.VerifyAsync(changed, Zone([testing], []), Now))[0];
        Assert.Equal((DkimVerdict.Fail, DkimFailure.BodyHashMismatch, true), (fail.Verdict, fail.Failure, fail.IsTesting));
        Assert.EndsWith("(the key is being tested: treat as unsigned)", fail.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-301, DkimVerdict.Policy)]
    [InlineData(-300, DkimVerdict.Pass)]
    [InlineData(1_000_000_000, DkimVerdict.Pass)]
    public async Task The_clock_of_the_signer_may_be_five_minutes_ahead(long offset, DkimVerdict expected) =>
        Assert.Equal(expected, (await DkimRun.VerifyAsync(Message, Zone([EdKey], []), Now + offset))[0].Verdict);

    [Theory]
    [InlineData(300, DkimFailure.SignatureMismatch)]
    [InlineData(301, DkimFailure.Expired)]
    public async Task A_signature_may_be_five_minutes_past_its_end(long late, DkimFailure expected)
    {
        var expiring = Encoding.ASCII.GetBytes(Text.Replace("t=1528637909; h=from : to :\r\n", "t=1528637909; x=1528637910; h=from : to :\r\n", StringComparison.Ordinal));
        Assert.Equal(expected, (await DkimRun.VerifyAsync(expiring, Zone([EdKey], []), Now + 1 + late))[0].Failure);
    }

    [Fact]
    public async Task A_message_without_a_signature_has_no_result() =>
        Assert.Empty(await DkimRun.VerifyAsync("From: a@b\r\n\r\nx"u8.ToArray(), Zone([], []), Now));

    private static string Text => Example.ReplaceLineEndings("\r\n");

    private static byte[] Message => Encoding.ASCII.GetBytes(Text);

    private static ZoneResolver Zone(string[] brisbane, string[] test) => new(new Dictionary<string, ZoneName>
    {
        ["brisbane._domainkey.football.example.com"] = new([.. brisbane.Select(t => TextRecord.Of(t))]),
        ["test._domainkey.football.example.com"] = new([.. test.Select(t => TextRecord.Of(t))]),
    });
}
