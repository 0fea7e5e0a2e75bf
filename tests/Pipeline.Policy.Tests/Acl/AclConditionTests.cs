using System.Net;
using System.Text;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Arc;
using Pipeline.Mail.Dkim;
using Pipeline.Mail.Dns;
using Pipeline.Mail.Scanning;
using Pipeline.Mail.Spf;
using Pipeline.Policy.Acl;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Tests.Expansion;

namespace Pipeline.Policy.Tests.Acl;

public sealed class AclConditionTests
{
    private const string Arguments = "${if eq{$acl_arg1:$acl_arg2}{x:y}}";

    [Theory]
    [InlineData("condition = 1", "true")]
    [InlineData("condition = 17", "true")]
    [InlineData("condition = -1", "true")]
    [InlineData("condition = TRUE", "true")]
    [InlineData("condition = yes", "true")]
    [InlineData("condition =", "false")]
    [InlineData("condition = 0", "false")]
    [InlineData("condition = 000", "false")]
    [InlineData("condition = No", "false")]
    [InlineData("condition = false", "false")]
    [InlineData("condition = maybe", "defer")]
    [InlineData("condition = 1 or so", "defer")]
    [InlineData("condition = ${if eq{a}{b}{1}fail}", "true")]
    [InlineData("!condition = ${if eq{a}{b}{1}fail}", "true")]
    [InlineData("! condition = no", "true")]
    [InlineData("!condition = maybe", "defer")]
    [InlineData("hosts = 192.0.2.0/24", "true")]
    [InlineData("hosts = +relays", "false")]
    [InlineData("hosts = !+relays", "true")]
    [InlineData("hosts = :", "false")]
    [InlineData("hosts = ${if eq{a}{b}{*}fail}", "false")]
    [InlineData("domains = +local_domains", "true")]
    [InlineData("domains = ! +local_domains", "false")]
    [InlineData("domains = +nosuch", "defer")]
    [InlineData("local_parts = BOB", "true")]
    [InlineData("local_parts = ^b", "true")]
    [InlineData("recipients = bob@local.test", "true")]
    [InlineData("recipients = *@other.test", "false")]
    [InlineData("senders = a@sender.test", "true")]
    [InlineData("senders = :", "false")]
    [InlineData("sender_domains = *.test", "true")]
    [InlineData("authenticated = *", "false")]
    [InlineData("encrypted = *", "false")]
    [InlineData("verify = certificate", "false")]
    [InlineData("acl = yes_acl", "true")]
    [InlineData("acl = no_acl", "false")]
    [InlineData("acl = drop_acl", "false")]
    [InlineData("!acl = no_acl", "true")]
    [InlineData("acl = late_acl", "defer")]
    [InlineData("acl = accept condition = yes", "true")]
    [InlineData("acl = deny", "false")]
    [InlineData("acl = arg_acl x y", "true")]
    [InlineData("acl = arg_acl x", "false")]
    [InlineData("acl = loop_acl", "error")]
    [InlineData("acl = nosuch_acl", "error")]
    [InlineData("acl = discard_acl", "error")]
    [InlineData("dnslists = a b =", "error")]
    [InlineData("verify = nonsense", "error")]
    [InlineData("verify = recipient/nonsense", "error")]
    [InlineData("verify = recipient/quota", "error")]
    [InlineData("verify = recipient/calloutx", "error")]
    [InlineData("verify = recipient/callout=1x", "error")]
    [InlineData("verify = header_syntax", "error")]
    [InlineData("dmarc_status = accept", "error")]
    [InlineData("spam = nobody", "error")]
    [InlineData("seen = -5m", "false")]
    [InlineData("seen = x", "error")]
    [InlineData("ratelimit = x / 1h", "error")]
    [InlineData("ratelimit = 1 / x", "error")]
    [InlineData("control = xyz", "error")]
    public async Task Condition_in_the_rcpt_acl(string condition, string expected)
    {
        var acls = $$"""
            start:
            require {{condition}}
            accept
            yes_acl:
            accept
            no_acl:
            deny
            drop_acl:
            drop
            late_acl:
            defer
            discard_acl:
            discard
            loop_acl:
            accept acl = loop_acl
            arg_acl:
            accept condition = {{Arguments}}
            """;
        var outcome = await new AclBench().RunAsync(acls);
        var found = outcome.Verdict switch { AclVerdict.Accept => "true", AclVerdict.Deny or AclVerdict.Drop => "false", AclVerdict.Defer => "defer", _ => "error" };
        Assert.True(expected == found, $"{found}: {outcome.LogMessage}");
    }

