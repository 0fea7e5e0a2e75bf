using System.Net;
using System.Runtime.Versioning;
using Pipeline.Mail.Dns;
using Pipeline.Policy.Routers;
using Pipeline.Policy.Routers.Hosts;

namespace Pipeline.Policy.Tests.Routers;

public sealed class RouterDriverTests
{
    private readonly RouterBench _bench = new();

    [Theory]
    [InlineData("remote.test", "mx1.remote.test/10 mx2.remote.test/20")]
    [InlineData("REMOTE.test", "mx1.remote.test/10 mx2.remote.test/20")]
    [InlineData("plain.test", "plain.test/-")]
    [InlineData("second.test", "mx1.remote.test/10")]
    public async Task Dnslookup_finds_hosts(string domain, string expected) => Assert.Equal(expected, await HostsAsync("r:\ndriver = dnslookup\ntransport = smtp", $"a@{domain}"));

    [Theory]
    [InlineData("none.test", "", "Unrouteable: Unrouteable address")]
    [InlineData("[192.0.2.1]", "", "Unrouteable: Unrouteable address")]
    [InlineData("gone.test", "", "Unrouteable: Unrouteable address")]
    [InlineData("null.test", "", "Failed: domain null.test does not accept mail (null MX)")]
    [InlineData("slow.test", "", "Deferred: host lookup did not complete")]
    [InlineData("slow.test", "pass_on_timeout\nno_more", "Unrouteable: Unrouteable address")]
    [InlineData("slow.test", "mx_fail_domains = *", "Unrouteable: Unrouteable address")]
    [InlineData("plain.test", "mx_domains = *.test", "Unrouteable: Unrouteable address")]
    [InlineData("none.test", "fail_defer_domains = none.test", "Deferred: host lookup did not complete (none.test is in fail_defer_domains)")]
    [InlineData("self.test", "", "Deferred!: lowest numbered MX record points to local host")]
    [InlineData("mine.test", "", "Deferred!: lowest numbered MX record points to local host")]
    [InlineData("self.test", "self = defer", "Deferred: lowest numbered MX record points to local host")]
    [InlineData("self.test", "self = fail", "Failed: lowest numbered MX record points to local host")]
    [InlineData("self.test", "self = pass", "Unrouteable: Unrouteable address")]
    [InlineData("self.test", "self = send", "Routed")]
    [InlineData("self.test", "self = reroute: other.test", "Redirected: a@other.test")]
    [InlineData("remote.test", "check_secondary_mx", "Unrouteable: Unrouteable address")]
    [InlineData("second.test", "check_secondary_mx", "Routed")]
    [InlineData("remote.test", "ignore_target_hosts = 192.0.2.0/24", "Unrouteable: Unrouteable address")]
    [InlineData("remote.test", "ignore_target_hosts = 192.0.2.11", "Routed")]
    [InlineData("mx1.remote", "widen_domains = example : test", "Redirected: a@mx1.remote.test")]
    public async Task Dnslookup_verdict(string domain, string option, string expected) =>
        Assert.Equal(expected, Text((await _bench.RouteAsync($"r:\ndriver = dnslookup\ntransport = smtp\n{option}", $"a@{domain}")).Final));

    [Theory]
    [InlineData("dns_again_means_nonexist = slow.test", "Unrouteable: Unrouteable address")]
    [InlineData("dns_again_means_nonexist = other.test", "Deferred: host lookup did not complete")]
    public async Task Temporary_failure_of_DNS_means_no_such_domain_where_the_operator_says_so(string main, string expected) =>
        Assert.Equal(expected, Text((await new RouterBench(main).RouteAsync("r:\ndriver = dnslookup\ntransport = smtp", "a@slow.test")).Final));

