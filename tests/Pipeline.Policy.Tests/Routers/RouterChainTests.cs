using Pipeline.Mail.Addressing;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Routers;

namespace Pipeline.Policy.Tests.Routers;

public sealed class RouterChainTests
{
    private readonly RouterBench _bench = new();

    [Theory]
    [InlineData("domains = +local_domains", true)]
    [InlineData("domains = !+local_domains", false)]
    [InlineData("local_parts = bob", true)]
    [InlineData("local_parts = BOB", true)]
    [InlineData("caseful_local_part\nlocal_parts = bob", false)]
    [InlineData("local_parts = alice", false)]
    [InlineData("senders = *@remote.test", true)]
    [InlineData("senders = :", false)]
    [InlineData("condition = yes", true)]
    [InlineData("condition = 00", true)]
    [InlineData("condition = anything", true)]
    [InlineData("condition = 0", false)]
    [InlineData("condition = No", false)]
    [InlineData("condition = ${if eq{a}{b}}", false)]
    [InlineData("condition = yes\ncondition = no", false)]
    [InlineData("condition = ${if eq{a}{b}{x}fail}", false)]
    [InlineData("condition = ${nonsense:x}", false)]
    [InlineData("domains = ${if eq{a}{b}{x}fail}", false)]
    [InlineData("verify_only", false)]
    [InlineData("no_verify", true)]
    [InlineData("check_local_user", false)]
    [InlineData("require_files = /", true)]
    [InlineData("require_files = /nowhere/at/all", false)]
    [InlineData("require_files = !/nowhere/at/all", true)]
    [InlineData("require_files = / : ${if eq{a}{b}{/x}fail} : +/", true)]
    [InlineData("bmi_dont_deliver", false)]
    [InlineData("bmi_deliver_default", true)]
    [InlineData("bmi_deliver_alternate", false)]
    [InlineData("bmi_rule = 5:8:11", false)]
    public async Task Precondition_lets_the_router_run_or_not(string option, bool runs)
    {
        var result = await _bench.RouteAsync($"r:\ndriver = accept\ntransport = local\n{option}", "Bob@local.test");
        Assert.Equal(runs, result.Final is RoutingOutcome.Routed);
        Assert.Equal(runs ? TrialOutcome.Accepted : TrialOutcome.Skipped, Assert.Single(result.Trials).Outcome);
    }

    [Fact]
    public async Task Condition_that_cannot_be_expanded_is_written_to_the_panic_log()
    {
        await _bench.RouteAsync("r:\ndriver = accept\ntransport = local\ncondition = ${nonsense:x}", "bob@local.test");
        Assert.StartsWith("Main, Panic: failed to expand condition \"${nonsense:x}\" for r router: ", Assert.Single(_bench.Log), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RoutingMode.Deliver, "normal")]
    [InlineData(RoutingMode.AddressTest, "tested")]
    [InlineData(RoutingMode.VerifyRecipient, "check")]
    [InlineData(RoutingMode.VerifySender, "normal")]
    public async Task Mode_decides_which_routers_run(RoutingMode mode, string router)
    {
        const string Routers = """
            check:
            driver = accept
            verify_only
            no_verify_sender
            transport = local
            normal:
            driver = accept
            no_address_test
            transport = local
            tested:
            driver = accept
            transport = local
            """;
        var routed = Assert.IsType<RoutingOutcome.Routed>((await _bench.RouteAsync(Routers, "bob@local.test", mode)).Final);
        Assert.Equal(router, routed.Router);
    }

    [Fact]
    public async Task Router_sees_the_local_part_in_lower_case_and_delivery_keeps_it_as_it_was()
    {
        var routed = Assert.IsType<RoutingOutcome.Routed>((await _bench.RouteAsync("r:\ndriver = accept\ntransport = local\naddress_data = $local_part@$domain", "BoB@Local.Test")).Final);
        Assert.Equal("bob@local.test", routed.Values["address_data"].Text);
        Assert.Equal(new EnvelopeAddress("BoB", "Local.Test"), routed.Address);
    }

