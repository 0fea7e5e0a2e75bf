using Pipeline.Policy.Tests.Configuration;

namespace Pipeline.Policy.Tests;

public sealed class SupportReportTests
{
    [Theory]
    [InlineData("process_log_path = /x", "main option \"process_log_path\" is not done and is ignored: the node writes to standard error, and its journal is shown by \"mailpipeline explain\"")]
    [InlineData("tcp_nodelay = false", null)]
    [InlineData("ignore_bounce_errors_after = 0s", null)]
    [InlineData("no_prdr_enable", null)]
    [InlineData("helo_verify_hosts = *", null)]
    [InlineData("sender_unqualified_hosts = *", null)]
    [InlineData("smtp_accept_max_nonmail_hosts = 192.0.2.1", null)]
    [InlineData("prdr_enable = no", null)]
    [InlineData("prdr_enable", null)]
    [InlineData("oracle_servers = x", "main option \"oracle_servers\" has no effect here: the lookup type is refused when it is reached")]
    [InlineData("hosts_treat_as_local = x", null)]
    [InlineData("header_maxsize = 100K", null)]
    [InlineData("header_maxsize = 1M", "main option \"header_maxsize\" is not done and is ignored: it is 512K at most")]
    [InlineData("header_line_maxsize = 1M", "main option \"header_line_maxsize\" is not done and is ignored: it is 128K at most")]
    [InlineData("log_selector = +subject -dkim +tls_on_connect +smtp_confirmation", "\"+tls_on_connect\" in main option \"log_selector\" is not done and is ignored: what the log does not tell, \"mailpipeline explain\" does")]
    [InlineData("log_selector = +subject +queue_time -tls_cipher", null)]
    public void Main_option_is_listed_when_it_asks_for_what_is_not_done(string text, string? notice) =>
        Assert.Equal(notice is null ? [] : [$"{MemoryFiles.MainPath}:1: {notice}"], Notices(text));

    [Theory]
    [InlineData("system_filter = /x", "system_filter")]
    [InlineData("begin transports\nt:\ndriver = appendfile\nfile = /x\nuse_mbx_lock", "use_mbx_lock")]
    public void Option_whose_absence_would_weaken_or_misdirect_does_not_load(string text, string option)
    {
        var compilation = Compile(text);
        Assert.Null(compilation.Policy);
        var problem = Assert.Single(compilation.Problems);
        Assert.Contains($"the option \"{option}\" is not available in this version", problem.Message, StringComparison.Ordinal);
        Assert.Equal(text.Split('\n').Length, problem.Location!.Line);
        Assert.NotEmpty(problem.Hint!);
    }

    [Theory]
    [InlineData("+nosuch")]
    [InlineData("subject")]
    public void Log_selector_that_does_not_exist_does_not_load(string selector)
    {
        var problem = Assert.Single(Compile($"log_selector = +subject {selector}").Problems);
        Assert.Equal($"unknown log_selector setting: {selector}", problem.Message);
        Assert.Equal(1, problem.Location!.Line);
    }

    [Theory]
    [InlineData("begin transports\nt:\ndriver = smtp\nhosts_require_dane =", null)]
    [InlineData("begin transports\nt:\ndriver = smtp\ndscp = ef", "4: transport t: option \"dscp\" is not done and is ignored: packets are not marked")]
    [InlineData("begin transports\nt:\ndriver = pipe\ncommand = /bin/cat\nuser = x", "5: transport t: option \"user\" is not done and is ignored: no delivery changes the user: files belong to the user of the node")]
    [InlineData("begin transports\nt:\ndriver = queuefile\ndirectory = /x\nheaders_add = X: y", "5: transport t: option \"headers_add\" is not done and is ignored: the message is written as it lies in the queue, for the program that takes it")]
    [InlineData("begin authenticators\na:\ndriver = plaintext\nserver_debug_print = x", "4: authenticator a: option \"server_debug_print\" has no effect here: nothing prints it")]
    [InlineData("begin authenticators\na:\ndriver = spa", "2: authenticator a: driver \"spa\" is not done and is ignored: NTLM is not spoken; use plaintext over TLS: the mechanism is neither offered to clients nor used with servers")]
    [InlineData("begin routers\nr:\ndriver = dnslookup\ntransport = t\nno_rewrite_headers\nno_qualify_single", null)]
    [InlineData("begin routers\nr:\ndriver = dnslookup\ntransport = t\nrewrite_headers", "5: router r: option \"rewrite_headers\" is not done and is ignored: an abbreviated domain is completed in the envelope; in the header it stays as it came")]
    public void Driver_option_is_listed_with_its_line(string text, string? notice) =>
        Assert.Equal(notice is null ? [] : [$"{MemoryFiles.MainPath}:{notice}"], Notices(text + (text.Contains("transport = t", StringComparison.Ordinal) ? "\nbegin transports\nt:\ndriver = smtp" : "")));

