using System.Net;
using Pipeline.Mail.Addressing;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Routers;
using Pipeline.Policy.Tests.Expansion;
using Pipeline.Policy.Tests.Routers;
using Pipeline.Policy.Transports;

namespace Pipeline.Policy.Tests.Transports;

public sealed class TransportDefinitionTests
{
    private readonly ExpansionBench _bench = new();

    public TransportDefinitionTests() => _bench.Scope.Address = new AddressScope { LocalPart = "bob", Domain = "local.test" };

    [Fact]
    public async Task Smtp_transport_has_the_defaults_of_the_language()
    {
        var smtp = await ReadyAsync<ExpandedSmtpTransport>("t:\ndriver = smtp");
        Assert.Equal(
            ("mx.example.com", SmtpProtocol.Smtp, 25, 5, 50, 500, 100, true, 1024),
            (smtp.HeloData.Key, smtp.Protocol, smtp.Port, smtp.HostsMaxTry, smtp.HostsMaxTryHardLimit, smtp.ConnectionMaxMessages, smtp.MaxRecipients, smtp.MultiDomain, smtp.SizeAddition));
        Assert.Equal((300, 300, 300, 600), (smtp.ConnectTimeout.TotalSeconds, smtp.CommandTimeout.TotalSeconds, smtp.DataTimeout.TotalSeconds, smtp.FinalTimeout.TotalSeconds));
        Assert.True(await smtp.TryChunking.ContainsAsync("h", IPAddress.Loopback, CancellationToken.None));
        Assert.False(await smtp.Tls.Require.ContainsAsync("h", IPAddress.Loopback, CancellationToken.None));
        Assert.True(await smtp.Tls.TryVerify.ContainsAsync("h", IPAddress.Loopback, CancellationToken.None));
        Assert.Equal("system", smtp.Tls.VerifyCertificates);
        Assert.Empty(smtp.Dkim);
        Assert.Null(smtp.Arc);
        Assert.Null(smtp.ReturnPath);
    }

    [Theory]
    [InlineData("protocol = lmtp", SmtpProtocol.Lmtp, 24)]
    [InlineData("protocol = smtps", SmtpProtocol.Smtps, 465)]
    [InlineData("port = submission", SmtpProtocol.Smtp, 587)]
    [InlineData("port = ${if eq{$local_part}{bob}{2525}{25}}", SmtpProtocol.Smtp, 2525)]
    public async Task Smtp_transport_knows_protocol_and_port(string option, SmtpProtocol protocol, int port)
    {
        var smtp = await ReadyAsync<ExpandedSmtpTransport>($"t:\ndriver = smtp\n{option}");
        Assert.Equal((protocol, port), (smtp.Protocol, smtp.Port));
    }

    [Fact]
    public async Task Smtp_transport_expands_its_options()
    {
        var smtp = await ReadyAsync<ExpandedSmtpTransport>("""
            t:
            driver = smtp
            helo_data = ${if eq{a}{b}{x}fail}
            hosts = a.test : b.test
            hosts_override
            interface = <; 192.0.2.1 ; 2001:db8::1
            hosts_require_tls = 192.0.2.0/24
            no_multi_domain
            max_rcpt = 1K
            command_timeout = 1m30s
            headers_add = X-For: $local_part
            headers_add = X-Two: 2
            headers_remove = X-A : X-$local_part
            return_path = ${if eq{a}{a}{<>}}
            message_size_limit = 10M
            return_path_add
            """);
        Assert.Equal("mx.example.com", smtp.HeloData.Key);
        Assert.Equal("a.test : b.test", smtp.Hosts);
        Assert.True(smtp.HostsOverride);
        Assert.Equal("192.0.2.1 2001:db8::1", string.Join(' ', smtp.Interfaces));
        Assert.True(await smtp.Tls.Require.ContainsAsync("h", IPAddress.Parse("192.0.2.9"), CancellationToken.None));
        Assert.False(await smtp.Tls.Require.ContainsAsync("h", IPAddress.Parse("198.51.100.9"), CancellationToken.None));
        Assert.Equal((false, 1024, 90.0), (smtp.MultiDomain, smtp.MaxRecipients, smtp.CommandTimeout.TotalSeconds));
        Assert.Equal("X-For: bob|X-Two: 2", string.Join('|', smtp.HeadersAdd));
        Assert.Equal("X-A|X-bob", string.Join('|', smtp.HeadersRemove));
        Assert.Equal(EnvelopeAddress.Null, smtp.ReturnPath);
        Assert.Equal((10L * 1024 * 1024, true), (smtp.MessageSizeLimit, smtp.ReturnPathAdd));
    }