    [Theory]
    [InlineData("local_part_prefix = owner-", "owner-list", "owner-", "list", "")]
    [InlineData("local_part_prefix = real- : *-", "a-b-list", "a-b-", "list", "")]
    [InlineData("local_part_suffix = -request", "list-request", "", "list", "-request")]
    [InlineData("local_part_suffix = +* : -*", "bob+a+b", "", "bob", "+a+b")]
    [InlineData("local_part_prefix = owner-\nlocal_part_prefix_optional", "list", "", "list", "")]
    [InlineData("local_part_prefix = o-\nlocal_part_suffix = -s", "O-list-S", "O-", "list", "-S")]
    public async Task Affix_is_taken_off(string options, string localPart, string prefix, string rest, string suffix)
    {
        var result = await _bench.RouteAsync($"r:\ndriver = accept\ntransport = local\n{options}", $"{localPart}@local.test");
        var routed = Assert.IsType<RoutingOutcome.Routed>(result.Final);
        Assert.Equal((prefix.ToLowerInvariant(), rest, suffix.ToLowerInvariant()), (routed.LocalPartPrefix, routed.Address.LocalPart, routed.LocalPartSuffix));
    }

    [Theory]
    [InlineData("local_part_prefix = owner-", "list")]
    [InlineData("local_part_prefix = owner-", "owner-")]
    [InlineData("local_part_suffix = -request", "list")]
    public async Task Affix_that_is_missing_skips_the_router(string options, string localPart) =>
        Assert.IsType<RoutingOutcome.Unrouteable>((await _bench.RouteAsync($"r:\ndriver = accept\ntransport = local\n{options}", $"{localPart}@local.test")).Final);

    [Fact]
    public async Task Local_user_supplies_home()
    {
        var bench = new RouterBench { Users = new OneUser() };
        var routed = Assert.IsType<RoutingOutcome.Routed>((await bench.RouteAsync("r:\ndriver = accept\ncheck_local_user\ntransport = local\naddress_data = $home", "bob@local.test")).Final);
        Assert.Equal("/home/bob", routed.Values["address_data"]);
        Assert.Equal("/home/bob", routed.Values["home"].Text);
        Assert.True(routed.RetryUseLocalPart);
        Assert.IsType<RoutingOutcome.Unrouteable>((await bench.RouteAsync("r:\ndriver = accept\ncheck_local_user\ntransport = local", "eve@local.test")).Final);
    }

    [Fact]
    public async Task Address_without_a_router_is_unrouteable()
    {
        var result = await _bench.RouteAsync("r:\ndriver = accept\ntransport = local\ncondition = no", "bob@local.test");
        Assert.Equal(new RoutingOutcome.Unrouteable(null, "Unrouteable address"), result.Final);
    }

    [Fact]
    public async Task Cannot_route_message_is_that_of_the_last_router_though_it_was_skipped()
    {
        var result = await _bench.RouteAsync("r:\ndriver = accept\ntransport = local\ncondition = no\ncannot_route_message = no $local_part here", "bob@local.test");
        Assert.Equal(new RoutingOutcome.Unrouteable(null, "no bob here"), result.Final);
    }

    [Fact]
    public async Task Cannot_route_message_is_that_of_a_router_behind_which_there_is_no_more()
    {
        var result = await _bench.RouteAsync("r:\ndriver = redirect\ndata =\ncannot_route_message = no $local_part here\nno_more\ns:\ndriver = accept\ntransport = local", "bob@local.test");
        Assert.Equal(new RoutingOutcome.Unrouteable("r", "no bob here"), result.Final);
    }

    [Fact]
    public async Task Pass_goes_on_although_no_more_is_set()
    {
        const string Routers = """
            one:
            driver = manualroute
            route_list = local.test nowhere.test
            host_find_failed = pass
            pass_router = three
            transport = smtp
            no_more
            two:
            driver = accept
            transport = local
            three:
            driver = accept
            transport = local
            """;
        Assert.Equal("three", Assert.IsType<RoutingOutcome.Routed>((await _bench.RouteAsync(Routers, "bob@local.test")).Final).Router);
    }

    [Fact]
    public async Task Unseen_router_makes_a_copy_and_the_address_goes_on()
    {
        var result = await _bench.RouteAsync("copy:\ndriver = accept\ntransport = file\nunseen\nheaders_add = X-Copy: yes\nreal:\ndriver = accept\ntransport = local", "bob@local.test");
        var copy = Assert.IsType<RoutingOutcome.Routed>(result.Outcomes[0]);
        var real = Assert.IsType<RoutingOutcome.Routed>(result.Final);
        Assert.Equal(("copy", true, 1), (copy.Router, copy.Unseen, copy.HeadersAdd.Length));
        Assert.Equal(("real", false, 0), (real.Router, real.Unseen, real.HeadersAdd.Length));
    }