    [Theory]
    [InlineData("check_srv = submission", "service.test", "low.service.test:587/5 high.service.test:588/10")]
    [InlineData("check_srv = ${if eq{$domain}{service.test}{submission}}", "service.test", "low.service.test:587/5 high.service.test:588/10")]
    [InlineData("check_srv = submission", "remote.test", "mx1.remote.test/10 mx2.remote.test/20")]
    [InlineData("check_srv = ${if eq{a}{b}{submission}}", "remote.test", "mx1.remote.test/10 mx2.remote.test/20")]
    public async Task Dnslookup_finds_the_hosts_of_a_service(string option, string domain, string expected)
    {
        _bench.Dns
            .Add("_submission._tcp.service.test", new ServiceRecord(10, 1, 588, "high.service.test"), new ServiceRecord(5, 0, 587, "low.service.test"))
            .Add("high.service.test", new AddressRecord(IPAddress.Parse("192.0.2.31")))
            .Add("low.service.test", new AddressRecord(IPAddress.Parse("192.0.2.32")));
        Assert.Equal(expected, await HostsAsync($"r:\ndriver = dnslookup\ntransport = smtp\n{option}", $"a@{domain}"));
    }

    [Theory]
    [InlineData("", "Deferred: host lookup did not complete")]
    [InlineData("srv_fail_domains = slowservice.test", "Routed")]
    public async Task Dnslookup_of_a_service_that_cannot_be_asked_for(string option, string expected)
    {
        _bench.Dns.AddFailure("_submission._tcp.slowservice.test", DnsRecordType.Srv).Add("slowservice.test", new AddressRecord(IPAddress.Parse("192.0.2.33")));
        Assert.Equal(expected, Text((await _bench.RouteAsync($"r:\ndriver = dnslookup\ntransport = smtp\ncheck_srv = submission\n{option}", "a@slowservice.test")).Final));
    }

    [Fact]
    public async Task Dnslookup_declines_a_domain_that_says_it_has_no_such_service()
    {
        _bench.Dns.Add("_submission._tcp.plain.test", new ServiceRecord(0, 0, 0, ""));
        Assert.Equal("Unrouteable: Unrouteable address", Text((await _bench.RouteAsync("r:\ndriver = dnslookup\ntransport = smtp\ncheck_srv = submission", "a@plain.test")).Final));
    }

    [Fact]
    public void Weights_of_services_are_chances()
    {
        ServiceRecord[] records = [new(1, 0, 1, "never-first-often"), new(1, 10, 2, "ten"), new(1, 90, 3, "ninety"), new(0, 0, 4, "best")];
        var firsts = Enumerable.Range(0, 2000).Select(seed => ServiceFinder.Order(records, new Random(seed))).ToArray();
        Assert.All(firsts, order => Assert.Equal(["best", "never-first-often", "ninety", "ten"], [order[0].Target, .. order.Skip(1).Select(record => record.Target).Order(StringComparer.Ordinal)]));
        var seconds = firsts.CountBy(order => order[1].Target).ToDictionary();
        Assert.InRange(seconds["ninety"], 1700, 1900);
        Assert.InRange(seconds["ten"], 120, 300);
    }

    [Theory]
    [InlineData("allow_mx_to_ip", "192.0.2.40/5")]
    [InlineData("", "")]
    public async Task Mx_record_may_hold_an_address_where_the_operator_says_so(string main, string expected)
    {
        var bench = new RouterBench(main);
        bench.Dns.Add("address.test", new MailExchangeRecord(5, "192.0.2.40"));
        Assert.Equal(expected.Length > 0, (await bench.RouteAsync("r:\ndriver = dnslookup\ntransport = smtp", "a@address.test")).Final is RoutingOutcome.Routed { Hosts: [{ Name: "192.0.2.40", MxPreference: 5 }] });
    }

    [Theory]
    [InlineData("", "2001:db8::1 192.0.2.41")]
    [InlineData("dns_ipv4_lookup = both.test", "192.0.2.41")]
    public async Task No_IPv6_address_is_asked_for_where_the_operator_says_so(string main, string expected)
    {
        var bench = new RouterBench(main);
        bench.Dns.Add("both.test", new AddressRecord(IPAddress.Parse("192.0.2.41"))).Add("both.test", new AddressRecord(IPAddress.Parse("2001:db8::1")));
        var routed = Assert.IsType<RoutingOutcome.Routed>((await bench.RouteAsync("r:\ndriver = manualroute\ntransport = smtp\nroute_list = * both.test", "a@local.test")).Final);
        Assert.Equal(expected, string.Join(' ', routed.Hosts.SelectMany(host => host.Addresses)));
    }

