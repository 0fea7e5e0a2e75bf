using Pipeline.Mail.Scanning;
using Pipeline.Policy.Routers;

namespace Pipeline.Policy.Tests.Routers;

/// <summary>Routers of a message that a verdict server has judged.</summary>
public sealed class BrightmailPreconditionTests
{
    private static readonly BmiVerdicts Verdicts = BmiVerdicts.Read(BmiVerdicts.Write(
    [
        new BmiVerdict(["refused@local.test", "\"o b\"@local.test"], Deliver: false, null, [5, 8]),
        new BmiVerdict(["moved@local.test"], Deliver: true, "Junk", [11]),
        new BmiVerdict(["usual@local.test"], Deliver: true, null, []),
        new BmiVerdict(["unjudged@local.test"], Deliver: false, "Junk", [5], "no rules yet"),
    ]));

    private readonly RouterBench _bench = new(verdicts: Verdicts);

    [Theory]
    [InlineData("bmi_dont_deliver", "refused")]
    [InlineData("bmi_deliver_alternate", "moved")]
    [InlineData("bmi_deliver_default", "usual unjudged other")]
    [InlineData("no_bmi_deliver_default", "refused moved usual unjudged other")]
    [InlineData("bmi_rule = 8", "refused")]
    [InlineData("bmi_rule = 1:5", "refused")]
    [InlineData("bmi_rule = <, 5 , 11", "refused moved")]
    [InlineData("bmi_rule = 0:-5:five:4294967301", "")]
    [InlineData("bmi_rule = 5\nbmi_deliver_default", "")]
    public async Task Precondition_goes_by_the_verdict(string options, string run)
    {
        List<string> found = [];
        foreach (var user in (string[])["refused", "moved", "usual", "unjudged", "other"])
        {
            var result = await _bench.RouteAsync($"r:\ndriver = accept\ntransport = local\n{options}", $"{user}@local.test");
            found.AddRange(result.Final is RoutingOutcome.Routed ? [user] : []);
        }

        Assert.Equal(run, string.Join(' ', found));
    }

    [Theory]
    [InlineData("refused", "<0> <>")]
    [InlineData("Moved", "<1> <Junk>")]
    [InlineData("usual", "<1> <>")]
    [InlineData("unjudged", "<1> <>")]
    [InlineData("other", "<1> <>")]
    [InlineData("\"o b\"", "<0> <>")]
    public async Task Variables_show_the_verdict(string user, string shown) =>
        Assert.Equal(shown, await SayAsync(RouterBench.Address($"{user}@local.test"), "<$bmi_deliver> <$bmi_alt_location>"));

    [Fact]
    public async Task Tokens_are_shown()
    {
        var judged = Verdicts.Of("refused@local.test")!;
        Assert.Equal(
            $"{judged.Token} {BmiToken.WriteTracker(judged.Verdict)}", await SayAsync(RouterBench.Address("refused@local.test"), "$bmi_base64_verdict $bmi_base64_tracker_verdict"));
        Assert.Equal("<> <>", await SayAsync(RouterBench.Address("other@local.test"), "<$bmi_base64_verdict> <$bmi_base64_tracker_verdict>"));
    }

    [Fact]
    public async Task Children_have_the_verdict_of_the_address_of_the_envelope()
    {
        var child = RouterBench.Address("usual@local.test") with { Parent = RouterBench.Address("list@local.test") with { Parent = RouterBench.Address("refused@local.test") } };
        Assert.Equal("0", await SayAsync(child, "$bmi_deliver"));
    }

    private async Task<string> SayAsync(RoutingAddress address, string said) => Assert.IsType<RoutingOutcome.Failed>(
        (await _bench.Chain($"r:\ndriver = redirect\nallow_fail\ndata = :fail: {said}").RouteAsync(_bench.Scope, address, RoutingMode.Deliver, CancellationToken.None)).Final).Message;
}
