using Pipeline.Policy.Acl;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Tests.Acl;

public sealed class AclModifierTests
{
    private readonly AclBench _bench = new();

    [Theory]
    [InlineData("X-A: 1", "AtEnd X-A: 1")]
    [InlineData(":at_start: X-A: 1", "AtStart X-A: 1")]
    [InlineData(":AFTER_received:X-A: 1", "AfterReceived X-A: 1")]
    [InlineData(":at_start_rfc:X-A: 1\\nX-B: 2", "AtStartOfRfcHeaders X-A: 1|AtEnd X-B: 2")]
    [InlineData("X-A: 1\\n folded\\nX-B: 2\\n", "AtEnd X-A: 1\n folded|AtEnd X-B: 2")]
    [InlineData("no name here", "AtEnd X-ACL-Warn: no name here")]
    [InlineData("\\n", "")]
    [InlineData("X-A: 1\\nX-A: 1", "AtEnd X-A: 1")]
    public async Task Add_header_reads_lines_and_positions(string value, string expected)
    {
        await _bench.RunAsync($"accept add_header = ${{if eq{{a}}{{a}}{{{value}}}}}");
        Assert.Equal(expected, string.Join('|', _bench.Scope.Message.AddedHeaders.Select(header => $"{header.Position} {header.Text}")));
    }

    [Fact]
    public async Task Modifiers_act_even_when_a_later_condition_fails()
    {
        await _bench.RunAsync("deny add_header = X-A: 1\nremove_header = X-B : x-b : X-C\nset acl_c_x = 1\nlogwrite = hello\ncontrol = queue_only/first_pass_route\ncondition = no\naccept");
        Assert.Single(_bench.Scope.Message.AddedHeaders);
        Assert.Equal("X-B,X-C", string.Join(',', _bench.Scope.Message.RemovedHeaders));
        Assert.Equal("1", _bench.Scope.Connection.AclVariables["_x"]);
        Assert.Equal(["Main: hello"], _bench.Log);
        Assert.Contains("queue_only/first_pass_route", _bench.Scope.Message.Controls);
    }

    [Fact]
    public async Task Set_whose_value_fails_by_force_leaves_the_variable() =>
        Assert.Equal("250 old", (await _bench.RunAsync("accept set acl_m1 = old\nset acl_m1 = ${if eq{a}{b}{x}fail}\nmessage = $acl_m1")).Reply!.ToString());

    [Theory]
    [InlineData("logwrite = :main,panic: text", "Main, Panic: text")]
    [InlineData("logwrite = :reject:text", "Reject: text")]
    [InlineData("logwrite =  plain: text", "Main: plain: text")]
    public async Task Logwrite_goes_where_it_is_told(string modifier, string line)
    {
        await _bench.RunAsync($"accept {modifier}");
        Assert.Equal([line], _bench.Log);
    }

    [Fact]
    public async Task Logwrite_to_an_unknown_log_is_an_error() => Assert.Equal(AclVerdict.Error, (await _bench.RunAsync("accept logwrite = :nowhere: x")).Verdict);

    [Theory]
    [InlineData("deny", PolicyLogTarget.Main | PolicyLogTarget.Reject)]
    [InlineData("deny log_reject_target =", PolicyLogTarget.None)]
    [InlineData("deny log_reject_target = main:panic", PolicyLogTarget.Main | PolicyLogTarget.Panic)]
    public async Task Log_reject_target_is_part_of_the_outcome(string acl, PolicyLogTarget target) => Assert.Equal(target, (await _bench.RunAsync(acl)).RejectLogTarget);

