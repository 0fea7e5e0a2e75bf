using Pipeline.Policy.Rewriting;

namespace Pipeline.Policy.Tests.Rewriting;

/// <summary>Which addresses the flags of a rule select, and what they do besides.</summary>
public sealed class RewriteFlagTests
{
    private const string AllHeaders = "sender from to cc bcc reply-to";

    [Theory]
    [InlineData("", "", AllHeaders + " env-from env-to")]
    [InlineData("q", "", AllHeaders + " env-from env-to")]
    [InlineData("E", AllHeaders, "env-from env-to")]
    [InlineData("F", AllHeaders + " env-to", "env-from")]
    [InlineData("T", AllHeaders + " env-from", "env-to")]
    [InlineData("b", "sender from to cc reply-to env-from env-to", "bcc")]
    [InlineData("c", "sender from to bcc reply-to env-from env-to", "cc")]
    [InlineData("f", "sender to cc bcc reply-to env-from env-to", "from")]
    [InlineData("h", "env-from env-to", AllHeaders)]
    [InlineData("r", "sender from to cc bcc env-from env-to", "reply-to")]
    [InlineData("s", "from to cc bcc reply-to env-from env-to", "sender")]
    [InlineData("t", "sender from cc bcc reply-to env-from env-to", "to")]
    [InlineData("E f", "sender to cc bcc reply-to", "from env-from env-to")]
    public async Task Flags_say_where_a_rule_applies(string flags, string unchanged, string changed)
    {
        var test = await new RewriteBench($"*@a.test  $1@b.test  {flags}").TestAsync("u@a.test");
        var expected = new[] { (Value: "u@a.test", Places: unchanged), (Value: "u@b.test", Places: changed) }.Where(line => line.Places.Length > 0);
        Assert.Equal(expected.Select(line => $"{line.Value}: {line.Places}").Order(), test.Split('\n').Order());
    }

    [Theory]
    [InlineData("From: a@a.test\nResent-From: a@a.test", "From: a@b.test\nResent-From: a@b.test", "f")]
    [InlineData("Resent-To: a@a.test\nResent-Cc: a@a.test\nresent-bcc: a@a.test\nRESENT-SENDER: a@a.test", "Resent-To: a@b.test\nResent-Cc: a@b.test\nresent-bcc: a@b.test\nRESENT-SENDER: a@b.test", "h")]
    [InlineData("Reply-To: a@a.test\nResent-Reply-To: a@a.test", "Reply-To: a@b.test\nResent-Reply-To: a@a.test", "h")]
    [InlineData("Subject: a@a.test\nErrors-To: a@a.test\nX-To: a@a.test\nReturn-Path: <a@a.test>", "Subject: a@a.test\nErrors-To: a@a.test\nX-To: a@a.test\nReturn-Path: <a@a.test>", "h")]
    [InlineData("Subject: a@a.test\nTo: a@a.test", "Subject: a@a.test\nTo: a@a.test", "E")]
    public async Task Fields_have_their_places(string header, string expected, string flags) =>
        Assert.Equal(expected, await new RewriteBench($"*@a.test  $1@b.test  {flags}").HeaderAsync(header));

    [Fact]
    public async Task Asterisk_leaves_what_matches_and_looks_at_no_further_rule()
    {
        var bench = new RewriteBench("keep@a.test  *\n*@a.test  $1@b.test");
        Assert.Equal("keep@a.test", await bench.EnvelopeAsync("keep@a.test"));
        Assert.Equal("other@b.test", await bench.EnvelopeAsync("other@a.test"));
    }

    [Fact]
    public async Task Asterisk_counts_only_where_its_flags_say()
    {
        var bench = new RewriteBench("*@a.test  *  f\n*@a.test  $1@b.test");
        Assert.Equal("From: u@a.test\nTo: u@b.test", await bench.HeaderAsync("From: u@a.test\nTo: u@a.test"));
    }

    [Theory]
    [InlineData("*@a.test  $1@b.test  q\n*@b.test  never@c.test", "u@b.test")]
    [InlineData("*@z.test  $1@b.test  q\n*@a.test  $1@c.test", "u@c.test")]
    [InlineData("*@a.test  \"${if eq{1}{2}{x}fail}\"  q\n*@a.test  never@c.test", "u@a.test")]
    [InlineData("*@a.test  \"${if eq{1}{2}{x}fail}\"\n*@a.test  $1@c.test", "u@c.test")]
    public async Task Quit_ends_with_a_rule_that_matched(string rules, string expected) => Assert.Equal(expected, await new RewriteBench(rules).EnvelopeAsync("u@a.test"));