    [Theory]
    [InlineData("plain.test", "Deferred: host lookup did not complete")]
    [InlineData("other.test", "Routed")]
    public async Task Answers_must_be_authentic_where_the_operator_says_so(string domains, string expected) =>
        Assert.Equal(expected, Text((await _bench.RouteAsync($"r:\ndriver = dnslookup\ntransport = smtp\ndnssec_require_domains = {domains}", "a@plain.test")).Final));

    [Theory]
    [InlineData("driver = dnslookup", "signed.test", true, true)]
    [InlineData("driver = dnslookup", "half.test", true, false)]
    [InlineData("driver = dnslookup", "forged.test", false, true)]
    [InlineData("driver = dnslookup", "host.signed.test", true, true)]
    [InlineData("driver = manualroute\nroute_list = * host.unsigned.test", "any.test", true, false)]
    [InlineData("driver = manualroute\nroute_list = * forged.test/MX", "any.test", false, true)]
    public async Task Host_knows_whether_its_name_and_its_addresses_are_beyond_doubt(string router, string domain, bool name, bool addresses)
    {
        var (yes, no) = (new AddressRecord(IPAddress.Parse("192.0.2.50")), new AddressRecord(IPAddress.Parse("192.0.2.51")));
        _bench.Dns.AddAuthentic("signed.test", new MailExchangeRecord(5, "host.signed.test")).AddAuthentic("host.signed.test", yes)
            .AddAuthentic("half.test", new MailExchangeRecord(5, "host.unsigned.test")).Add("host.unsigned.test", no)
            .Add("forged.test", new MailExchangeRecord(5, "host.signed.test"));
        var routed = Assert.IsType<RoutingOutcome.Routed>((await _bench.RouteAsync($"r:\n{router}\ntransport = smtp", $"a@{domain}")).Final);
        Assert.Equal((name, addresses), (Assert.Single(routed.Hosts).IsNameSecure, routed.Hosts[0].AreAddressesSecure));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("dnssec_request_domains = other.test", false)]
    [InlineData("dnssec_request_domains = other.test\ndnssec_require_domains = signed.test", true)]
    public async Task Word_about_dnssec_counts_for_whom_it_is_asked(string options, bool secure)
    {
        _bench.Dns.AddAuthentic("signed.test", new MailExchangeRecord(5, "host.signed.test")).AddAuthentic("host.signed.test", new AddressRecord(IPAddress.Parse("192.0.2.50")));
        var routed = Assert.IsType<RoutingOutcome.Routed>((await _bench.RouteAsync($"r:\ndriver = dnslookup\ntransport = smtp\n{options}", "a@signed.test")).Final);
        Assert.Equal((secure, secure), (Assert.Single(routed.Hosts).IsNameSecure, routed.Hosts[0].AreAddressesSecure));
    }

    [Theory]
    [InlineData("dnssec_require_domains = host.unsigned.test", "Deferred: lookup of host \"host.unsigned.test\" failed in r router: host lookup for host.unsigned.test did not complete: the answer for host.unsigned.test is not authentic (dnssec_require_domains)")]
    [InlineData("dnssec_require_domains = any.test", "Routed")]
    public async Task Host_of_a_route_must_be_authentic_when_its_own_name_is_listed(string option, string expected)
    {
        _bench.Dns.Add("host.unsigned.test", new AddressRecord(IPAddress.Parse("192.0.2.51")));
        Assert.Equal(expected, Text((await _bench.RouteAsync($"r:\ndriver = manualroute\nroute_list = * host.unsigned.test\ntransport = smtp\n{option}", "a@any.test")).Final));
    }

