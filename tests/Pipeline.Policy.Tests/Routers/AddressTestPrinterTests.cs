using Pipeline.Mail.Addressing;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Routers;

namespace Pipeline.Policy.Tests.Routers;

/// <summary>A chain like the one that Exim is installed with.</summary>
public sealed class AddressTestPrinterTests
{
    private const string Routers = """
        dnslookup:
        driver = dnslookup
        domains = ! +local_domains
        transport = smtp
        ignore_target_hosts = 0.0.0.0 : 127.0.0.0/8
        no_more
        system_aliases:
        driver = redirect
        allow_fail
        allow_defer
        data = ${if eq{$local_part}{postmaster}{bob, carol@remote.test}{${if eq{$local_part}{closed}{:fail: account closed}{${if eq{$local_part}{bin}{:blackhole:}{${if eq{$local_part}{prog}{|/bin/cat}{${if eq{$local_part}{late}{:defer: not now}}}}}}}}}}
        pipe_transport = pipe
        qualify_domain = local.test
        localuser:
        driver = accept
        local_parts = bob
        transport = local
        cannot_route_message = Unknown user
        """;

    private readonly RouterBench _bench = new();

    [Theory]
    [InlineData("bob@local.test", 0, "bob@local.test\n  router = localuser, transport = local\n")]
    [InlineData("x@remote.test", 0, "x@remote.test\n  router = dnslookup, transport = smtp\n  host mx1.remote.test [192.0.2.11] MX=10\n  host mx2.remote.test [192.0.2.12] MX=20\n")]
    [InlineData("x@plain.test", 0, "x@plain.test\n  router = dnslookup, transport = smtp\n  host plain.test [192.0.2.20]\n")]
    [InlineData("postmaster@local.test", 0, "bob@local.test\n    <-- postmaster@local.test\n  router = localuser, transport = local\ncarol@remote.test\n    <-- postmaster@local.test\n  router = dnslookup, transport = smtp\n  host mx1.remote.test [192.0.2.11] MX=10\n  host mx2.remote.test [192.0.2.12] MX=20\n")]
    [InlineData("closed@local.test", 2, "closed@local.test is undeliverable: account closed\n")]
    [InlineData("x@none.test", 2, "x@none.test is undeliverable: Unrouteable address\n")]
    [InlineData("late@local.test", 1, "late@local.test cannot be resolved at this time: not now\n")]
    [InlineData("x@slow.test", 1, "x@slow.test cannot be resolved at this time: host lookup did not complete\n")]
    [InlineData("bin@local.test", 0, "mail to bin@local.test is discarded\n")]
    [InlineData("prog@local.test", 0, "prog@local.test -> |/bin/cat\n  transport = pipe\n")]
    public async Task Address_test_prints_where_the_address_goes(string address, int exitCode, string text)
    {
        var test = await _bench.TestAsync(Routers, address);
        Assert.Equal(text, test.Text);
        Assert.Equal(exitCode, test.ExitCode);
    }

    [Fact]
    public async Task Address_test_shows_ends_first_then_targets_then_local_then_remote_deliveries_the_last_one_first()
    {
        var test = await _bench.TestAsync(
            """
            all:
            driver = redirect
            local_parts = all
            data = bob@local.test, x@none.test, ann@local.test, x@remote.test, |/bin/cat, bob@local.test
            pipe_transport = pipe
            remote:
            driver = manualroute
            domains = remote.test
            route_list = * 192.0.2.1
            transport = smtp
            local:
            driver = accept
            domains = local.test
            transport = local
            """,
            "all@local.test");
        Assert.Equal(
            "x@none.test is undeliverable: Unrouteable address\n    <-- all@local.test\n"
            + "all@local.test -> |/bin/cat\n  transport = pipe\n"
            + "bob@local.test\n    <-- all@local.test\n  router = local, transport = local\n"
            + "ann@local.test\n    <-- all@local.test\n  router = local, transport = local\n"
            + "bob@local.test   [duplicate, would not be delivered]\n    <-- all@local.test\n  router = local, transport = local\n"
            + "x@remote.test\n    <-- all@local.test\n  router = remote, transport = smtp\n  host 192.0.2.1 [192.0.2.1]\n",
            test.Text);
        Assert.Equal(2, test.ExitCode);
    }

