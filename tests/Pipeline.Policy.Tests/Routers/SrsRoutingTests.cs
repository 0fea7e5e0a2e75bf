using Pipeline.Mail.Addressing;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Routers;
using Pipeline.Policy.Tests.Configuration;

namespace Pipeline.Policy.Tests.Routers;

/// <summary>The option <c>srs</c> of redirect routers, as Exim 4.92 has it.</summary>
public sealed class SrsRoutingTests
{
    private const string Forward = "r:\ndriver = redirect\nsrs = forward\ndata = x@remote.test";
    private const string Reverse = "r:\ndriver = redirect\nsrs = reverse\ndata = ${srs_recipient}\n";

    private readonly RouterBench _bench = new("srs_secrets = mysecret : old");

    [Fact]
    public async Task Sender_of_what_is_redirected_comes_from_here()
    {
        var child = await ChildAsync(_bench, Forward);
        Assert.Matches("^SRS0=[A-Za-z0-9+/]{6}=[A-Z2-7]{2}=remote\\.test=sender@local\\.test$", child.SrsSender!.ToString());
        Assert.Equal(child.SrsSender, child.ReturnPath(_bench.Scope.Message.Sender));
        Assert.Equal(new EnvelopeAddress("b", "c.test"), (child with { ErrorsTo = new EnvelopeAddress("b", "c.test") }).ReturnPath(_bench.Scope.Message.Sender));
    }

    [Fact]
    public async Task What_was_written_is_reversed()
    {
        var bounced = (await ChildAsync(_bench, Forward)).SrsSender!;
        var result = await _bench.Chain(Reverse).RouteAsync(_bench.Scope, RoutingAddress.Of(bounced), RoutingMode.VerifyRecipient, CancellationToken.None);
        Assert.Equal("sender@remote.test", Assert.Single(Assert.IsType<RoutingOutcome.Redirected>(result.Final).Children).ToString());
    }

    [Theory]
    [InlineData("bob@local.test", TrialOutcome.Declined)]
    [InlineData("SRS0=abc@local.test", TrialOutcome.Declined)]
    [InlineData("SRS0=AAAAAA=AA=remote.test=sender@local.test", TrialOutcome.Failed)]
    public async Task Other_addresses_go_on_and_forged_ones_fail(string address, TrialOutcome outcome)
    {
        var result = await _bench.RouteAsync(Reverse, address);
        Assert.Equal(outcome, Assert.Single(result.Trials).Outcome);
    }

    [Theory]
    [InlineData("srs_alias = srs.example", "^SRS0=.*@srs\\.example$")]
    [InlineData("srs_alias = ${if eq{a}{b}{x}fail}", "^SRS0=.*@local\\.test$")]
    [InlineData("srs_alias =", "^SRS0=.*@local\\.test$")]
    [InlineData("srs_condition = ${if eq{$sender_address_domain}{remote.test}}", "^SRS0=")]
    [InlineData("srs_condition = ${if eq{$sender_address_domain}{local.test}}", "^-$")]
    [InlineData("srs_condition = ${if eq{a}{b}{x}fail}", "^-$")]
    [InlineData("srs_condition = ${nonsense:x}", "^Deferred: r router: failed to expand srs_condition: ")]
    [InlineData("srs_dbinsert = $srs_db_key $srs_db_address", "^SRS0=[^=]{6}=..=[A-Za-z0-9+/]{16}@local\\.test$")]
    [InlineData("srs_dbinsert = ${nonsense:x}", "^Deferred: r router: failed to expand srs_dbinsert: ")]
    public async Task Options_of_the_router(string option, string sender) => Assert.Matches(sender, await SenderAsync(_bench, $"{Forward}\n{option}"));

    [Theory]
    [InlineData("srs_hashlength = 4", "^SRS0=.{4}=..=")]
    [InlineData("srs_usetimestamp = false", "^SRS0=.{6}=remote\\.test=sender@")]
    [InlineData("srs_usehash = false", "^SRS0=..=remote\\.test=sender@")]
    [InlineData("srs_config = other:10:8", "^SRS0=.{8}=..=")]
    [InlineData("srs_config = ::12:0:1", "^SRS0=.{12}=remote\\.test=sender@")]
    public async Task Main_options(string option, string sender) =>
        Assert.Matches(sender, await SenderAsync(new RouterBench($"srs_secrets = mysecret\n{option}"), Forward));