    [Theory]
    [InlineData("box byname", "Routed", "2001:db8::60 192.0.2.60")]
    [InlineData("box bydns", "Deferred: lookup of host \"box\" failed in r router", "")]
    [InlineData("busy byname", "Deferred: lookup of host \"busy\" failed in r router: host lookup for busy did not complete: try again", "")]
    public async Task Host_of_a_route_is_found_without_the_dns_where_the_route_says_so(string route, string expected, string addresses)
    {
        var outcome = (await _bench.RouteAsync($"r:\ndriver = manualroute\nroute_list = * {route}\ntransport = smtp\nhost_find_failed = defer", "a@any.test")).Final;
        Assert.Equal(expected, Text(outcome));
        Assert.Equal(addresses, outcome is RoutingOutcome.Routed routed ? string.Join(' ', routed.Hosts.SelectMany(host => host.Addresses)) : "");
    }

    [Theory]
    [InlineData("", "plain", "Redirected", "a@plain.test")]
    [InlineData("no_qualify_single", "plain", "Unrouteable", "")]
    [InlineData("", "plain.remote", "Unrouteable", "")]
    [InlineData("search_parents", "deep.er", "Redirected", "a@deep.er.second.example")]
    [InlineData("search_parents", "plain.test", "Routed", "")]
    public async Task Abbreviated_domain_is_completed_as_the_resolver_does_it(string option, string domain, string expected, string address)
    {
        _bench.Dns.SearchDomains = ["test", "second.example"];
        _bench.Dns.Add("deep.er.second.example", new AddressRecord(IPAddress.Parse("192.0.2.61")));
        var outcome = (await _bench.RouteAsync($"r:\ndriver = dnslookup\ntransport = smtp\n{option}", $"a@{domain}")).Final;
        Assert.Equal(expected, outcome.GetType().Name);
        Assert.Equal(address, outcome is RoutingOutcome.Redirected redirected ? Assert.Single(redirected.Children).ToString() : "");
    }

    [Theory]
    [InlineData(true, true, "a", "a.x a.y.z a")]
    [InlineData(true, false, "a", "a.x a")]
    [InlineData(false, true, "a", "a")]
    [InlineData(false, false, "a", "a")]
    [InlineData(true, true, "a.b", "a.b a.b.x a.b.y.z")]
    [InlineData(true, false, "a.b", "a.b")]
    [InlineData(true, true, "a.b.", "a.b.")]
    public void Names_stand_for_others_in_the_order_of_the_resolver(bool qualify, bool search, string name, string expected) =>
        Assert.Equal(expected, string.Join(' ', (HostLookupOptions.Default with { QualifySingle = qualify, SearchParents = search }).Names(name, ["x", "y.z"])));

    [Fact]
    public async Task Host_of_this_machine_is_found_by_name()
    {
        Assert.Contains((await SystemHosts.FindAsync("localhost", CancellationToken.None)).Records, record => record is AddressRecord { Address: var address } && IPAddress.IsLoopback(address));
        Assert.Equal(DnsOutcome.TemporaryFailure, (await SystemHosts.FindAsync(new string('a', 300), CancellationToken.None)).Outcome);
    }

    [Theory]
    [InlineData("${if eq{$host_address}{192.0.2.20}{10.0.0.1}fail}", "10.0.0.1")]
    [InlineData("${if eq{$host_address}{x}{10.0.0.1}fail}", "192.0.2.20")]
    [InlineData("nonsense", "r router: translate_ip_address gives no IP address for 192.0.2.20: \"nonsense\"")]
    public async Task Address_of_a_host_is_translated(string translation, string expected)
    {
        var outcome = (await _bench.RouteAsync($"r:\ndriver = dnslookup\ntransport = smtp\ntranslate_ip_address = {translation}", "a@plain.test")).Final;
        Assert.Equal(expected, outcome is RoutingOutcome.Routed routed ? routed.Hosts[0].Addresses[0].ToString() : ((RoutingOutcome.Deferred)outcome).Message);
    }