    [Theory]
    [InlineData("xaaa@r.test", "x@r.test")]
    [InlineData("x@r.test", "x@r.test")]
    public async Task Repeat_applies_a_rule_until_it_no_longer_matches(string address, string expected) =>
        Assert.Equal(expected, await new RewriteBench("*a@r.test  $1@r.test  R").EnvelopeAsync(address));

    [Theory]
    [InlineData("ux@r.test", "u@r.test")]
    [InlineData("u@r.test", "u@after.test")]
    public async Task Repeat_and_quit_end_with_a_rule_that_has_rewritten(string address, string expected) =>
        Assert.Equal(expected, await new RewriteBench("*x@r.test  $1@r.test  Rq\n*@r.test  $1@after.test").EnvelopeAsync(address));

    [Fact]
    public async Task Repeat_is_bounded()
    {
        var bench = new RewriteBench("*@loop.test  $1x@loop.test  R");
        Assert.Equal("a" + new string('x', 11) + "@loop.test", await bench.EnvelopeAsync("a@loop.test"));
        Assert.Equal(["rewrite rule repeat ignored after 10 times"], bench.Log);
    }

    [Fact]
    public async Task Qualify_lets_a_result_be_without_domain()
    {
        var bench = new RewriteBench("*@a.test  $1  Q\n*@b.test  $1");
        Assert.Equal("u@qr.example", await bench.EnvelopeAsync("u@a.test"));
        Assert.Equal("u@b.test", await bench.EnvelopeAsync("u@b.test"));
        Assert.Equal(["Rewrite of u@b.test yielded unqualified address \"u\""], bench.Log);
    }

    [Theory]
    [InlineData("\"Whole <$1@b.test>\"", "From: \"Old, N\" <u@a.test> (c), z@z.test", "From: Whole <u@b.test>, z@z.test")]
    [InlineData("\"Whole <$1@b.test>\"", "From: (lead) u@a.test (tail)\n  , z@z.test", "From: Whole <u@b.test>\n  , z@z.test")]
    [InlineData("$1@b.test", "From: Old <u@a.test>", "From: u@b.test")]
    [InlineData("\"J\\xc3\\xb6e X <$1@b.test>\"", "From: u@a.test", "From: =?UTF-8?Q?J=C3=B6e_X?= <u@b.test>")]
    [InlineData("\"\\\"J\\xc3\\xb6e\\\" <$1@b.test>\"", "From: u@a.test", "From: =?UTF-8?Q?J=C3=B6e?= <u@b.test>")]
    [InlineData("\"a\\nBcc: <$1@b.test>\"", "From: u@a.test", "From: u@a.test")]
    public async Task Whole_replaces_the_mailbox_in_a_header(string replacement, string header, string expected)
    {
        var bench = new RewriteBench($"*@a.test  {replacement}  w");
        var rewritten = await bench.HeaderAsync(header);
        Assert.Equal(expected, rewritten.Replace("ISO-8859-1", "UTF-8", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Whole_in_the_envelope_is_the_address_alone() =>
        Assert.Equal("u@b.test", await new RewriteBench("*@a.test  \"Whole <$1@b.test>\"  w").EnvelopeAsync("u@a.test"));

    [Fact]
    public async Task Later_rule_without_whole_keeps_what_an_earlier_one_with_it_has_put_round_the_address() => Assert.Equal(
        "From: Whole <u@c.test>", await new RewriteBench("*@a.test  \"Whole <$1@b.test>\"  w\n*@b.test  $1@c.test").HeaderAsync("From: Old <u@a.test>"));

    [Theory]
    [InlineData("<bang!a!u>", "<u@a>")]
    [InlineData("bang!a!u", "<u@a>")]
    [InlineData("<u@a.test>", "<u@a.test>")]
    public async Task Smtp_rules_rewrite_paths(string path, string expected)
    {
        var bench = new RewriteBench("\\N^<?bang!([^!]*)!([^>]*)>?$\\N  <$2@$1>  S\n*@a.test  never@b.test");
        Assert.Equal(expected, (await EnvelopeRewriting.RewritePathAsync(bench.Scope, path, RewritePlaces.SmtpSender, CancellationToken.None)).Path);
    }

    [Fact]
    public async Task Smtp_rules_are_for_nothing_else() => Assert.Equal("u@a.test", await new RewriteBench("^u  never@b.test  S").EnvelopeAsync("u@a.test"));
}
