using Pipeline.Mail.Addressing;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Retry;
using Pipeline.Policy.Tests.Acl;
using Pipeline.Policy.Tests.Expansion;

namespace Pipeline.Policy.Tests.Retry;

public sealed class RetryRulesTests
{
    private const string Default = "* * F,2h,15m; G,16h,1h,1.5; F,4d,6h";

    private readonly ExpansionBench _bench = new();

    [Theory]
    [InlineData("0s", "0s", "15m")]
    [InlineData("1h59m", "15m", "15m")]
    [InlineData("2h", "15m", "1h")]
    [InlineData("3h", "1h", "1h30m")]
    [InlineData("5h", "1h30m", "2h15m")]
    [InlineData("15h59m", "10h", "11h23m26s")]
    [InlineData("16h", "12h", "6h")]
    [InlineData("3d23h", "6h", "6h")]
    [InlineData("4d", "6h", "expired")]
    [InlineData("9d", "6h", "expired")]
    public async Task Default_rule_says_when_to_try_again(string since, string last, string expected) =>
        Assert.Equal(expected, await DecideAsync(Default, new RetryFailure(FailureKind.Other), since, last));

    [Theory]
    [InlineData("* * G,9w,1h,2", "23h", "1d")]
    [InlineData("* * G,9w,1h,2", "1d", "1d")]
    [InlineData("* * F,9w,2d", "0s", "1d")]
    [InlineData("* * G,1h,10m,1", "10m", "10m")]
    [InlineData("* *", "0s", "none")]
    [InlineData("other.test *  F,1h,1m", "0s", "none")]
    [InlineData("", "0s", "none")]
    public async Task Rule_is_limited(string rules, string last, string expected) =>
        Assert.Equal(expected, await DecideAsync(rules, new RetryFailure(FailureKind.Other), "0s", last));

    [Fact]
    public async Task Randomized_rule_stays_between_its_start_and_the_geometric_one()
    {
        var rules = Parse("* * H,9w,1h,2");
        for (var seed = 0; seed < 200; seed++)
        {
            var decision = Assert.IsType<RetryDecision.Again>(await rules.DecideAsync(
                _bench.Scope, new RetrySubject("a.test"), new RetryFailure(FailureKind.Other), TimeSpan.FromHours(5), TimeSpan.FromHours(3), new Random(seed), CancellationToken.None));
            Assert.InRange(decision.Wait, TimeSpan.FromHours(1), TimeSpan.FromHours(4));
        }
    }

    [Theory]
    [InlineData("*", FailureKind.Rcpt4xx, HostOrigin.Mx, 450, true)]
    [InlineData("rcpt_450", FailureKind.Rcpt4xx, HostOrigin.Mx, 450, true)]
    [InlineData("rcpt_45x", FailureKind.Rcpt4xx, HostOrigin.Mx, 452, true)]
    [InlineData("rcpt_4xx", FailureKind.Rcpt4xx, HostOrigin.Mx, 421, true)]
    [InlineData("rcpt_45x", FailureKind.Rcpt4xx, HostOrigin.Mx, 421, false)]
    [InlineData("mail_4xx", FailureKind.Rcpt4xx, HostOrigin.Mx, 450, false)]
    [InlineData("data_452", FailureKind.Data4xx, HostOrigin.Mx, 452, true)]
    [InlineData("refused", FailureKind.ConnectionRefused, HostOrigin.Address, 0, true)]
    [InlineData("refused_A", FailureKind.ConnectionRefused, HostOrigin.Address, 0, true)]
    [InlineData("refused_MX", FailureKind.ConnectionRefused, HostOrigin.Address, 0, false)]
    [InlineData("timeout", FailureKind.ConnectTimeout, HostOrigin.Mx, 0, true)]
    [InlineData("timeout", FailureKind.Timeout, HostOrigin.Mx, 0, true)]
    [InlineData("timeout_connect", FailureKind.Timeout, HostOrigin.Mx, 0, false)]
    [InlineData("timeout_connect_MX", FailureKind.ConnectTimeout, HostOrigin.Mx, 0, true)]
    [InlineData("timeout_A", FailureKind.Timeout, HostOrigin.Mx, 0, false)]
    [InlineData("auth_failed", FailureKind.AuthFailed, HostOrigin.Mx, 0, true)]
    [InlineData("lookup", FailureKind.Lookup, HostOrigin.Unknown, 0, true)]
    [InlineData("lost_connection", FailureKind.LostConnection, HostOrigin.Mx, 0, true)]
    [InlineData("tls_required", FailureKind.TlsRequired, HostOrigin.Mx, 0, true)]
    [InlineData("quota", FailureKind.Quota, HostOrigin.Unknown, 0, true)]
    [InlineData("quota", FailureKind.Other, HostOrigin.Unknown, 0, false)]
    [InlineData("quota_7d", FailureKind.Quota, HostOrigin.Unknown, 0, false)]
    public async Task Error_field_selects_the_rule(string error, FailureKind kind, HostOrigin origin, int code, bool matches) =>
        Assert.Equal(matches ? "1m" : "none", await DecideAsync($"* {error} F,1h,1m", new RetryFailure(kind, origin, code), "0s", "0s"));