    [Theory]
    [InlineData("* plain.test", "plain.test/-")]
    [InlineData("other.test x.test ; *.test plain.test::2525", "plain.test:2525/-")]
    [InlineData("local.test \"192.0.2.1 : plain.test\"", "192.0.2.1/- plain.test/-")]
    [InlineData("local.test [192.0.2.1]::26:plain.test", "192.0.2.1:26/- plain.test/-")]
    [InlineData("local.test 192.0.2.1::26", "192.0.2.1:26/-")]
    [InlineData("local.test remote.test/MX byname", "mx1.remote.test/10 mx2.remote.test/20")]
    [InlineData("local.test ${if eq{a}{a}{plain.test}{x y}}", "plain.test/-")]
    [InlineData("local.test <+ plain.test + mx1.remote.test", "plain.test/- mx1.remote.test/-")]
    [InlineData("local.test plain.test:mx.example.com:mx1.remote.test", "plain.test/-")]
    [InlineData("local.test plain.test other", "plain.test/- T=other")]
    public async Task Manualroute_finds_the_hosts_of_route_list(string list, string expected) =>
        Assert.Equal(expected, await HostsAsync($"r:\ndriver = manualroute\ntransport = smtp\nroute_list = {list}", "a@local.test"));

    [Theory]
    [InlineData("plain.test", "plain.test/-")]
    [InlineData("${if eq{$domain}{local.test}{<+ plain.test + mx1.remote.test}}", "plain.test/- mx1.remote.test/-")]
    [InlineData("plain.test : mx1.remote.test randomize", "plain.test/- mx1.remote.test/-", "mx1.remote.test/- plain.test/-")]
    public async Task Manualroute_finds_the_hosts_of_route_data(string data, params string[] expected) =>
        Assert.Contains(await HostsAsync($"r:\ndriver = manualroute\ntransport = smtp\nroute_data = {data}", "a@local.test"), expected);

    [Theory]
    [InlineData("route_data =", "Unrouteable: Unrouteable address")]
    [InlineData("route_data = ${if eq{a}{b}{x}fail}", "Unrouteable: Unrouteable address")]
    [InlineData("route_list = other.test plain.test", "Unrouteable: Unrouteable address")]
    [InlineData("route_list = * nowhere.test", "Deferred!: lookup of host \"nowhere.test\" failed in r router")]
    [InlineData("route_list = * nowhere.test\nhost_find_failed = decline", "Unrouteable: Unrouteable address")]
    [InlineData("route_list = * nowhere.test\nhost_find_failed = defer", "Deferred: lookup of host \"nowhere.test\" failed in r router")]
    [InlineData("route_list = * nowhere.test\nhost_find_failed = fail", "Failed: lookup of host \"nowhere.test\" failed in r router")]
    [InlineData("route_list = * nowhere.test:plain.test\nhost_find_failed = ignore", "Routed")]
    [InlineData("route_list = * plain.test\nignore_target_hosts = *", "Deferred: lookup failed for all hosts in r router: all ignored")]
    [InlineData("route_list = * 127.0.0.1", "Deferred!: remote host address is the local host")]
    [InlineData("route_list = * 127.0.0.1\nself = send", "Routed")]
    [InlineData("route_list = * plain.test nonsense", "Deferred: unrecognized option or unknown transport \"nonsense\" in r router")]
    public async Task Manualroute_verdict(string option, string expected) =>
        Assert.Equal(expected, Text((await _bench.RouteAsync($"r:\ndriver = manualroute\ntransport = smtp\n{option}", "a@local.test")).Final));

    [Fact]
    public async Task Manualroute_leaves_the_hosts_of_a_local_transport_unresolved()
    {
        var routed = Assert.IsType<RoutingOutcome.Routed>((await _bench.RouteAsync("r:\ndriver = manualroute\ntransport = local\nroute_list = * anything.at.all", "a@local.test")).Final);
        Assert.Equal("anything.at.all", routed.HostText);
        Assert.Equal("anything.at.all", routed.Values["host"]);
        Assert.Empty(routed.Hosts);
    }

    [Theory]
    [InlineData("[192.0.2.7]", "[192.0.2.7]/-")]
    [InlineData("[IPv6:2001:db8::1]", "[ipv6:2001:db8::1]/-")]
    public async Task Ipliteral_routes_to_the_address(string domain, string expected) => Assert.Equal(expected, await HostsAsync("r:\ndriver = ipliteral\ntransport = smtp", $"a@{domain}"));