    [Fact]
    public async Task Transport_that_does_not_exist_defers()
    {
        var result = await _bench.RouteAsync("r:\ndriver = accept\ntransport = nosuch", "bob@local.test");
        Assert.Equal(new RoutingOutcome.Deferred("r", "transport \"nosuch\" not found in r router", NeedsAttention: true), result.Final);
    }

    [Fact]
    public async Task Errors_to_replaces_the_sender_only_when_it_is_routeable()
    {
        const string Routers = "r:\ndriver = accept\ndomains = local.test\ntransport = local\nerrors_to = ";
        Assert.Equal(new EnvelopeAddress("boss", "local.test"), Assert.IsType<RoutingOutcome.Routed>((await _bench.RouteAsync(Routers + "boss@local.test", "bob@local.test")).Final).ErrorsTo);
        Assert.Null(Assert.IsType<RoutingOutcome.Routed>((await _bench.RouteAsync(Routers + "boss@elsewhere.test", "bob@local.test")).Final).ErrorsTo);
        Assert.Equal(EnvelopeAddress.Null, Assert.IsType<RoutingOutcome.Routed>((await _bench.RouteAsync(Routers + "<>", "bob@local.test")).Final).ErrorsTo);
    }

    [Fact]
    public async Task Headers_and_variables_are_expanded()
    {
        var routed = Assert.IsType<RoutingOutcome.Routed>((await _bench.RouteAsync(
            "r:\ndriver = accept\ntransport = local\nset = r_who = $local_part\nheaders_add = X-A: $local_part\nheaders_add = X-B: ${if eq{a}{b}{x}fail}\nheaders_remove = X-C : X-$local_part", "bob@local.test")).Final);
        Assert.Equal("X-A: bob", Assert.Single(routed.HeadersAdd));
        Assert.Equal("X-C,X-bob", string.Join(',', routed.HeadersRemove));
        Assert.Equal("bob", routed.Values["r_who"].Text);
    }

    [Theory]
    [InlineData("fail_verify", RoutingMode.VerifyRecipient, true)]
    [InlineData("fail_verify_sender", RoutingMode.VerifyRecipient, false)]
    [InlineData("fail_verify_sender", RoutingMode.VerifySender, true)]
    [InlineData("fail_verify", RoutingMode.Deliver, false)]
    public async Task Fail_verify_turns_success_into_failure(string option, RoutingMode mode, bool fails)
    {
        var result = await _bench.RouteAsync($"r:\ndriver = accept\ntransport = local\n{option}", "bob@local.test", mode);
        Assert.Equal(fails ? new RoutingOutcome.Failed("r", "r router forced verify failure") : result.Final, result.Final);
        Assert.Equal(fails, result.Final is RoutingOutcome.Failed);
    }

    [Theory]
    [InlineData("r:\ndriver = nosuch", "router r: cannot find router driver \"nosuch\"")]
    [InlineData("r:\ntransport = local", "no driver defined for router \"r\"")]
    [InlineData("r:\ndriver = iplookup", "router r: the router driver \"iplookup\" is not available in this version")]
    [InlineData("r:\ndriver = manualroute\ntransport = smtp", "error for r router: route_list or route_data (but not both) must be specified")]
    [InlineData("r:\ndriver = redirect", "error for r router: one of \"file\" or \"data\" must be specified (but not both)")]
    [InlineData("r:\ndriver = accept\ntransport = local\npass_router = r", "pass_router \"r\" not found for \"r\" router")]
    [InlineData("r:\ndriver = accept\ntransport = local\nself = bogus", "error for r router: bogus is not a valid value for the self option")]
    public void Mistake_is_reported(string routers, string problem) => Assert.Equal([problem], _bench.ProblemsOf(routers));

    [Fact]
    public async Task Scope_of_the_caller_keeps_its_address()
    {
        var address = new AddressScope { LocalPart = "x", Domain = "y" };
        _bench.Scope.Address = address;
        await _bench.RouteAsync("r:\ndriver = accept\ntransport = local", "bob@local.test");
        Assert.Same(address, _bench.Scope.Address);
        Assert.Equal("x", address.LocalPart);
        Assert.Empty(address.Values);
    }

    private sealed class OneUser : ILocalUsers
    {
        public LocalUser? Find(string name) => name == "bob" ? new LocalUser("bob", 1000, 1000, "/home/bob") : null;
    }
}