    [Fact]
    public async Task Dkim_signs_for_each_domain_and_selector()
    {
        var smtp = await ReadyAsync<ExpandedSmtpTransport>("""
            t:
            driver = smtp
            dkim_domain = a.test : $domain
            dkim_selector = s1 : s2
            dkim_private_key = ${if eq{$dkim_selector/$dkim_domain}{s2/a.test}{0}{/keys/$dkim_domain.$dkim_selector}}
            dkim_canon = simple
            dkim_strict = 0
            dkim_timestamps = 3600
            """);
        Assert.Equal("/keys/a.test.s1 /keys/local.test.s1 /keys/local.test.s2", string.Join(' ', smtp.Dkim.Select(dkim => dkim.PrivateKey)));
        Assert.All(smtp.Dkim, dkim => Assert.Equal(("simple", "sha256", false, 3600.0), (dkim.Canonicalization, dkim.Hash, dkim.Strict, dkim.Timestamps!.Value.TotalSeconds)));
        Assert.Equal("s1._domainkey.a.test", smtp.Dkim[0].ToString());
    }

    [Theory]
    [InlineData("dkim_domain = ${if eq{a}{b}{x}fail}")]
    [InlineData("dkim_domain =")]
    public async Task Dkim_without_a_domain_does_not_sign(string option) => Assert.Empty(
        (await ReadyAsync<ExpandedSmtpTransport>($"t:\ndriver = smtp\n{option}\ndkim_selector = s\ndkim_private_key = /k")).Dkim);

    [Theory]
    [InlineData("arc_sign = id.test : sel", null, false, null, null)]
    [InlineData("arc_sign = id.test : sel : /key", "id.test: sel", false, null, null)]
    [InlineData("arc_sign = id.test : sel : /key : timestamps,expire=+60", "id.test: sel", true, 60.0, null)]
    [InlineData("arc_sign = id.test : sel : /key : timestamps", "id.test: sel", true, null, null)]
    [InlineData("arc_sign = id.test : sel : /key : expire, timestamps", "id.test: sel", true, 2_592_000.0, null)]
    [InlineData("arc_sign = id.test : sel : /key : expire=0", "id.test: sel", false, 2_592_000.0, null)]
    [InlineData("arc_sign = id.test : sel : /key : expire=soon", "id.test: sel", false, 2_592_000.0, null)]
    [InlineData("arc_sign = id.test : sel : /key : expire=1800000000", "id.test: sel", false, null, 1_800_000_000L)]
    [InlineData("arc_sign = <; id.test ; sel ; a:b ; expired", "id.test: sel", false, null, null)]
    [InlineData("arc_sign =", null, false, null, null)]
    [InlineData("arc_sign = ${if eq{a}{b}{x}fail}", null, false, null, null)]
    public async Task Arc_seal_is_read(string option, string? expected, bool timestamps, double? lifetime, long? expires)
    {
        var arc = (await ReadyAsync<ExpandedSmtpTransport>($"t:\ndriver = smtp\n{option}")).Arc;
        Assert.Equal(expected, arc?.ToString());
        Assert.Equal((timestamps, lifetime, expires), (arc?.Timestamps ?? false, arc?.Lifetime?.TotalSeconds, arc?.Expires?.ToUnixTimeSeconds()));
    }