    [Theory]
    [InlineData("local.test", "Unrouteable: Unrouteable address")]
    [InlineData("[127.0.0.1]", "Deferred!: remote host address is the local host")]
    public async Task Ipliteral_verdict(string domain, string expected) =>
        Assert.Equal(expected, Text((await _bench.RouteAsync("r:\ndriver = ipliteral\ntransport = smtp", $"a@{domain}")).Final));

    [Theory]
    [InlineData("x@y.test", "Redirected: x@y.test")]
    [InlineData("x@y.test, Z <z@y.test>\\n# comment, with comma\\n \"quoted p\"@q.test (c,d)", "Redirected: x@y.test,z@y.test,\"quoted p\"@q.test")]
    [InlineData("postmaster", "Redirected: postmaster@qualified.test")]
    [InlineData("\\\\bob", "Redirected: bob@local.test")]
    [InlineData(":blackhole:, bob", "Discarded")]
    [InlineData("bob, :blackhole:", "Redirected: bob@qualified.test")]
    [InlineData(":blackhole:", "Discarded")]
    [InlineData(":unknown:", "Unrouteable: Unrouteable address")]
    [InlineData(":fail: no, not here", "Deferred!: error in redirect data: \":fail: no, not here\" is not permitted")]
    [InlineData("# only a comment", "Unrouteable: Unrouteable address")]
    [InlineData("|/bin/cat", "Deferred: pipe_transport unset in r router")]
    [InlineData("/var/mail/x", "Deferred: file_transport unset in r router")]
    [InlineData("/dev/null", "Redirected:  /dev/null>-")]
    [InlineData("x@", "Deferred: error in redirect data: domain missing or malformed in \"x@\"")]
    [InlineData("# Exim filter\\nfinish", "Deferred!: filter files are not available in this version (r router)")]
    [InlineData("x@y.test\\n:blackhole:", "Redirected: x@y.test")]
    [InlineData(":include:relative", "Deferred: included file \"relative\": not an absolute path")]
    public async Task Redirect_reads_its_data(string data, string expected) => Assert.Equal(expected, await RedirectAsync($"data = {data}"));

    [Theory]
    [InlineData("data = :fail: 550 5.1.1 gone, for good\nallow_fail", "Failed: 550 5.1.1 gone, for good")]
    [InlineData("data = :defer: later, perhaps\nallow_defer", "Deferred: later, perhaps")]
    [InlineData("data = postmaster\nqualify_preserve_domain", "Redirected: postmaster@local.test")]
    [InlineData("data = postmaster\nqualify_domain = q.$domain", "Redirected: postmaster@q.local.test")]
    [InlineData("data = \"|/bin/cat a, b\", /var/mail/x, /var/dir/\npipe_transport = pipe\nfile_transport = file\ndirectory_transport = dir", "Redirected:  |/bin/cat a, b>pipe /var/mail/x>file /var/dir/>dir")]
    [InlineData("data = |x\npipe_transport = pipe\nforbid_pipe", "Deferred!: \"pipe\" is not permitted in r router")]
    [InlineData("data = /x\nfile_transport = file\nforbid_file", "Deferred!: \"file\" is not permitted in r router")]
    [InlineData("data = /x\nfile_transport = nosuch", "Deferred: transport \"nosuch\" not found in r router")]
    [InlineData("data = x@, y@z.test\nskip_syntax_errors", "Redirected: y@z.test")]
    [InlineData("data = ${if eq{a}{b}{x}fail}", "Unrouteable: Unrouteable address")]
    [InlineData("file = /nowhere/at/all", "Unrouteable: Unrouteable address")]
    [InlineData("file = relative", "Deferred: \"relative\" is not an absolute path")]
    public async Task Redirect_options(string options, string expected) => Assert.Equal(expected, await RedirectAsync(options));

