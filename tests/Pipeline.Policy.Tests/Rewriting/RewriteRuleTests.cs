namespace Pipeline.Policy.Tests.Rewriting;

/// <summary>How rules are read.</summary>
public sealed class RewriteRuleTests
{
    [Theory]
    [InlineData("*@a.test", "missing rewrite replacement string")]
    [InlineData("*@a.test  $1@b.test  Z", "unknown rewrite flag character 'Z' (could be missing quotes round replacement item)")]
    [InlineData("*@a.test  two words", "unknown rewrite flag character 'o' (could be missing quotes round replacement item)")]
    [InlineData("*@a.test  $1@b.test  S", "rewrite rule has the S flag but is not a regular expression")]
    [InlineData("\"*@a.test\"  $1@b.test  ES", "rewrite rule has the S flag but is not a regular expression")]
    public void Rule_that_cannot_be_read_is_a_problem_with_its_line(string rule, string problem) =>
        Assert.Equal([$"/etc/x/main.conf:3: {problem}"], RewriteBench.ProblemsOf($"*@fine.test  *\n{rule}"));

    [Theory]
    [InlineData("^bang!(.*)  $1@b.test  S")]
    [InlineData("\\N^bang!(.*)$\\N  $1@b.test  S q R")]
    [InlineData("*@a.test  $1@b.test  E F T b c f h r s t Q q R w")]
    [InlineData("*@a.test  \"\" ")]
    public void Rule_is_read(string rule) => Assert.Empty(RewriteBench.ProblemsOf(rule));

    [Fact]
    public async Task Quotes_hold_words_together_and_their_escapes_are_undone()
    {
        var bench = new RewriteBench("""
            "\\N^\"(.*) (.*)\"@q\\.test$\\N"  "$2.$1@b.test"
            "*@c.test"  "\"$local_part x\"@d.test"
            """);
        Assert.Equal("y.x@b.test", await bench.EnvelopeAsync("\"x y\"@q.test"));
        Assert.Equal("\"a x\"@d.test", await bench.EnvelopeAsync("a@c.test"));
    }

    [Fact]
    public async Task Rules_are_applied_in_order_each_to_what_those_before_have_made()
    {
        var bench = new RewriteBench("*@a.test  $1@b.test\n*@b.test  x-$1@c.test\n*@a.test  never@d.test");
        Assert.Equal("x-u@c.test", await bench.EnvelopeAsync("u@a.test"));
    }
}
