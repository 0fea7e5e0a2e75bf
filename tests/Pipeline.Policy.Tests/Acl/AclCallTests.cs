using Pipeline.Policy.Acl;

namespace Pipeline.Policy.Tests.Acl;

/// <summary>ACLs called by expansions.</summary>
public sealed class AclCallTests
{
    private readonly AclBench _bench = new();

    [Fact]
    public async Task Expansion_gets_the_message_of_the_acl_it_calls()
    {
        var outcome = await RunAsync("start:\naccept message = ${acl{helper}{a}{b}}\nhelper:\ndeny message = $acl_narg: $acl_arg1$acl_arg2");
        Assert.Equal("250 2: ab", outcome.Reply!.ToString());
    }

    [Fact]
    public async Task Condition_holds_when_the_acl_accepts()
    {
        const string Acl = "start:\naccept condition = ${if acl{{helper}{yes}}}\nhelper:\naccept condition = $acl_arg1";
        Assert.True((await RunAsync(Acl)).IsAccepted);
        Assert.False((await RunAsync(Acl.Replace("{yes}", "{no}", StringComparison.Ordinal))).IsAccepted);
    }

    [Fact]
    public async Task Acl_that_calls_itself_by_an_expansion_is_an_error() =>
        Assert.Equal(AclVerdict.Error, (await RunAsync("start:\naccept condition = ${acl{start}}")).Verdict);

    [Fact]
    public async Task Called_acl_knows_where_it_runs()
    {
        Assert.True((await RunAsync("start:\naccept condition = ${if acl{{helper}}}\nhelper:\naccept domains = local.test")).IsAccepted);
        var outcome = await RunAsync("start:\naccept condition = ${if acl{{helper}}}\nhelper:\naccept domains = local.test", AclPoint.Helo);
        Assert.False(outcome.IsAccepted);
    }

    private async Task<AclOutcome> RunAsync(string text, AclPoint point = AclPoint.Rcpt)
    {
        _bench.Scope.Environment.Acls = _bench.Engine(text);
        return await _bench.RunAsync(text, point);
    }
}
