using Pipeline.Policy.Acl;

namespace Pipeline.Policy.Tests.Acl;

public sealed class AclAnalysisTests
{
    private const string Section = """
        a:
        accept spf = pass
        b:
        warn dkim_status = fail
        c:
        accept acl = a
        d:
        warn add_header = :at_start:${authresults {$primary_hostname}}
        e:
        warn condition = ${if eq{$dmarc_status}{reject}}
        f:
        accept verify = arc/none:fail:pass
        g:
        deny message = $spam_report
        h:
        warn condition = ${acl{a}}
        i:
        warn condition = ${if acl{{b}{x}}}
        j:
        accept acl = j
        k:
        accept dcc = *
        l:
        accept acl = accept spam = nobody
        m:
        accept hosts = 10.0.0.1
        n:
        accept acl = b one two
        o:
        accept verify = $acl_m_what
        p:
        warn condition = ${if eq{$arc_state}{pass}}
        q:
        accept bmi_optin = spam
               control = bmi_run
        """;

    [Theory]
    [InlineData("a", AclChecks.Spf)]
    [InlineData("b", AclChecks.Dkim)]
    [InlineData("c", AclChecks.Spf)]
    [InlineData("d", AclChecks.Spf | AclChecks.Dkim | AclChecks.Dmarc | AclChecks.HostName)]
    [InlineData("e", AclChecks.Dmarc | AclChecks.Spf | AclChecks.Dkim)]
    [InlineData("f", AclChecks.Arc | AclChecks.Dkim)]
    [InlineData("g", AclChecks.Spam)]
    [InlineData("h", AclChecks.Spf)]
    [InlineData("i", AclChecks.Dkim)]
    [InlineData("j", AclChecks.None)]
    [InlineData("k", AclChecks.Dcc)]
    [InlineData("l", AclChecks.Spam)]
    [InlineData("m", AclChecks.None)]
    [InlineData("n", AclChecks.Dkim)]
    [InlineData("o", AclChecks.Arc | AclChecks.Dkim | AclChecks.HostName)]
    [InlineData("p", AclChecks.None)]
    [InlineData("q", AclChecks.Brightmail)]
    [InlineData("deny spf = fail", AclChecks.Spf)]
    [InlineData("nosuch", AclChecks.None)]
    [InlineData("/a/file", AclChecks.All)]
    public void Acl_asks_for_checks(string option, AclChecks expected) =>
        Assert.Equal(expected, AclProgram.Parse(AclBench.Lines(Section), []).Analyse([option]).Checks);

    [Fact]
    public void Name_that_depends_on_variables_stands_for_every_acl() => Assert.Equal(
        AclChecks.Spf | AclChecks.Dkim | AclChecks.Dmarc | AclChecks.Arc | AclChecks.Dcc | AclChecks.Spam | AclChecks.Brightmail | AclChecks.HostName,
        AclProgram.Parse(AclBench.Lines(Section), []).Analyse(["acl_$local_part"]).Checks);

    [Theory]
    [InlineData("warn add_header = ${authresults{mx.test}}\nwarn add_header = ${authresults { other.test }}x", "mx.test,other.test")]
    [InlineData("warn add_header = ${authresults{$primary_hostname}}", "")]
    [InlineData("warn add_header = ${authresults{${lc:A.test}}}", "")]
    [InlineData("warn message = no authresults here", "")]
    public void Names_that_vouch_are_those_that_do_not_depend_on_the_message(string acl, string names) =>
        Assert.Equal(names, string.Join(',', AclProgram.Parse(AclBench.Lines("a:\n" + acl), []).Analyse(["a"]).AuthServIds));

    [Fact]
    public void Options_that_are_not_set_ask_for_nothing() => Assert.Equal(AclChecks.None, AclProgram.Parse(AclBench.Lines(Section), []).Analyse([null, null]).Checks);

    [Theory]
    [InlineData("deny spam = nobody/defer_ok", "nobody")]
    [InlineData("deny spam = joe:true\nwarn spam = ann", "ann,joe")]
    [InlineData("deny spam = joe\nwarn spam = joe:true/defer_ok", "joe")]
    [InlineData("deny spam = $sender_address", "")]
    [InlineData("deny spam = false", "")]
    [InlineData("warn message = $spam_report", "")]
    public void Users_to_scan_for_are_those_that_do_not_depend_on_the_message(string acl, string users) =>
        Assert.Equal(users, string.Join(',', AclProgram.Parse(AclBench.Lines("a:\n" + acl), []).Analyse(["a"]).ScanUsers));
}