    [Theory]
    [InlineData(AclPoint.Connect, "domains = x", "cannot test domains condition in connection ACL")]
    [InlineData(AclPoint.Helo, "senders = x", "cannot test senders condition in EHLO or HELO ACL")]
    [InlineData(AclPoint.Rcpt, "dmarc_status = accept", "cannot test dmarc_status condition in RCPT ACL")]
    [InlineData(AclPoint.Connect, "spf = pass", "cannot test spf condition in connection ACL")]
    [InlineData(AclPoint.Data, "recipients = x", "cannot test recipients condition in DATA ACL")]
    [InlineData(AclPoint.Connect, "add_header = X: y", "cannot use add_header condition in connection ACL")]
    [InlineData(AclPoint.Connect, "control = freeze", "cannot use \"control=freeze\" in connection ACL")]
    [InlineData(AclPoint.Data, "verify = recipient", "cannot verify recipient in ACL for DATA")]
    [InlineData(AclPoint.Rcpt, "acl = loop", "ACL nested too deep: possible loop")]
    [InlineData(AclPoint.Rcpt, "control = submission/nonsense", "syntax error in \"control=submission/nonsense\"")]
    [InlineData(AclPoint.Rcpt, "decode = default", "cannot test decode condition in RCPT ACL")]
    [InlineData(AclPoint.NotSmtp, "mime_regex = x", "cannot test mime_regex condition in non-SMTP ACL")]
    [InlineData(AclPoint.Data, "seen = x", "failed to parse 'x'")]
    [InlineData(AclPoint.Data, "atrn_domains = x", "cannot test atrn_domains condition in DATA ACL")]
    public async Task Item_in_the_wrong_place_is_an_error(AclPoint point, string item, string message)
    {
        var outcome = await new AclBench().RunAsync($"start:\nwarn {item}\naccept\nloop:\naccept acl = loop", point);
        Assert.Equal((AclVerdict.Error, message), (outcome.Verdict, outcome.LogMessage));
    }

    [Fact]
    public async Task Session_without_a_host_is_the_empty_host() =>
        Assert.Equal(AclVerdict.Accept, (await new AclBench(local: true).RunAsync("accept hosts = :")).Verdict);

    [Fact]
    public async Task Session_facts_match_lists()
    {
        var bench = new AclBench(tls: new TlsFacts("TLS1.3", "TLS_AES_256_GCM_SHA384", 256, null, true, null));
        bench.Scope.Connection.AuthenticatorName = "PLAIN";
        Assert.Equal(AclVerdict.Accept, (await bench.RunAsync("accept authenticated = plain\nencrypted = *\nverify = certificate")).Verdict);
    }

    [Fact]
    public async Task Matched_lists_leave_their_data()
    {
        var outcome = await new AclBench().RunAsync("accept domains = +local_domains\nlocal_parts = bob\nmessage = $domain_data/$local_part_data");
        Assert.Equal("250 local.test/bob", outcome.Reply!.ToString());
    }

    [Fact]
    public async Task Caseful_local_part_makes_letter_case_matter()
    {
        var outcome = await new AclBench().RunAsync("deny control = caseful_local_part\nlocal_parts = bob\naccept local_parts = Bob\nmessage = $local_part");
        Assert.Equal("250 Bob", outcome.Reply!.ToString());
    }