    [Fact]
    public async Task Address_test_shows_a_copy_as_a_child_of_its_address()
    {
        var test = await _bench.TestAsync("copy:\ndriver = accept\nunseen\ntransport = local\nown:\ndriver = accept\ntransport = dir", "a@local.test");
        Assert.Equal(
            "a@local.test\n    <-- a@local.test\n  router = own, transport = dir\na@local.test\n    <-- a@local.test\n  router = copy, transport = local\n",
            test.Text);
    }

    [Fact]
    public async Task Address_test_shows_the_port()
    {
        var test = await _bench.TestAsync("r:\ndriver = manualroute\ntransport = smtp\nroute_list = * plain.test::2525", "a@local.test");
        Assert.Equal("a@local.test\n  router = r, transport = smtp\n  host plain.test [192.0.2.20] port=2525\n", test.Text);
    }

    [Theory]
    [InlineData("bob@local.test", false, VerificationOutcome.Verified, "")]
    [InlineData("x@remote.test", true, VerificationOutcome.Verified, "")]
    [InlineData("postmaster@local.test", false, VerificationOutcome.Verified, "")]
    [InlineData("bin@local.test", false, VerificationOutcome.Verified, "")]
    [InlineData("closed@local.test", false, VerificationOutcome.Failed, "account closed")]
    [InlineData("nobody@local.test", false, VerificationOutcome.Failed, "Unknown user")]
    [InlineData("x@none.test", true, VerificationOutcome.Failed, "Unrouteable address")]
    [InlineData("x@slow.test", true, VerificationOutcome.Deferred, "host lookup did not complete")]
    public async Task Verification_follows_the_routers(string text, bool asSender, VerificationOutcome outcome, string message)
    {
        var verifier = new AddressVerifier(_bench.Chain(Routers));
        var address = RouterBench.Address(text);
        var verified = await verifier.VerifyAsync(_bench.Scope, new EnvelopeAddress(address.LocalPart, address.Domain), asSender, successOnRedirect: false, CancellationToken.None);
        Assert.Equal(new AddressVerification(outcome, message), verified with { Routed = null });
        Assert.True(verified.Routed is null || outcome == VerificationOutcome.Verified);
    }

    [Fact]
    public async Task Verification_follows_a_single_child_and_returns_its_address_data()
    {
        var verifier = new AddressVerifier(_bench.Chain("r:\ndriver = redirect\nlocal_parts = a\ndata = b@local.test\ns:\ndriver = accept\nlocal_parts = b\ntransport = local\naddress_data = D"));
        var verified = await verifier.VerifyAsync(_bench.Scope, new EnvelopeAddress("a", "local.test"), asSender: false, successOnRedirect: false, CancellationToken.None);
        Assert.Equal(("D", "b@local.test"), (verified.AddressData, verified.Routed?.Address.ToString()));
    }

    [Theory]
    [InlineData(false, VerificationOutcome.Failed)]
    [InlineData(true, VerificationOutcome.Verified)]
    public async Task Address_that_is_redirected_is_good_at_once_when_that_is_asked(bool successOnRedirect, VerificationOutcome expected)
    {
        var verifier = new AddressVerifier(_bench.Chain("r:\ndriver = redirect\nlocal_parts = a\ndata = nobody@local.test"));
        var verified = await verifier.VerifyAsync(_bench.Scope, new EnvelopeAddress("a", "local.test"), asSender: false, successOnRedirect, CancellationToken.None);
        Assert.Equal(expected, verified.Outcome);
    }
}
