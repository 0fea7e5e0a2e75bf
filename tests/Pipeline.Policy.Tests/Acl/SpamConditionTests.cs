using Pipeline.Mail.Dkim;
using Pipeline.Mail.Scanning;
using Pipeline.Mail.Spf;
using Pipeline.Policy.Acl;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Tests.Acl;

public sealed class SpamConditionTests
{
    [Theory]
    [InlineData("spam = nobody", 5.0, AclVerdict.Deny)]
    [InlineData("spam = nobody", 4.9, AclVerdict.Accept)]
    [InlineData("spam = nobody:true", -3, AclVerdict.Deny)]
    [InlineData("!spam = nobody", 4.9, AclVerdict.Deny)]
    [InlineData("spam = nobody/defer_ok", 9, AclVerdict.Deny)]
    [InlineData("spam = nobody:TRUE/DEFER_OK", 0, AclVerdict.Deny)]
    public async Task Threshold_decides(string condition, double score, AclVerdict expected)
    {
        var scans = new ScriptedScans(new ScanOutcome.Scanned(new SpamVerdict((decimal)score, 5, ""), "x"));
        Assert.Equal(expected, (await RunAsync($"deny {condition}\naccept", scans)).Verdict);
        Assert.Equal([new ScanRequest(ScanKind.Spam, "127.0.0.1 783") { User = "nobody" }], scans.Asked);
    }

    [Theory]
    [InlineData("spam =")]
    [InlineData("spam = 0")]
    [InlineData("spam = false")]
    [InlineData("spam = FALSE/defer_ok")]
    public async Task Value_that_says_no_scans_nothing(string condition)
    {
        var scans = new ScriptedScans(new ScanOutcome.Scanned(new SpamVerdict(9, 5, ""), "x"));
        Assert.Equal(AclVerdict.Accept, (await RunAsync($"deny {condition}\naccept", scans)).Verdict);
        Assert.Empty(scans.Asked);
    }

    [Fact]
    public async Task Without_a_verdict_the_message_waits()
    {
        var outcome = await RunAsync("deny spam = nobody\naccept", new ScriptedScans(new ScanOutcome.Failed("it is down")));
        Assert.Equal((AclVerdict.Defer, "spam acl condition: it is down"), (outcome.Verdict, outcome.LogMessage));
    }

    [Theory]
    [InlineData("deny spam = nobody/defer_ok\naccept", AclVerdict.Accept)]
    [InlineData("deny !spam = nobody/defer_ok\naccept", AclVerdict.Deny)]
    public async Task Without_a_verdict_defer_ok_is_a_no(string acl, AclVerdict expected) =>
        Assert.Equal(expected, (await RunAsync(acl, new ScriptedScans(new ScanOutcome.Failed("it is down")))).Verdict);

    [Theory]
    [InlineData("spam = nobody/nonsense", "\"nonsense\" is no option of spam")]
    [InlineData("spam = nobody:false", "\"false\" is no option of spam")]
    public async Task Option_that_is_not_known_is_an_error(string condition, string message)
    {
        var outcome = await RunAsync($"deny {condition}\naccept", new ScriptedScans(new ScanOutcome.Failed("")));
        Assert.Equal(AclVerdict.Error, outcome.Verdict);
        Assert.StartsWith(message, outcome.LogMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("15.04", "15.0", "150", "+++++++++++++++", "reject")]
    [InlineData("3.46", "3.5", "34", "+++", "no action")]
    [InlineData("-2.39", "-2.4", "-23", "--", "no action")]
    [InlineData("0.95", "1.0", "9", "/", "no action")]
    [InlineData("-0.5", "-0.5", "-5", "/", "no action")]
    [InlineData("1000", "1000.0", "10000", "++++++++++++++++++++++++++++++++++++++++++++++++++", "reject")]
    public async Task Variables_show_the_score(string score, string text, string number, string bar, string action)
    {
        var verdict = new SpamVerdict(decimal.Parse(score, System.Globalization.CultureInfo.InvariantCulture), 5, "one\ntwo");
        var outcome = await RunAsync(
            "warn spam = nobody:true\naccept message = $spam_score|$spam_score_int|$spam_bar|$spam_action|${sg{$spam_report}{\\n}{N}}",
            new ScriptedScans(new ScanOutcome.Scanned(verdict, "x")));
        Assert.Equal($"{text}|{number}|{bar}|{action}|oneN two", outcome.UserMessage);
    }

    [Fact]
    public async Task Servers_are_expanded_when_the_option_begins_with_a_dollar()
    {
        var scans = new ScriptedScans(new ScanOutcome.Scanned(new SpamVerdict(1, 5, ""), "x"));
        await RunAsync("warn spam = $sender_address_domain\naccept", scans, "${if eq{$sender_address}{a@sender.test}{10.0.0.1 783}}");
        Assert.Equal([new ScanRequest(ScanKind.Spam, "10.0.0.1 783") { User = "sender.test" }], scans.Asked);
    }

    [Fact]
    public async Task Servers_that_cannot_be_expanded_let_the_message_wait()
    {
        var outcome = await RunAsync("deny spam = nobody\naccept", new ScriptedScans(new ScanOutcome.Failed("")), "${nonsense");
        Assert.Equal(AclVerdict.Defer, outcome.Verdict);
        Assert.StartsWith("spam acl condition: failed to expand spamd_address", outcome.LogMessage, StringComparison.Ordinal);
    }

    private static async Task<AclOutcome> RunAsync(string acl, ScriptedScans scans, string? servers = null)
    {
        var bench = servers is null ? new AclBench() : new AclBench(options: options => options with { SpamdAddress = StringExpansion.Compile(servers) });
        bench.Scope.Message.Verification = scans;
        return await bench.RunAsync(acl, AclPoint.Data);
    }
}