    [Theory]
    [InlineData("list.test", "true", "127.0.0.2, 127.0.0.4", "listed")]
    [InlineData("list.test=127.0.0.2", "true", "127.0.0.2, 127.0.0.4", "listed")]
    [InlineData("list.test=127.0.0.3", "false", "", "")]
    [InlineData("list.test==127.0.0.2", "false", "", "")]
    [InlineData("list.test==127.0.0.2,127.0.0.4", "true", "127.0.0.2, 127.0.0.4", "listed")]
    [InlineData("list.test&0.0.0.4", "true", "127.0.0.2, 127.0.0.4", "listed")]
    [InlineData("list.test=&0.0.0.4", "false", "", "")]
    [InlineData("list.test!=127.0.0.3", "true", "127.0.0.2, 127.0.0.4", "listed")]
    [InlineData("list.test!&0.0.0.4", "false", "", "")]
    [InlineData("empty.test : list.test", "true", "127.0.0.2, 127.0.0.4", "listed")]
    [InlineData("list.test,empty.test", "false", "", "")]
    [InlineData("text.test,list.test", "true", "127.0.0.9", "from text")]
    [InlineData("parked.test", "false", "", "")]
    [InlineData("down.test", "false", "", "")]
    [InlineData("+include_unknown : down.test", "true", "", "")]
    [InlineData("+defer_unknown : down.test", "defer", "", "")]
    [InlineData("list.test/192.0.2.9", "false", "", "")]
    [InlineData("list.test/192.0.2.1", "true", "127.0.0.2, 127.0.0.4", "listed")]
    [InlineData("names.test/$sender_address_domain", "true", "127.0.0.2", "")]
    [InlineData("names.test/<;x;sender.test", "true", "127.0.0.2", "")]
    public async Task Dnslists_condition(string list, string expected, string value, string text)
    {
        var dns = new ScriptedDns()
            .Add("1.2.0.192.list.test", new AddressRecord(IPAddress.Parse("127.0.0.2")), new AddressRecord(IPAddress.Parse("127.0.0.4")))
            .Add("1.2.0.192.list.test", TextRecord.Of("listed"))
            .Add("1.2.0.192.text.test", new AddressRecord(IPAddress.Parse("127.0.0.9")))
            .Add("1.2.0.192.text.test", TextRecord.Of("from ", "text"))
            .Add("1.2.0.192.parked.test", new AddressRecord(IPAddress.Parse("203.0.113.1")))
            .Add("sender.test.names.test", new AddressRecord(IPAddress.Parse("127.0.0.2")))
            .AddFailure("1.2.0.192.down.test", DnsRecordType.A);
        var bench = new AclBench(dns);
        var outcome = await bench.RunAsync($"accept dnslists = {list}");
        Assert.Equal(expected, outcome.Verdict switch { AclVerdict.Accept => "true", AclVerdict.Deny => "false", AclVerdict.Defer => "defer", _ => outcome.LogMessage });
        Assert.Equal(
            list.Contains("down.test", StringComparison.Ordinal)
                ? [$"Main: DNS list lookup defer (probably timeout) for 1.2.0.192.down.test: {expected switch { "true" => "assumed in list", "false" => "assumed not in list", _ => "returned DEFER" }}"]
                : [],
            bench.Log.Where(line => line.Contains("DNS list lookup defer", StringComparison.Ordinal)));
        Assert.Equal(value, bench.Scope.Message.ConditionVariables.GetValueOrDefault("dnslist_value", ""));
        Assert.Equal(text, bench.Scope.Message.ConditionVariables.GetValueOrDefault("dnslist_text", ""));
    }

    [Fact]
    public async Task Dnslists_reverses_ipv6_by_nibbles()
    {
        var dns = new ScriptedDns();
        await new AclBench(dns, IPAddress.Parse("2001:db8::1")).RunAsync("accept dnslists = list.test");
        Assert.Equal("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.list.test/A", Assert.Single(dns.Asked));
    }

    [Theory]
    [InlineData("spf = pass : neutral", true)]
    [InlineData("spf = fail", false)]
    [InlineData("spf = !fail", true)]
    [InlineData("!spf = pass", false)]
    public async Task Spf_condition(string condition, bool holds)
    {
        var bench = new AclBench();
        bench.Scope.Message.Verification = new Verdicts();
        Assert.Equal(holds ? AclVerdict.Accept : AclVerdict.Deny, (await bench.RunAsync($"accept {condition}")).Verdict);
        Assert.Equal("pass", bench.Scope.Message.ConditionVariables["spf_result"]);
    }