    [Theory]
    [InlineData(AclPoint.Rcpt, "submission/sender_retain/domain=a.test/name=A / B", true)]
    [InlineData(AclPoint.Rcpt, "submission/domain=", true)]
    [InlineData(AclPoint.Rcpt, "submission/bogus", false)]
    [InlineData(AclPoint.Connect, "submission", false)]
    [InlineData(AclPoint.Connect, "dkim_disable_verify", true)]
    [InlineData(AclPoint.Data, "dkim_disable_verify", false)]
    [InlineData(AclPoint.Rcpt, "bmi_run", true)]
    [InlineData(AclPoint.Data, "bmi_run", true)]
    [InlineData(AclPoint.Data, "bmi_run/x", false)]
    [InlineData(AclPoint.Data, "debug/tag=.x", true)]
    [InlineData(AclPoint.Rcpt, "requiretls", true)]
    [InlineData(AclPoint.NotSmtp, "requiretls", true)]
    [InlineData(AclPoint.Helo, "requiretls", false)]
    [InlineData(AclPoint.Rcpt, "requiretls/x", false)]
    [InlineData(AclPoint.Data, "dmarc_disable_verify", false)]
    [InlineData(AclPoint.Rcpt, "dmarc_enable_forensic", true)]
    [InlineData(AclPoint.Rcpt, "fakereject/no thanks", true)]
    [InlineData(AclPoint.Data, "queue_only", true)]
    [InlineData(AclPoint.Data, "queue/first_pass_route", true)]
    [InlineData(AclPoint.Rcpt, "freeze/bogus", false)]
    [InlineData(AclPoint.Data, "caseful_local_part", false)]
    [InlineData(AclPoint.Helo, "no_pipelining", true)]
    [InlineData(AclPoint.Helo, "no_pipelining/x", false)]
    [InlineData(AclPoint.Connect, "no_enforce_sync", true)]
    [InlineData(AclPoint.Connect, "enforce_sync", true)]
    [InlineData(AclPoint.NotSmtp, "enforce_sync", false)]
    [InlineData(AclPoint.Rcpt, "cutthrough_delivery/defer=pass", true)]
    public async Task Control_is_obeyed_or_refused(AclPoint point, string control, bool obeyed)
    {
        var outcome = await _bench.RunAsync($"accept control = {control}", point);
        Assert.Equal(obeyed ? AclVerdict.Accept : AclVerdict.Error, outcome.Verdict);
        Assert.Equal(obeyed, _bench.Scope.Message.Controls.Contains(control) || _bench.Scope.Connection.Controls.Contains(control));
    }

    [Fact]
    public void Submission_options_are_read()
    {
        Assert.True(SubmissionOptions.TryParse("/sender_retain/domain=a.test/name=A / B", out var options));
        Assert.Equal(new SubmissionOptions(true, "a.test", "A / B"), options);
    }

    [Theory]
    [InlineData("spam:virus", "spam:virus")]
    [InlineData("x", null)]
    [InlineData("", null)]
    public async Task Bmi_optin_is_remembered_for_the_recipient_if_it_says_something(string features, string? optIn)
    {
        await _bench.RunAsync($"accept bmi_optin = {features}");
        Assert.Equal((optIn, null), (_bench.Scope.Address!.OptIn, _bench.Scope.Message.OptIn));
    }

    [Fact]
    public async Task Bmi_optin_without_a_recipient_is_for_all_of_them()
    {
        _bench.Scope.Address = null;
        await _bench.RunAsync("accept bmi_optin = spam", AclPoint.NotSmtp);
        Assert.Equal("spam", _bench.Scope.Message.OptIn);
        Assert.Equal(AclVerdict.Error, (await _bench.RunAsync("accept bmi_optin = spam", AclPoint.Data)).Verdict);
    }

    [Fact]
    public async Task Delay_is_skipped_in_a_test_session()
    {
        await _bench.RunAsync("accept delay = 1h");
        Assert.Equal(["delay modifier requests 3600-second delay", "delay skipped in -bh checking mode"], _bench.Trace.SkipWhile(line => !line.StartsWith("delay", StringComparison.Ordinal)).Take(2));
    }

    [Fact]
    public async Task Delay_that_is_no_time_is_an_error() => Assert.Equal(AclVerdict.Error, (await _bench.RunAsync("accept delay = soon")).Verdict);

    [Fact]
    public async Task Trace_tells_statements_and_conditions()
    {
        await _bench.RunAsync("start:\ndeny hosts = +relays\naccept acl = inner\ninner:\naccept domains = local.test");
        Assert.Equal(
            """
            using ACL "start"
            processing "deny" (conf 2)
            check hosts = +relays
            host in "10.0.0.0/8"? no (end of list)
            host in "+relays"? no (end of list)
            deny: condition test failed in ACL "start"
            processing "accept" (conf 3)
            check acl = inner
             using ACL "inner"
             processing "accept" (conf 5)
             check domains = local.test
            local.test in "local.test"? yes (matched "local.test")
             accept: condition test succeeded in ACL "inner"
             end of ACL "inner": ACCEPT
            accept: condition test succeeded in ACL "start"
            end of ACL "start": ACCEPT
            """,
            string.Join('\n', _bench.Trace));
    }

    [Fact]
    public async Task Trace_shows_what_a_value_comes_to_and_how_a_statement_ends()
    {
        await _bench.RunAsync("accept condition = ${if eq{a}{a}{yes}{no}}\nendpass\nmessage = no such user\nlog_message = x\nlocal_parts = alice");
        Assert.Equal(
            """
            using ACL "start"
            processing "accept" (conf 2)
            check condition = ${if eq{a}{a}{yes}{no}}
                            = yes
              message: no such user
            l_message: x
            check local_parts = alice
            bob in "alice"? no (end of list)
            accept: condition test failed in ACL "start"
            accept: endpass encountered - denying access
            """,
            string.Join('\n', _bench.Trace));
    }
}