    [Fact]
    public async Task Stored_sender_is_fetched_by_its_key()
    {
        var bounced = (await ChildAsync(_bench, $"{Forward}\nsrs_dbinsert = $srs_db_key")).SrsSender!;
        var result = await _bench.Chain(Reverse + "srs_dbselect = ${if eq{$srs_db_key}{KEY}{a}}@b.test".Replace("KEY", bounced.LocalPart[^16..], StringComparison.Ordinal))
            .RouteAsync(_bench.Scope, RoutingAddress.Of(bounced), RoutingMode.Deliver, CancellationToken.None);
        Assert.Equal("a@b.test", Assert.Single(Assert.IsType<RoutingOutcome.Redirected>(result.Final).Children).ToString());
        var gone = await _bench.Chain(Reverse + "srs_dbselect =").RouteAsync(_bench.Scope, RoutingAddress.Of(bounced), RoutingMode.Deliver, CancellationToken.None);
        Assert.IsType<RoutingOutcome.Failed>(gone.Final);
    }

    [Theory]
    [InlineData(RoutingMode.VerifyRecipient)]
    [InlineData(RoutingMode.VerifySender)]
    public async Task Verification_rewrites_nobody(RoutingMode mode)
    {
        var result = await _bench.RouteAsync(Forward, "bob@local.test", mode);
        Assert.Null(Assert.Single(Assert.IsType<RoutingOutcome.Redirected>(result.Final).Children).SrsSender);
    }

    [Fact]
    public async Task Bounce_keeps_its_null_sender()
    {
        _bench.Scope.Message.Sender = EnvelopeAddress.Null;
        Assert.Null((await ChildAsync(_bench, Forward)).SrsSender);
    }

    [Fact]
    public async Task Without_a_secret_the_address_waits()
    {
        var bench = new RouterBench();
        Assert.Equal("Deferred: r router: SRS Configuration Error: No secret specified", await SenderAsync(bench, Forward));
        Assert.Equal("Main, Panic: SRS Configuration Error: No secret specified", Assert.Single(bench.Log));
    }

    [Fact]
    public async Task Test_of_an_address_shows_the_sender()
    {
        var test = await _bench.TestAsync($"{Forward}\ncondition = ${{if eq{{$domain}}{{local.test}}}}\n\nlocal:\ndriver = accept\ntransport = local", "bob@local.test");
        Assert.Matches(@"^x@remote\.test    \[srs = SRS0=\S+@local\.test\]\n    <-- bob@local\.test\n  router = local, transport = local\n$", test.Text);
    }

    [Theory]
    [InlineData("srs_secrets = a\nsrs_maxage = 366", "SRS Configuration Error: Invalid maximum timestamp age")]
    [InlineData("srs_config = a:9999", "SRS Configuration Error: Invalid maximum timestamp age")]
    [InlineData("srs_secrets = a\nsrs_hashlength = 21", "SRS Configuration Error: Invalid hash length")]
    [InlineData("srs_secrets = a\nsrs_hashmin = 0", "SRS Configuration Error: Invalid hash length")]
    [InlineData("srs_config = :10", "SRS Configuration Error: No secret specified")]
    public void Wrong_values_are_errors_at_load(string main, string problem) =>
        Assert.Contains(PolicyCompiler.Compile(MemoryFiles.MainPath, files: new MemoryFiles(main)).Problems, found => found.Message.Contains(problem, StringComparison.Ordinal));

    [Fact]
    public void Store_needs_both_its_options() => Assert.Contains(
        "only one of \"srs_dbinsert\" and \"srs_dbselect\"", Assert.Single(_bench.ProblemsOf("r:\ndriver = redirect\nsrs = reverseandforward\ndata = $srs_recipient\nsrs_dbinsert = x")), StringComparison.Ordinal);

    private static async Task<RoutingAddress> ChildAsync(RouterBench bench, string router) =>
        Assert.Single(Assert.IsType<RoutingOutcome.Redirected>((await bench.RouteAsync(router, "bob@local.test")).Final).Children);

    private static async Task<string> SenderAsync(RouterBench bench, string router) => (await bench.RouteAsync(router, "bob@local.test")).Final switch
    {
        RoutingOutcome.Redirected redirected => redirected.Children[0].SrsSender?.ToString() ?? "-",
        RoutingOutcome.Deferred deferred => $"Deferred: {deferred.Message}",
        var other => other.ToString(),
    };
}