    [Theory]
    [InlineData("spf_result", "pass")]
    [InlineData("spf_result_guessed", "no")]
    [InlineData("spf_smtp_comment", "")]
    [InlineData("spf_used_domain", "sender.test")]
    [InlineData("spf_header_comment", "mx.example.com: domain of sender.test designates 192.0.2.1 as permitted sender")]
    [InlineData(
        "spf_received",
        "Received-SPF: pass (mx.example.com: domain of sender.test designates 192.0.2.1 as permitted sender) client-ip=192.0.2.1; "
        + "envelope-from=\"a@sender.test\"; helo=client.test; receiver=mx.example.com; identity=mailfrom; mechanism=mx;")]
    public async Task Spf_variables_stay_set_for_later_acls_of_the_message(string name, string value)
    {
        var bench = new AclBench();
        bench.Scope.Message.Verification = new Verdicts();
        Assert.Equal(AclVerdict.Accept, (await bench.RunAsync($"accept condition = ${{if inlist{{${name}}}{{ : no}}}}", AclPoint.Mail)).Verdict);
        await bench.RunAsync("accept spf = pass", AclPoint.Rcpt);
        Assert.Equal(value, (await bench.RunAsync($"accept message = <${name}>", AclPoint.Data)).Reply!.Text.Replace("\n", " ", StringComparison.Ordinal).TrimStart('<').TrimEnd('>'));
    }

    [Theory]
    [InlineData(AclPoint.Dkim, "a.test", "dkim_status = pass", true)]
    [InlineData(AclPoint.Dkim, "b.test", "dkim_status = pass", false)]
    [InlineData(AclPoint.Dkim, "b.test", "dkim_status = fail:invalid", true)]
    [InlineData(AclPoint.Dkim, "c.test", "dkim_status = none", true)]
    [InlineData(AclPoint.Dkim, "a.test", "dkim_signers = a.test : d.test", true)]
    [InlineData(AclPoint.Dkim, "a.test", "dkim_signers = b.test", false)]
    [InlineData(AclPoint.Data, "", "dkim_status = fail", true)]
    [InlineData(AclPoint.Data, "", "dkim_signers = b.test", true)]
    [InlineData(AclPoint.Data, "", "dkim_signers = x.test", false)]
    public async Task Dkim_conditions(AclPoint point, string signer, string condition, bool holds)
    {
        var bench = new AclBench();
        bench.Scope.Message.Verification = new Verdicts();
        bench.Scope.Message.ConditionVariables["dkim_cur_signer"] = signer;
        Assert.Equal(holds ? AclVerdict.Accept : AclVerdict.Deny, (await bench.RunAsync($"accept {condition}", point)).Verdict);
    }

    [Theory]
    [InlineData("verify = arc", ArcState.Pass, true)]
    [InlineData("verify = arc", ArcState.None, true)]
    [InlineData("verify = arc", ArcState.Fail, false)]
    [InlineData("!verify = arc", ArcState.Fail, true)]
    [InlineData("verify = arc/pass", ArcState.None, false)]
    [InlineData("verify = arc/none:fail:pass", ArcState.Fail, true)]
    [InlineData("verify = arc/temperror", ArcState.TempError, true)]
    [InlineData("verify = arc/$acl_m_states", ArcState.None, false)]
    public async Task Arc_condition(string condition, ArcState state, bool holds)
    {
        var bench = new AclBench();
        bench.Scope.Message.Verification = new Verdicts { Arc = new ArcResult(state, "") };
        Assert.Equal(holds ? AclVerdict.Accept : AclVerdict.Deny, (await bench.RunAsync($"accept set acl_m_states = pass\n{condition}", AclPoint.Data)).Verdict);
        Assert.Equal(state.Word(), bench.Scope.Message.ConditionVariables["arc_state"]);
    }

    [Fact]
    public async Task A_chain_that_cannot_be_evaluated_defers()
    {
        var bench = new AclBench();
        bench.Scope.Message.Verification = new Verdicts();
        var switchedOff = await bench.RunAsync("require verify = arc\naccept", AclPoint.Data);
        Assert.Equal((AclVerdict.Defer, "ARC cannot be evaluated: DKIM verification is switched off or there is no client"), (switchedOff.Verdict, switchedOff.LogMessage));
        bench.Scope.Message.Verification = new Verdicts { Arc = new ArcResult(ArcState.TempError, "pubkey problem") { Detail = "DNS failed" } };
        var notNow = await bench.RunAsync("require verify = arc\naccept", AclPoint.Data);
        Assert.Equal((AclVerdict.Defer, "ARC cannot be evaluated now: DNS failed"), (notNow.Verdict, notNow.LogMessage));
    }