    [Theory]
    [InlineData("warn atrn_domains = *", "ACL condition \"atrn_domains = *\" is not done: a message that comes to it waits")]
    [InlineData("warn !verify = recipient/quota", "ACL condition \"!verify = recipient/quota\" is not done: a message that comes to it waits")]
    [InlineData("require verify = csa", "ACL condition \"verify = csa\" is not done: a message that comes to it waits")]
    [InlineData("accept control = bmi_run", null)]
    [InlineData("accept control = fakereject", null)]
    [InlineData("accept control = cutthrough_delivery", "ACL modifier \"control = cutthrough_delivery\" has no effect here")]
    [InlineData("accept control = caseful_local_part", null)]
    [InlineData("require verify = recipient", null)]
    [InlineData("warn set acl_m_x = ${lookup oracle{SELECT 1}}", "lookup type \"oracle\" in ACL modifier \"set\" is not done: a message that comes to it waits")]
    [InlineData("deny condition = ${if pam{x}}", "expansion condition \"pam\" in ACL condition \"condition\" is not done: a message that comes to it waits")]
    [InlineData("deny domains = a : !oracle;SELECT 1", "lookup type \"oracle\" in ACL condition \"domains\" is not done: a message that comes to it waits")]
    [InlineData("deny message = ${perl{x}}", "expansion item \"perl\" in ACL modifier \"message\" is not done: a message that comes to it waits")]
    public void Acl_item_is_listed_with_its_line(string statement, string? notice)
    {
        var notices = Notices($"begin acl\na:\n{statement}");
        if (notice is null)
        {
            Assert.Empty(notices);
            return;
        }

        Assert.StartsWith($"{MemoryFiles.MainPath}:3: {notice}: ", Assert.Single(notices), StringComparison.Ordinal);
    }

    [Fact]
    public void Lookup_that_is_not_available_is_found_in_lists_and_options() => Assert.Equal(
        [$"{MemoryFiles.MainPath}:2: lookup type \"ibase\" in main option \"smtp_banner\"", $"{MemoryFiles.MainPath}:1: lookup type \"oracle\" in named list \"d\""],
        Notices("domainlist d = ${lookup oracle{x}}\nsmtp_banner = ${lookup ibase{x}}").Select(notice => notice[..notice.IndexOf(" is not done", StringComparison.Ordinal)]).Order().Reverse());

    [Theory]
    [InlineData("begin acl\na:\ndeny condition = ${if eq{$csa_status}{fail}}", "3: variable \"$csa_status\" in ACL condition \"condition\"")]
    [InlineData("begin acl\na:\nwarn condition = ${if def:thisaddress}", "3: variable \"$thisaddress\" in ACL condition \"condition\"")]
    [InlineData("smtp_banner = ${local_scan_data}", "1: variable \"$local_scan_data\" in main option \"smtp_banner\"")]
    public void Variable_that_nothing_sets_is_listed(string text, string notice) =>
        Assert.Equal([$"{MemoryFiles.MainPath}:{notice} has no effect here: it is always empty"], Notices(text));

    [Fact]
    public void Acl_within_an_option_is_looked_at() => Assert.StartsWith(
        $"{MemoryFiles.MainPath}:1: ACL condition \"atrn_domains = *\" is not done", Assert.Single(Notices("acl_smtp_data = deny atrn_domains = *")), StringComparison.Ordinal);

    [Fact]
    public void Limit_that_would_have_to_be_expanded_is_refused() =>
        Assert.Contains("smtp_accept_max_per_host", Assert.Single(Compile("smtp_accept_max_per_host = ${if eq{a}{b}{1}{2}}").Problems).Message, StringComparison.Ordinal);

    [Fact]
    public void Macro_of_an_option_exists_when_setting_it_does_no_harm() =>
        Assert.Empty(Compile(".ifdef _OPT_TRANSPORT_SMTP_HOSTS_REQUIRE_OCSP _OPT_MAIN_SYSTEM_FILTER _DRIVER_ROUTER_IPLOOKUP _EXP_ITEM_PERL\nsystem_filter = /x\n.endif").Problems);

    private static IEnumerable<string> Notices(string text)
    {
        var compilation = Compile(text);
        Assert.Empty(compilation.Problems);
        return compilation.Notices.Select(notice => notice.ToString());
    }

    private static PolicyCompilation Compile(string text) => PolicyCompiler.Compile(MemoryFiles.MainPath, files: new MemoryFiles(text));
}
