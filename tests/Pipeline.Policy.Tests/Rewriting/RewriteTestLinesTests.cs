using Pipeline.Policy.Rewriting;

namespace Pipeline.Policy.Tests.Rewriting;

/// <summary>What <c>-brw</c> prints.</summary>
public sealed class RewriteTestLinesTests
{
    [Fact]
    public async Task Every_place_has_its_line()
    {
        var bench = new RewriteBench("*@a.test  $1@b.test  fF\n*@a.test  \"W <$1@c.test>\"  wcT");
        Assert.Equal(
            [
                "  sender: Foo <u@a.test> (c)", "    from: Foo <u@b.test> (c)", "      to: Foo <u@a.test> (c)", "      cc: W <u@c.test>",
                "     bcc: Foo <u@a.test> (c)", "reply-to: Foo <u@a.test> (c)", "env-from: u@b.test", "  env-to: u@c.test",
            ],
            await RewriteTestLines.OfAsync(bench.Scope, "Foo <u@a.test> (c)", CancellationToken.None));
    }

    [Theory]
    [InlineData("u", "  sender: u@qr.example")]
    [InlineData("(x) a (y) @ none.test (z)", "  sender: (x) a (y) @ none.test (z)")]
    [InlineData("a b", "Syntax error in a b@qr.example")]
    [InlineData("a@", "Syntax error in a@")]
    [InlineData("a@x.test, b@x.test", "Syntax error in a@x.test, b@x.test")]
    public async Task Address_is_read_as_in_a_header(string address, string first) =>
        Assert.Equal(first, (await RewriteTestLines.OfAsync(new RewriteBench("*@a.test  $1@b.test").Scope, address, CancellationToken.None))[0]);

    [Fact]
    public async Task Path_that_a_rule_for_smtp_changes_is_shown() => Assert.Equal(
        ["    SMTP: u@b.test"], await RewriteTestLines.OfAsync(new RewriteBench("\\N^<old!([^>]*)>\\N  <$1@b.test>  S").Scope, "<old!u>", CancellationToken.None));
}