    [Fact]
    public async Task Arc_variables_are_set_by_the_condition()
    {
        const string Show = "accept message = <$arc_state|$arc_state_reason|$arc_domains|$arc_oldest_pass>";
        var bench = new AclBench();
        bench.Scope.Message.Verification = new Verdicts
        {
            Arc = new ArcResult(ArcState.Pass, "") { Instances = 3, OldestPass = 2, Domains = ["a.test", "", "c.test"], Selector = "s" },
        };
        Assert.Equal("<|||0>", (await bench.RunAsync(Show, AclPoint.Data)).Reply!.Text);
        Assert.Equal("<pass||a.test: :c.test|2>", (await bench.RunAsync("warn verify = arc\n" + Show, AclPoint.Data)).Reply!.Text);
        bench.Scope.Message.Verification = new Verdicts { Arc = new ArcResult(ArcState.Fail, "(i=1 (missing header))") { Instances = 1 } };
        Assert.Equal("<fail|(i=1 (missing header))|:|0>", (await bench.RunAsync("warn verify = arc\n" + Show, AclPoint.Data)).Reply!.Text);
    }

    [Fact]
    public async Task Arc_is_verified_in_the_data_acl_alone()
    {
        var outcome = await new AclBench().RunAsync("require verify = arc\naccept");
        Assert.Equal((AclVerdict.Error, "cannot verify arc in ACL for RCPT"), (outcome.Verdict, outcome.LogMessage));
    }

    [Theory]
    [InlineData("From: a@b.test\r\nTo: \"X, Y\" <x@y.test>, g: p@q.test, r@s.test;\r\n", null)]
    [InlineData("From: a@b.test (comment (nested))\r\nCc: Un Quoted Name <x@y.test>\r\n", null)]
    [InlineData("From: <>\r\n", null)]
    [InlineData("To: <x@y.test\r\n", "'>' missing at end of address: failing address in \"To:\" header is: <x@y.test")]
    [InlineData("To: \"x\r\n", "missing closing quote: failing address in \"To:\" header is: \"x")]
    [InlineData("To: x@\r\n", "domain missing or malformed: failing address in \"To:\" header is: x@")]
    [InlineData("To: a..b.@c.test, @d.test, e@f.test\r\n", "missing or malformed local part: failing address in \"To:\" header is: @d.test, e@f.test")]
    [InlineData("To: a..b.@c.test, <@r.test:d@e.test>, f\u00fc@g.test\r\n", null)]
    [InlineData("To: a@b.test.\r\n", "domain missing or malformed: failing address in \"To:\" header is: a@b.test.")]
    [InlineData("To: a@b.test; c@d.test\r\n", "malformed address: blanks or special characters in the domain: failing address in \"To:\" header is: a@b.test; c@d.test")]
    [InlineData("To: [x <a@b.test>\r\n", "missing ] in domain literal: failing address in \"To:\" header is: [x <a@b.test>")]
    [InlineData("To: a@b.test, x > y <x@y.test>\r\n", "malformed address: > y <x@y.test> may not follow x: failing address in \"To:\" header is: x > y <x@y.test>")]
    [InlineData("To: a@b.test, <x@y.test> z\r\n", "malformed address: z may not follow <x@y.test>: failing address in \"To:\" header is: <x@y.test> z")]
    [InlineData("From: unqualified\r\n", "unqualified address not permitted: failing address in \"From:\" header is: unqualified")]
    [InlineData("To: a@b.test, X <erin>\r\n", "unqualified address not permitted: failing address in \"To:\" header is: erin")]
    [InlineData("To: G: a@b.test\r\n", "unterminated group: failing address in \"To:\" header is: a@b.test")]
    [InlineData("To: (x a@b.test\r\n", "unbalanced comment: failing address in \"To:\" header is: (x a@b.test")]
    [InlineData("To: a@b.test, x y@z.test\r\n", "malformed address: blanks or special characters in the local part: failing address in \"To:\" header is: x y@z.test")]
    public async Task Header_syntax(string header, string? error)
    {
        var bench = new AclBench();
        bench.Scope.Message.HeaderBlock = Encoding.Latin1.GetBytes(header);
        var outcome = await bench.RunAsync("require verify = header_syntax\naccept", AclPoint.Data);
        Assert.Equal(error, outcome.LogMessage);
        Assert.Equal(error is null, outcome.IsAccepted);
    }