    [Fact]
    public async Task Queuefile_transport_needs_an_absolute_directory()
    {
        Assert.Equal("/var/spool/bob", (await ReadyAsync<ExpandedQueuefileTransport>("t:\ndriver = queuefile\ndirectory = /var/spool/$local_part")).Directory);
        Assert.Contains("not absolute", await DeferredAsync("t:\ndriver = queuefile\ndirectory = spool"), StringComparison.Ordinal);
        Assert.Contains("not usable", await DeferredAsync("t:\ndriver = queuefile\ndirectory = /var/spool/../../etc"), StringComparison.Ordinal);
        Assert.Equal(["error for t transport: directory must be set for the t transport"], ProblemsOf("t:\ndriver = queuefile"));
    }

    [Fact]
    public async Task Appendfile_transport_writes_mbox_or_maildir()
    {
        var mbox = await ReadyAsync<ExpandedAppendfileTransport>("t:\ndriver = appendfile\nfile = /var/mail/$local_part\nmode = 0660\nmessage_prefix = ${if eq{a}{b}{x}fail}\nquota = 1M");
        Assert.Equal(("/var/mail/bob", MailboxForm.Mbox, 0b110_110_000, "From ", ">From ", 1048576L), (mbox.Path, mbox.Form, mbox.Mode, mbox.Frame.CheckString, mbox.Frame.EscapeString, mbox.Quota.Limit));
        Assert.Equal((null, "\n"), (mbox.Frame.Prefix, mbox.Frame.Suffix));
        var maildir = await ReadyAsync<ExpandedAppendfileTransport>("t:\ndriver = appendfile\ndirectory = /home/$local_part/Maildir\nmaildir_format\nno_create_directory");
        Assert.Equal(("/home/bob/Maildir", MailboxForm.Maildir, "", "", false), (maildir.Path, maildir.Form, maildir.Frame.CheckString, maildir.Frame.Suffix, maildir.CreateDirectory));
    }

    [Theory]
    [InlineData("anywhere", "/var/mail/bob", true)]
    [InlineData("belowhome", "/home/bob/mail/x", true)]
    [InlineData("belowhome", "/home/bobby/x", false)]
    [InlineData("inhome", "/home/bob/x", true)]
    [InlineData("inhome", "/home/bob/mail/x", false)]
    [InlineData("/var/mail", "/var/mail/x", true)]
    [InlineData("/var/mail/", "/home/bob/x", false)]
    public async Task Appendfile_transport_makes_files_where_it_may(string where, string file, bool made)
    {
        _bench.Scope.Address!.Values["home"] = "/home/bob";
        var mbox = await ReadyAsync<ExpandedAppendfileTransport>($"t:\ndriver = appendfile\nfile = {file}\ncreate_file = {where}");
        Assert.Equal(made, mbox.MayCreate);
    }

    [Fact]
    public async Task Appendfile_transport_makes_nothing_below_a_home_that_is_not_set() =>
        Assert.False((await ReadyAsync<ExpandedAppendfileTransport>("t:\ndriver = appendfile\nfile = /x\ncreate_file = belowhome")).MayCreate);

    [Theory]
    [InlineData("", "s", "")]
    [InlineData("shadow_condition = ${if eq{$local_part}{bob}}", "s", "")]
    [InlineData("shadow_condition = ${if eq{$local_part}{carol}}", null, "")]
    [InlineData("shadow_condition = No", null, "")]
    [InlineData("shadow_condition = 0", null, "")]
    [InlineData("shadow_condition = ${if eq{a}{b}{1}fail}", null, "")]
    [InlineData("shadow_condition = ${nonsense:x}", null, "failed to expand condition \"${nonsense:x}\" for t transport: ")]
    public async Task Shadow_transport_follows_when_its_condition_holds(string option, string? shadow, string note)
    {
        var lmtp = await ReadyAsync<ExpandedLmtpTransport>($"t:\ndriver = lmtp\nsocket = /x\nshadow_transport = s\n{option}");
        Assert.Equal(shadow, lmtp.Shadow);
        Assert.True(note.Length == 0 ? lmtp.Note.Length == 0 : lmtp.Note.StartsWith(note, StringComparison.Ordinal), lmtp.Note);
    }