    [Theory]
    [InlineData(":fail: 552 5.2.2 quota exceeded", "", "Failed: 552 5.2.2 quota exceeded")]
    [InlineData(":fail: 552 5.2.2 quota exceeded", "forbid_smtp_code", "Failed: quota exceeded")]
    [InlineData(":defer: 450 not now", "forbid_smtp_code", "Deferred: not now")]
    [InlineData(":fail: 5522 5.2.2 x", "forbid_smtp_code", "Failed: 5522 5.2.2 x")]
    [InlineData(":fail: 552 5.2.2222 x", "forbid_smtp_code", "Failed: 5.2.2222 x")]
    [InlineData(":fail: 552", "forbid_smtp_code", "Failed: forced failure")]
    public async Task Redirect_drops_the_code_of_a_refusal_where_it_is_forbidden(string data, string option, string expected) =>
        Assert.Equal(expected, await RedirectAsync($"data = {data}\nallow_fail\nallow_defer\n{option}"));

    [Theory]
    [InlineData("owners = 0", "Redirected: a@local.test")]
    [InlineData("owners = 1 : 2", "Deferred!: bad owner for FILE")]
    [InlineData("check_owner", "Deferred!: bad owner for FILE")]
    [InlineData("owngroups = 0", "Redirected: a@local.test")]
    [InlineData("owngroups = root", "Redirected: a@local.test")]
    [InlineData("owngroups = 1", "Deferred!: bad group for FILE")]
    [InlineData("owngroups = nosuchgroup", "Deferred!: bad group for FILE")]
    [InlineData("check_group", "Deferred!: bad group for FILE")]
    public async Task Redirect_looks_whose_its_file_is(string option, string expected)
    {
        // The account file of every machine is root's.
        const string Path = "/etc/passwd";
        var verdict = await RedirectAsync($"file = {Path}\nskip_syntax_errors\n{option}");
        Assert.Equal(expected.StartsWith("Redirected", StringComparison.Ordinal) ? "" : expected.Replace("FILE", Path, StringComparison.Ordinal), verdict.StartsWith("Deferred", StringComparison.Ordinal) ? verdict : "");
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public async Task Redirect_reads_a_file_and_what_it_includes()
    {
        var directory = Directory.CreateTempSubdirectory();
        try
        {
            var included = Path.Combine(directory.FullName, "more");
            var file = Path.Combine(directory.FullName, "forward");
            await File.WriteAllTextAsync(included, "c@d.test\n");
            await File.WriteAllTextAsync(file, $"a@b.test\n:include:{included}\n");
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            Assert.Equal("Redirected: a@b.test,c@d.test", await RedirectAsync($"file = {file}"));
            Assert.Equal($"Deferred: included file {included} is not in directory /elsewhere", await RedirectAsync($"file = {file}\ninclude_directory = /elsewhere"));
            Assert.Equal("Deferred!: error in redirect data: included files not permitted", await RedirectAsync($"file = {file}\nforbid_include"));
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherWrite);
            Assert.Equal($"Deferred!: bad mode (0100602) for {file}: 02 bit(s) unexpected", await RedirectAsync($"file = {file}"));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Redirect_to_itself_passes_the_router_by()
    {
        const string Routers = "r:\ndriver = redirect\ndata = $local_part@$domain\ns:\ndriver = accept\ntransport = local";
        var chain = _bench.Chain(Routers);
        var first = Assert.IsType<RoutingOutcome.Redirected>((await chain.RouteAsync(_bench.Scope, RouterBench.Address("Bob@local.test"), RoutingMode.Deliver, CancellationToken.None)).Final);
        var second = await chain.RouteAsync(_bench.Scope, first.Children[0], RoutingMode.Deliver, CancellationToken.None);
        Assert.Equal("s", Assert.IsType<RoutingOutcome.Routed>(second.Final).Router);
    }

    [Fact]
    public async Task No_repeat_use_passes_the_router_by_for_any_descendant()
    {
        var chain = _bench.Chain("r:\ndriver = redirect\ndata = x$local_part@$domain\nno_repeat_use\ns:\ndriver = accept\ntransport = local");
        var child = Assert.IsType<RoutingOutcome.Redirected>((await chain.RouteAsync(_bench.Scope, RouterBench.Address("b@local.test"), RoutingMode.Deliver, CancellationToken.None)).Final).Children[0];
        Assert.Equal("s", Assert.IsType<RoutingOutcome.Routed>((await chain.RouteAsync(_bench.Scope, child, RoutingMode.Deliver, CancellationToken.None)).Final).Router);
    }

    [Theory]
    [InlineData(100, false)]
    [InlineData(101, true)]
    public async Task Ancestors_are_limited(int count, bool loop)
    {
        var address = RouterBench.Address("a@local.test");
        for (var i = 0; i < count; i++)
        {
            address = new RoutingAddress($"a{i}", "local.test") { Parent = address, ParentRouter = "x" };
        }

        var result = await _bench.Chain("r:\ndriver = accept\ntransport = local").RouteAsync(_bench.Scope, address, RoutingMode.Deliver, CancellationToken.None);
        Assert.Equal(loop ? $"Deferred!: routing loop for {address}" : "Routed", Text(result.Final));
    }

    [Fact]
    public async Task Check_ancestor_keeps_the_address_instead_of_going_back()
    {
        const string Routers = "r:\ndriver = redirect\ndata = ${if eq{$local_part}{a}{b@local.test}{a@local.test}}\ncheck_ancestor";
        var chain = _bench.Chain(Routers);
        var b = Assert.IsType<RoutingOutcome.Redirected>((await chain.RouteAsync(_bench.Scope, RouterBench.Address("a@local.test"), RoutingMode.Deliver, CancellationToken.None)).Final).Children[0];
        var again = Assert.IsType<RoutingOutcome.Redirected>((await chain.RouteAsync(_bench.Scope, b, RoutingMode.Deliver, CancellationToken.None)).Final).Children[0];
        Assert.Equal("b@local.test", again.ToString());
    }

    [Fact]
    public async Task Children_inherit_headers_and_address_data_and_start_at_redirect_router()
    {
        const string Routers = "r:\ndriver = redirect\ndata = x@local.test\nlocal_parts = bob\naddress_data = D\nheaders_add = X-R: 1\nredirect_router = t\ns:\ndriver = accept\ntransport = local\nt:\ndriver = accept\ntransport = local\nheaders_add = X-T: $address_data";
        var chain = _bench.Chain(Routers);
        var child = Assert.IsType<RoutingOutcome.Redirected>((await chain.RouteAsync(_bench.Scope, RouterBench.Address("bob@local.test"), RoutingMode.Deliver, CancellationToken.None)).Final).Children[0];
        var routed = Assert.IsType<RoutingOutcome.Routed>((await chain.RouteAsync(_bench.Scope, child, RoutingMode.Deliver, CancellationToken.None)).Final);
        Assert.Equal("t", routed.Router);
        Assert.Equal("X-R: 1|X-T: D", string.Join('|', routed.HeadersAdd));
    }

    private async Task<string> RedirectAsync(string options) => Text((await _bench.RouteAsync($"r:\ndriver = redirect\n{options}", "bob@local.test")).Final);

    private async Task<string> HostsAsync(string routers, string address)
    {
        var routed = Assert.IsType<RoutingOutcome.Routed>((await _bench.RouteAsync(routers, address)).Final);
        var hosts = routed.Hosts.Select(host => $"{host.Name}{(host.Port is { } port ? $":{port}" : "")}/{(host.MxPreference is { } mx ? $"{mx}" : "-")}");
        return string.Join(' ', hosts) + (routed.Transport == "smtp" ? "" : $" T={routed.Transport}");
    }

    private static string Text(RoutingOutcome outcome) => outcome switch
    {
        RoutingOutcome.Routed => "Routed",
        RoutingOutcome.Redirected redirected => $"Redirected: {string.Join(',', redirected.Children)}{string.Concat(redirected.Targets.Select(t => $" {t.Target}>{t.Transport ?? "-"}"))}",
        RoutingOutcome.Failed failed => $"Failed: {failed.Message}",
        RoutingOutcome.Deferred deferred => $"Deferred{(deferred.NeedsAttention ? "!" : "")}: {deferred.Message}",
        RoutingOutcome.Unrouteable unrouteable => $"Unrouteable: {unrouteable.Message}",
        _ => "Discarded",
    };
}