    [Theory]
    [InlineData(SpfVerdict.None, "", "pass", "yes")]
    [InlineData(SpfVerdict.None, "v=spf1 ?all", "neutral", "yes")]
    [InlineData(SpfVerdict.Fail, "", "fail", "no")]
    [InlineData(SpfVerdict.TempError, "", "temperror", "no")]
    public async Task Spf_guess_has_a_record_for_domains_without_one(SpfVerdict published, string guess, string word, string guessed)
    {
        var bench = new AclBench(options: main => guess.Length == 0 ? main : main with { SpfGuess = StringExpansion.Compile(guess) });
        bench.Scope.Message.Verification = new Verdicts { Spf = new SpfResult(published, "sender.test", "mailfrom", null, null, "") };
        Assert.Equal(
            $"{word} {guessed}", (await bench.RunAsync($"accept spf_guess = {word}\n       message = $spf_result $spf_result_guessed\ndeny", AclPoint.Data)).UserMessage);
        Assert.Equal(guessed == "yes", bench.Scope.Message.Spf!.IsGuess);
    }

    [Theory]
    [InlineData("verify = not_blind", "To: Bob@local.test\r\n", true)]
    [InlineData("verify = not_blind", "To: bob@local.test\r\n", false)]
    [InlineData("verify = not_blind", "X: 1\nTo: Bob@local.test\r\n", false)]
    [InlineData("verify = not_blind/case_insensitive", "Cc: bob@LOCAL.test\r\n", true)]
    [InlineData("verify = header_names_ascii", "X-Fine: a\r\n", true)]
    [InlineData("verify = header_names_ascii", "X-F\u00e9: a\r\n", false)]
    public async Task Header_verification(string condition, string header, bool holds)
    {
        var bench = new AclBench();
        bench.Scope.Message.Recipients.Add(new EnvelopeAddress("Bob", "local.test"));
        bench.Scope.Message.HeaderBlock = Encoding.Latin1.GetBytes(header);
        Assert.Equal(holds, (await bench.RunAsync($"require {condition}\naccept", AclPoint.Data)).IsAccepted);
    }

    private sealed class Verdicts : IMessageVerification
    {
        public SpfResult Spf { get; init; } = new SpfResult(SpfVerdict.Pass, "sender.test", "mailfrom", "mx", null, "matched mx") { CheckedDomain = "sender.test" };

        public ValueTask<SpfResult> SpfAsync(CancellationToken cancellationToken) => new(Spf);

        public ValueTask<SpfResult> GuessSpfAsync(string record, CancellationToken cancellationToken) =>
            new(new SpfResult(record.Contains(" mx", StringComparison.Ordinal) ? SpfVerdict.Pass : SpfVerdict.Neutral, "sender.test", "mailfrom", "mx", null, "") { IsGuess = true });

        public ValueTask<IReadOnlyList<DkimResult>> DkimAsync(CancellationToken cancellationToken) => new(
        [
            new DkimResult(DkimVerdict.Pass, "a.test", "s", null, "rsa-sha256", 2048, ""),
            new DkimResult(DkimVerdict.Fail, "b.test", "s", "@b.test", "rsa-sha256", 2048, ""),
        ]);

        public ArcResult? Arc { get; init; }

        public ValueTask<ArcResult?> ArcAsync(CancellationToken cancellationToken) => new(Arc);

        public ValueTask<DmarcOutcome> DmarcAsync(CancellationToken cancellationToken) => throw new InvalidOperationException("no test here asks for DMARC");

        public ValueTask<ScanOutcome> ScanAsync(ScanRequest request, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("no test here asks for a scan");
    }
}