    [Fact]
    public async Task Every_transport_can_have_a_filter_and_deliver_a_part()
    {
        var smtp = await ReadyAsync<ExpandedSmtpTransport>("t:\ndriver = smtp\ntransport_filter = /bin/sed -e s/$local_part/x/ $pipe_addresses\ntransport_filter_timeout = 1m\nbody_only");
        Assert.Equal("/bin/sed|-e|s/bob/x/|", string.Join('|', smtp.Filter));
        Assert.Equal((60.0, true, false), (smtp.FilterTimeout.TotalSeconds, smtp.BodyOnly, smtp.HeadersOnly));
        var mbox = await ReadyAsync<ExpandedAppendfileTransport>("t:\ndriver = appendfile\nfile = /x\nheaders_only");
        Assert.Equal((true, 0, 300.0), (mbox.HeadersOnly, mbox.Filter.Length, mbox.FilterTimeout.TotalSeconds));
    }

    [Fact]
    public async Task Appendfile_transport_takes_its_path_from_redirection()
    {
        _bench.Scope.Address!.Values["address_file"] = "/var/mail/lists";
        Assert.Equal("/var/mail/lists", (await ReadyAsync<ExpandedAppendfileTransport>("t:\ndriver = appendfile")).Path);
    }

    [Theory]
    [InlineData("headers_rewrite = *@a.test $1@b.test f : *@c.test \"${if eq{a::b}{a::b}{$1}}@$local_part.test\"", "From: u@b.test\r\nTo: N <u@a.test>, v@v.test\r\n")]
    [InlineData("headers_rewrite = *@a.test $1@b.test E", null)]
    [InlineData("headers_rewrite = *@none.test $1@b.test", null)]
    [InlineData("headers_rewrite = *@a.test *", null)]
    [InlineData("", null)]
    public async Task Header_is_rewritten_by_the_rules_of_the_transport(string option, string? expected)
    {
        _bench.Scope.Message.HeaderBlock = "From: u@a.test\r\nTo: N <u@a.test>, v@c.test\r\n"u8.ToArray();
        var smtp = await ReadyAsync<ExpandedSmtpTransport>($"t:\ndriver = smtp\n{option}");
        Assert.Equal(expected, smtp.RewrittenHeader is { } header ? System.Text.Encoding.ASCII.GetString(header.Block.Span) : null);
    }

    [Theory]
    [InlineData("t:\ndriver = appendfile", "Mandatory file or directory option missing from t transport")]
    [InlineData("t:\ndriver = appendfile\nfile = /a/../b", "path \"/a/../b\" of t transport is not absolute or not usable")]
    [InlineData("t:\ndriver = smtp\nport = bogus", "invalid port \"bogus\" in t transport")]
    [InlineData("t:\ndriver = smtp\nheaders_add = ${nonsense:x}", null)]
    [InlineData("t:\ndriver = smtp\ntransport_filter = $local_part", "Attempt to exec tainted path: 'bob' (t transport)")]
    public async Task Delivery_waits_when_an_option_cannot_be_used(string transport, string? message)
    {
        var text = await DeferredAsync(transport);
        Assert.True(message is null ? text.Contains("headers_add in t transport", StringComparison.Ordinal) : text == message, text);
    }

    [Theory]
    [InlineData("t:\ndriver = nosuch", "transport t: cannot find transport driver \"nosuch\"")]
    [InlineData("t:\nbody_only", "no driver defined for transport \"t\"")]
    [InlineData("t:\ndriver = appendfile\nfile = /a\ndirectory = /b", "error for t transport: only one of \"file\" or \"directory\" can be specified")]
    [InlineData("t:\ndriver = smtp\nshadow_transport = s", "shadow transport not allowed on non-local transport t")]
    [InlineData("t:\ndriver = lmtp\nsocket = /x\nbody_only\nheaders_only", "t transport: body_only and headers_only are mutually exclusive")]
    [InlineData("t:\ndriver = appendfile\nfile = /a\ncreate_file = x", "invalid value given for \"create_file\" for the t transport: 'x'")]
    [InlineData("t:\ndriver = smtp\nprotocol = uucp", "error for t transport: \"uucp\" is not a valid protocol")]
    [InlineData("t:\ndriver = smtp\nsocks_proxy = proxy.example", "socks_proxy: \"proxy.example\" is no IP address")]
    [InlineData("t:\ndriver = smtp\ncommand_timeout = 0s", "error for t transport: command, data, or final timeout value is zero")]
    [InlineData("t:\ndriver = smtp\nheaders_rewrite = *@a.test $1@b.test f : *@c.test x@y.test Z", "unknown rewrite flag character 'Z' (could be missing quotes round replacement item)")]
    public void Mistake_is_reported(string transport, string problem) => Assert.Equal([problem], ProblemsOf(transport));

