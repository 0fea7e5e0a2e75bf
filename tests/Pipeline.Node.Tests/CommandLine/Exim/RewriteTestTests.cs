namespace Pipeline.Node.Tests.CommandLine.Exim;

public sealed class RewriteTestTests
{
    [Fact]
    public async Task Address_is_shown_for_every_place()
    {
        using var exim = new EximFixture(EximFixture.Default + "\nbegin rewrite\n*@example.net  $1@example.com  fF\n");
        var run = await exim.RunAsync("-brw", "J\u00f6 <x@example.net>");
        Assert.Equal(0, run.ExitCode);
        const string Name = "J\u00c3\u00b6"; // the octets of UTF-8
        Assert.Equal(
            $"  sender: {Name} <x@example.net>\n    from: {Name} <x@example.com>\n      to: {Name} <x@example.net>\n      cc: {Name} <x@example.net>\n"
            + $"     bcc: {Name} <x@example.net>\nreply-to: {Name} <x@example.net>\nenv-from: x@example.com\n  env-to: x@example.net\n",
            run.Output);
    }

    [Fact]
    public async Task Address_without_domain_gets_that_of_recipients()
    {
        using var exim = new EximFixture();
        Assert.StartsWith("  sender: user@example.com\n", (await exim.RunAsync("-brw", "user")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_address_it_is_an_error()
    {
        using var exim = new EximFixture();
        var run = await exim.RunAsync("-brw");
        Assert.Equal((1, "", "-brw needs an address argument"), (run.ExitCode, run.Output, run.Errors.Trim()));
    }

    [Fact]
    public async Task Rule_that_fails_is_told_on_the_error_output()
    {
        using var exim = new EximFixture(EximFixture.Default + "\nbegin rewrite\n*@example.net  $1\n");
        Assert.Contains("Rewrite of x@example.net yielded unqualified address \"x\"", (await exim.RunAsync("-brw", "x@example.net")).Errors, StringComparison.Ordinal);
    }
}
