using Pipeline.Mail.Scanning;
using Pipeline.Policy.Acl;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Scanning;

namespace Pipeline.Policy.Tests.Acl;

public sealed class DccConditionTests
{
    private const string Field = "X-DCC-test-Metrics: mx.test 1234; Body=1\n Fuz1=1\n";

    [Theory]
    [InlineData('A', "*", AclVerdict.Accept, "A")]
    [InlineData('S', "*", AclVerdict.Accept, "A")]
    [InlineData('R', "*", AclVerdict.Deny, "R")]
    [InlineData('G', "*", AclVerdict.Deny, "G")]
    [InlineData('T', "*", AclVerdict.Defer, "T")]
    [InlineData('?', "*", AclVerdict.Defer, "T")]
    [InlineData('T', "*/defer_ok", AclVerdict.Deny, "T")]
    [InlineData('R', "true / defer_ok", AclVerdict.Deny, "R")]
    public async Task Result_for_all_recipients_decides(char overall, string argument, AclVerdict verdict, string result)
    {
        var (outcome, bench, _) = await RunAsync($"accept dcc = {argument}\ndeny", Counted(overall));
        Assert.Equal(verdict, outcome.Verdict);
        Assert.Equal((result, Field), (bench.Scope.Message.ConditionVariables["dcc_result"], bench.Scope.Message.ConditionVariables["dcc_header"]));
    }

    [Fact]
    public async Task Greylisting_of_DCC_is_a_deferral_as_the_text_has_it()
    {
        Assert.Equal(AclVerdict.Defer, (await RunAsync("defer !dcc = *\naccept", Counted('G'))).Outcome.Verdict);
        Assert.Equal(AclVerdict.Accept, (await RunAsync("defer !dcc = *\naccept", Counted('A'))).Outcome.Verdict);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("False")]
    [InlineData("false/defer_ok")]
    public async Task Nothing_is_asked_when_nothing_is_wanted(string argument)
    {
        var (outcome, _, scans) = await RunAsync($"deny dcc = {argument}\naccept", Counted('A'));
        Assert.True(outcome.IsAccepted);
        Assert.Empty(scans.Asked);
    }

    [Theory]
    [InlineData('R', "Main: H=(client.test) [192.0.2.1] F=<a@sender.test>: rejected by DCC")]
    [InlineData('T', "Main: Temporary error with DCC: T")]
    [InlineData('?', "Main: Unknown DCC response: ?")]
    public async Task Log_has_what_Exim_logs_once(char overall, string line)
    {
        var (_, bench, _) = await RunAsync("warn dcc = */defer_ok\nwarn dcc = */defer_ok\naccept", Counted(overall));
        Assert.Equal([line], bench.Log);
    }

    [Fact]
    public async Task Daemon_that_cannot_be_asked_lets_the_message_wait_or_not_as_the_policy_says()
    {
        var failed = new ScanOutcome.Failed("DCC: Connecting to UNIX socket /x failed: No such file or directory");
        var (outcome, bench, _) = await RunAsync("accept dcc = *\ndeny", failed);
        Assert.Equal(AclVerdict.Defer, outcome.Verdict);
        Assert.Equal(["Main, Panic: dcc acl condition: DCC: Connecting to UNIX socket /x failed: No such file or directory"], bench.Log);
        Assert.Equal(AclVerdict.Deny, (await RunAsync("accept dcc = */defer_ok\ndeny", failed)).Outcome.Verdict);
    }

    [Fact]
    public async Task Unknown_option_is_an_error()
    {
        var (outcome, _, scans) = await RunAsync("accept dcc = */bogus", Counted('A'));
        Assert.Equal((AclVerdict.Error, "\"bogus\" is no option of dcc: */defer_ok is expected"), (outcome.Verdict, outcome.LogMessage));
        Assert.Empty(scans.Asked);
    }

    [Theory]
    [InlineData("82.165.159.12", "82.165.159.12")]
    [InlineData("2001:db8::1", "2001:db8::1")]
    [InlineData("not an address", null)]
    [InlineData("", null)]
    public async Task Address_of_the_client_can_be_overridden(string address, string? told)
    {
        var (_, _, scans) = await RunAsync($"warn set acl_m_dcc_override_client_ip = {address}\naccept dcc = *", Counted('A'));
        Assert.Equal(new ScanRequest(ScanKind.Dcc, DccifdAddress.Usual) { User = "header", ClientAddress = told }, Assert.Single(scans.Asked));
    }

    [Theory]
    [InlineData(true, new[] { "X-DCC-test-Metrics: mx.test 1234; Body=1\n Fuz1=1", "X-Clam: clean" })]
    [InlineData(false, new string[0])]
    public async Task Header_is_added_at_once_when_it_is_to_be(bool direct, string[] added)
    {
        List<string> seen = [];
        var bench = new AclBench(options: options => options with { DccDirectAddHeader = direct });
        bench.Scope.Message.Verification = new ScriptedScans(Counted('A'));
        bench.Scope.Message.AddHeaderNow = header => seen.Add(header.Text);
        Assert.True((await bench.RunAsync("warn set acl_m_dcc_add_header = X-Clam: clean\nwarn dcc = *\naccept dcc = *", AclPoint.Data)).IsAccepted);
        Assert.Equal(added, seen);
    }

    [Theory]
    [InlineData("/usr/local/dcc/var/dccifd", "/usr/local/dcc/var/dccifd")]
    [InlineData("192.0.2.1 5124", "[192.0.2.1]:5124")]
    [InlineData("dcc.example\t5124", "[dcc.example]:5124")]
    [InlineData("192.0.2.1", null)]
    [InlineData("192.0.2.1 0", null)]
    [InlineData("192.0.2.1 99999", null)]
    [InlineData("/a /b", null)]
    [InlineData("", null)]
    public void Address_is_a_path_or_a_host_and_a_port(string value, string? read)
    {
        Assert.Equal(read, DccifdAddress.Parse(value, out var problem)?.ToString());
        Assert.Equal(read is null ? $"invalid dccifd address: '{value}'" : "", problem);
    }

    private static ScanOutcome.Counted Counted(char overall) => new(new DccVerdict(overall, Field, overall.ToString()), "dccifd");

    private static async Task<(AclOutcome Outcome, AclBench Bench, ScriptedScans Scans)> RunAsync(string acl, ScanOutcome answer)
    {
        var bench = new AclBench();
        var scans = new ScriptedScans(answer);
        bench.Scope.Message.Verification = scans;
        return (await bench.RunAsync(acl, AclPoint.Data), bench, scans);
    }
}