    [Theory]
    [InlineData("smtp", false)]
    [InlineData("pipe", true)]
    [InlineData("lmtp", true)]
    public void Transport_knows_whether_it_is_local(string driver, bool local) =>
        Assert.Equal(local, TransportDefinition.Compile(RouterBench.Blocks($"t:\ndriver = {driver}"), [])["t"].IsLocal);

    [Fact]
    public async Task Transport_sees_what_routing_found()
    {
        var bench = new RouterBench();
        var address = RouterBench.Address("Owner-List@Local.Test");
        var result = await bench.Chain("r:\ndriver = accept\ntransport = local\nlocal_part_prefix = owner-\naddress_data = D").RouteAsync(bench.Scope, address, RoutingMode.Deliver, CancellationToken.None);
        var scope = TransportScope.Create(bench.Scope, address, Assert.IsType<RoutingOutcome.Routed>(result.Final));
        var text = await StringExpansion.Compile("$local_part|$local_part_prefix|$domain|$original_local_part|$address_data|$transport_name|$return_path").ExpandAsync(scope, CancellationToken.None);
        Assert.Equal("List|owner-|local.test|Owner-List|D|local|sender@remote.test", text.Value);
    }

    [Theory]
    [InlineData("appendfile\nfile = /var/mail/$local_part", "Tainted '/var/mail/bob' (file or directory name for t transport) not permitted")]
    [InlineData("appendfile\nmaildir_format\ndirectory = /var/mail/$local_part", "Tainted '/var/mail/bob' (file or directory name for t transport) not permitted")]
    [InlineData("queuefile\ndirectory = /var/q/$local_part", "Tainted '/var/q/bob' (file or directory name for t transport) not permitted")]
    [InlineData("lmtp\nsocket = /run/$local_part", "Tainted '/run/bob' (file or directory name for t transport) not permitted")]
    [InlineData("autoreply\nto = a@b.test\nonce = /var/once/$local_part", "Tainted '/var/once/bob' (file or directory name for t transport) not permitted")]
    [InlineData("smtp\nhosts = mx.$domain", "attempt to use tainted host list 'mx.local.test' from 'mx.$domain' in transport t")]
    public async Task Places_that_a_peer_chose_are_refused(string transport, string complaint)
    {
        var policy = new MailPolicy { MainOptions = MainOptions.Defaults with { TaintedData = TaintMode.Refuse } };
        var bench = new ExpansionBench(policy);
        bench.Scope.Address = _bench.Scope.Address;
        var definition = TransportDefinition.Compile(RouterBench.Blocks($"t:\ndriver = {transport}"), [])["t"];
        Assert.Equal(complaint, Assert.IsType<TransportExpansion.Deferred>(await definition.ExpandAsync(bench.Scope, CancellationToken.None)).Message);
    }

    private static List<string> ProblemsOf(string transports)
    {
        var problems = new List<ConfigurationProblem>();
        TransportDefinition.Compile(RouterBench.Blocks(transports), problems);
        return [.. problems.Select(problem => problem.Message)];
    }

    private async Task<TransportExpansion> ExpandAsync(string transport)
    {
        var problems = new List<ConfigurationProblem>();
        var definition = TransportDefinition.Compile(RouterBench.Blocks(transport), problems)["t"];
        Assert.Empty(problems);
        return await definition.ExpandAsync(_bench.Scope, CancellationToken.None);
    }

    private async Task<T> ReadyAsync<T>(string transport)
        where T : ExpandedTransport =>
        Assert.IsType<T>(Assert.IsType<TransportExpansion.Ready>(await ExpandAsync(transport)).Options);

    private async Task<string> DeferredAsync(string transport) => Assert.IsType<TransportExpansion.Deferred>(await ExpandAsync(transport)).Message;
}
