namespace Pipeline.Node.Tests.CommandLine.Exim;

public sealed class AddressTestCommandTests
{
    [Fact]
    public async Task Addresses_are_routed_and_unqualified_ones_get_the_domain()
    {
        using var exim = new EximFixture();
        var run = await exim.RunAsync("-bt", "user", "x@example.net");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(
            "user@example.com\n  router = local, transport = maildir\nx@example.net\n  router = dns, transport = smtp\n  host mx.example.net [192.0.2.77] MX=5\n",
            run.Output);
    }

    [Fact]
    public async Task Address_is_rewritten_before_it_is_routed()
    {
        using var exim = new EximFixture(EximFixture.Default + "\nbegin rewrite\nold@example.com  user@example.com  T\n");
        var run = await exim.RunAsync("-bt", "old");
        Assert.Equal("Address rewritten as: user@example.com\nuser@example.com\n  router = local, transport = maildir\n", run.Output);
    }

    [Fact]
    public async Task Children_name_their_parent()
    {
        using var exim = new EximFixture();
        var run = await exim.RunAsync("-bt", "all@example.com");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("one@example.com\n    <-- all@example.com\n  router = local, transport = maildir\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("two@example.com\n    <-- all@example.com\n", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "user@example.com")]
    [InlineData(1, "later-x@example.com", "user@example.com")]
    [InlineData(2, "nobody@example.com")]
    [InlineData(2, "nobody@example.com", "later-x@example.com")]
    [InlineData(2, "a b@example.com")]
    public async Task Worst_address_gives_the_exit_code(int exitCode, params string[] addresses)
    {
        using var exim = new EximFixture();
        Assert.Equal(exitCode, (await exim.RunAsync(["-bt", .. addresses])).ExitCode);
    }

    [Fact]
    public async Task Addresses_of_the_input_are_prompted_for()
    {
        using var exim = new EximFixture();
        var run = await exim.RunWithInputAsync("user\n\nnobody\n", "-bt");
        Assert.Equal(2, run.ExitCode);
        Assert.Equal(
            "> user@example.com\n  router = local, transport = maildir\n> > nobody@example.com is undeliverable: Unrouteable address\n> \n", run.Output);
    }
}