    [Theory]
    [InlineData(6, false)]
    [InlineData(7, true)]
    public async Task Quota_time_is_that_since_the_mailbox_was_read(int days, bool matches) =>
        Assert.Equal(matches ? "1m" : "none", await DecideAsync("* quota_7d F,1h,1m", new RetryFailure(FailureKind.Quota, SinceLastRead: TimeSpan.FromDays(days)), "0s", "0s"));

    [Theory]
    [InlineData("a.test * F,1h,1m", true)]
    [InlineData("*.test * F,1h,1m", true)]
    [InlineData("b.test * F,1h,1m", false)]
    [InlineData("x@a.test * F,1h,1m", true)]
    [InlineData("y@a.test * F,1h,1m", false)]
    [InlineData("mx.host.test * F,1h,1m", true)]
    [InlineData("* * senders=: F,1h,1m", false)]
    [InlineData("* * senders=*@sender.test F,1h,1m", true)]
    [InlineData("\"a.test\" * senders=\"x@y : *@sender.test\" F,1h,1m", true)]
    public async Task Pattern_and_senders_select_the_rule(string rule, bool matches) =>
        Assert.Equal(matches ? "1m" : "none", await DecideAsync(rule, new RetryFailure(FailureKind.Other), "0s", "0s"));

    [Theory]
    [InlineData("*", "missing error type in retry rule")]
    [InlineData("* nosuch F,1h,1m", "unknown or malformed retry error \"nosuch\"")]
    [InlineData("* rcpt_5xx F,1h,1m", "unknown or malformed retry error \"rcpt_5xx\"")]
    [InlineData("* * Z,1h,1m", "unknown retry rule letter")]
    [InlineData("* * F,1h", "retry rule parameter expected")]
    [InlineData("* * F,1h,1m,2", "extra text in retry rule")]
    [InlineData("* * F,1h,0s", "bad parameter in retry rule")]
    [InlineData("* * G,1h,1m,0.5", "bad parameter in retry rule")]
    [InlineData("* * F,1x,1m", "bad parameter in retry rule")]
    public void Mistake_is_reported(string rule, string problem)
    {
        var problems = new List<ConfigurationProblem>();
        Assert.True(RetryRules.Parse(AclBench.Lines(rule), problems).IsEmpty);
        Assert.Equal(problem, Assert.Single(problems).Message);
    }

    [Fact]
    public async Task Description_is_that_of_the_reference() => Assert.Equal(
        "Retry rule: *  *  F,2h,15m; G,16h,1h,1.5; F,4d,6h; ",
        await Parse(Default).DescribeAsync(_bench.Scope, new RetrySubject("a.test"), null, CancellationToken.None));

    [Fact]
    public async Task Description_of_nothing_says_so() => Assert.Equal(
        "No retry information found", await RetryRules.None.DescribeAsync(_bench.Scope, new RetrySubject("a.test"), null, CancellationToken.None));

    private static RetryRules Parse(string rules)
    {
        var problems = new List<ConfigurationProblem>();
        var parsed = RetryRules.Parse(AclBench.Lines(rules), problems);
        Assert.Empty(problems);
        return parsed;
    }

    private async Task<string> DecideAsync(string rules, RetryFailure failure, string since, string last)
    {
        _bench.Scope.Message.Sender = new EnvelopeAddress("a", "sender.test");
        Assert.True(TimeText.TryParse(since, out var sinceFirst) & TimeText.TryParse(last, out var lastWait));
        var decision = await Parse(rules).DecideAsync(
            _bench.Scope, new RetrySubject("a.test", "x", "mx.host.test"), failure, sinceFirst, lastWait, new Random(1), CancellationToken.None);
        return decision switch
        {
            RetryDecision.Again again => TimeText.Format(again.Wait),
            RetryDecision.Expired => "expired",
            _ => "none",
        };
    }
}
