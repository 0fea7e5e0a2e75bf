using Pipeline.Policy.Acl;

namespace Pipeline.Policy.Tests.Acl;

public sealed class AclVerbTests
{
    private readonly AclBench _bench = new();

    [Theory]
    [InlineData("accept", AclVerdict.Accept)]
    [InlineData("deny", AclVerdict.Deny)]
    [InlineData("drop", AclVerdict.Drop)]
    [InlineData("defer", AclVerdict.Defer)]
    [InlineData("discard", AclVerdict.Discard)]
    [InlineData("require", AclVerdict.Deny)]
    [InlineData("warn", AclVerdict.Deny)]
    public async Task Verb_without_conditions_decides_or_goes_on_to_the_implicit_deny(string verb, AclVerdict expected)
    {
        var outcome = await _bench.RunAsync(verb);
        Assert.Equal(expected, outcome.Verdict);
        Assert.Equal(verb is "require" or "warn", outcome.Deciding is null);
    }

    [Theory]
    [InlineData("accept", AclVerdict.Discard)]
    [InlineData("deny", AclVerdict.Discard)]
    [InlineData("drop", AclVerdict.Discard)]
    [InlineData("defer", AclVerdict.Discard)]
    [InlineData("discard", AclVerdict.Discard)]
    [InlineData("require", AclVerdict.Deny)]
    [InlineData("warn", AclVerdict.Discard)]
    public async Task Verb_with_a_false_condition_goes_on_except_require(string verb, AclVerdict expected) =>
        Assert.Equal(expected, (await _bench.RunAsync($"{verb} condition = no\ndiscard")).Verdict);

    [Theory]
    [InlineData("accept", AclVerdict.Defer)]
    [InlineData("deny", AclVerdict.Defer)]
    [InlineData("drop", AclVerdict.Defer)]
    [InlineData("defer", AclVerdict.Defer)]
    [InlineData("discard", AclVerdict.Defer)]
    [InlineData("require", AclVerdict.Defer)]
    [InlineData("warn", AclVerdict.Accept)]
    public async Task Verb_with_a_deferred_condition_defers_except_warn(string verb, AclVerdict expected) =>
        Assert.Equal(expected, (await _bench.RunAsync($"{verb} condition = perhaps\naccept")).Verdict);

    [Theory]
    [InlineData("accept")]
    [InlineData("deny")]
    [InlineData("warn")]
    [InlineData("require")]
    public async Task Verb_with_a_broken_condition_is_an_error_of_the_acl(string verb)
    {
        var outcome = await _bench.RunAsync($"{verb} condition = ${{nonsense:x}}\naccept");
        Assert.Equal(AclVerdict.Error, outcome.Verdict);
        Assert.Equal("451 Temporary local problem - please try later", outcome.Reply!.ToString());
        Assert.StartsWith("failed to expand ACL string \"${nonsense:x}\": ", outcome.LogMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("accept")]
    [InlineData("discard")]
    public async Task Endpass_makes_a_later_false_condition_refuse(string verb)
    {
        var outcome = await _bench.RunAsync($"{verb} condition = yes\nendpass\nmessage = go away\ncondition = no\naccept");
        Assert.Equal(AclVerdict.Deny, outcome.Verdict);
        Assert.Equal("550 go away", outcome.Reply!.ToString());
    }

    [Fact]
    public async Task Endpass_behind_the_false_condition_changes_nothing() =>
        Assert.Equal(AclVerdict.Discard, (await _bench.RunAsync("accept condition = no\nendpass\ncondition = yes\ndiscard")).Verdict);

    [Fact]
    public async Task Endpass_takes_the_message_away_from_success()
    {
        var outcome = await _bench.RunAsync("accept message = only for failures\nendpass\ncondition = yes");
        Assert.Equal("250 Accepted", outcome.Reply!.ToString());
    }

    [Fact]
    public async Task Acl_that_is_empty_denies()
    {
        var outcome = await _bench.RunAsync("start:\nother:\naccept");
        Assert.Equal(AclVerdict.Deny, outcome.Verdict);
        Assert.Null(outcome.Deciding);
        Assert.Equal("550 Administrative prohibition", outcome.Reply!.ToString());
    }

    [Theory]
    [InlineData(AclPoint.Quit)]
    [InlineData(AclPoint.NotQuit)]
    public async Task Quit_acl_that_refuses_is_an_error(AclPoint point)
    {
        var outcome = await _bench.RunAsync("deny", point);
        Assert.Equal(AclVerdict.Error, outcome.Verdict);
        Assert.Equal("QUIT or not-QUIT toplevel ACL may not fail ('deny' verb used incorrectly)", outcome.LogMessage);
        Assert.Null(outcome.Reply);
    }

    [Fact]
    public async Task Deciding_statement_names_its_line()
    {
        var outcome = await _bench.RunAsync("start:\nwarn condition = yes\n\ndeny domains = local.test");
        Assert.Equal("deny (start, conf:4)", outcome.Deciding!.ToString());
    }

    [Theory]
    [InlineData(AclPoint.Connect, AclVerdict.Accept)]
    [InlineData(AclPoint.Mail, AclVerdict.Accept)]
    [InlineData(AclPoint.Rcpt, AclVerdict.Deny)]
    [InlineData(AclPoint.Data, AclVerdict.Accept)]
    [InlineData(AclPoint.Vrfy, AclVerdict.Deny)]
    [InlineData(AclPoint.Expn, AclVerdict.Deny)]
    [InlineData(AclPoint.Etrn, AclVerdict.Deny)]
    public async Task Option_that_is_not_set_has_a_default(AclPoint point, AclVerdict expected) =>
        Assert.Equal(expected, (await _bench.Engine("accept").RunAsync(point, null, _bench.Scope, CancellationToken.None)).Verdict);

    [Fact]
    public void Every_point_has_its_own_traits()
    {
        foreach (var point in Enum.GetValues<AclPoint>())
        {
            Assert.Equal(point, AclPointTraits.Of(point).Point);
        }
    }
}
