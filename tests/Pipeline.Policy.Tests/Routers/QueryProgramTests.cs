using Pipeline.Policy.Routers;

namespace Pipeline.Policy.Tests.Routers;

/// <summary>Programs that route. The words are what Debian's Exim 4.96 says to the same answers.</summary>
public sealed class QueryProgramTests
{
    private readonly RouterBench _bench = new();

    [Theory]
    [InlineData("accept transport=smtp", "", "T=smtp ")]
    [InlineData("ACCEPT TRANSPORT=smtp HOSTS=127.0.0.9:[192.0.2.1]::26 LOOKUP=byname", "self = send", "T=smtp 127.0.0.9 192.0.2.1:26")]
    [InlineData("accept hosts=plain.test data=\"rule 1\"", "transport = other", "T=other plain.test data=rule 1")]
    [InlineData("accept transport=smtp foo=bar", "", "T=smtp ")]
    [InlineData("accept", "", "Deferred!: transport unset in r router")]
    [InlineData("accept transport=nosuch", "", "Deferred!: unknown transport name nosuch yielded by command")]
    [InlineData("accept transport=smtp hosts=plain.test lookup=foo", "", "Deferred!: bad lookup type \"foo\" yielded by command")]
    [InlineData("accept transport=smtp hosts=nowhere.test", "", "Deferred: lookup of host \"nowhere.test\" failed in r router")]
    [InlineData("decline", "", "Unrouteable: Unrouteable address")]
    [InlineData("pass", "no_more", "Routed by last")]
    [InlineData("decline", "no_more", "Unrouteable: Unrouteable address")]
    [InlineData("fail no such thing", "", "Failed: no such thing")]
    [InlineData("defer later", "", "Deferred: later")]
    [InlineData("freeze now", "", "Deferred!: now")]
    [InlineData("redirect a@redir.test, b", "", "a@redir.test b@qualified.test")]
    [InlineData("redirect", "", "Deferred: error in redirect data: no addresses supplied")]
    [InlineData("redirect |/bin/sh", "", "Deferred: error in redirect data: only addresses are permitted in \"|/bin/sh\"")]
    [InlineData("bogus", "", "Deferred!: bad command yield: bogus ")]
    [InlineData("", "", "Deferred!: bad command yield:  ")]
    public async Task Answer_decides(string answer, string option, string expected)
    {
        var last = expected == "Routed by last" ? "\nlast:\ndriver = accept\ntransport = local" : "";
        var result = await _bench.RouteAsync($"r:\ndriver = queryprogram\ncommand = /bin/echo '{answer}'\ncommand_user = nobody\n{option}{last}", "bob@local.test");
        Assert.Equal(expected, Text(result.Final));
    }

    [Theory]
    [InlineData("/bin/false", "", "Deferred: r router: command returned non-zero code 1")]
    [InlineData("/bin/nosuch", "", "Deferred: r router: command returned non-zero code 127")]
    [InlineData("/bin/sh -c 'echo accept; exit 3'", "", "Deferred: r router: command returned non-zero code 3")]
    [InlineData("/bin/echo ${nosuch", "", "Deferred!: Expansion of \"${nosuch\" from command \"/bin/echo ${nosuch\" in queryprogram router failed: ")]
    [InlineData("$local_part", "", "Deferred!: Tainted arg 0 for queryprogram router command: 'bob'")]
    [InlineData("bin/echo accept", "", "Deferred!: r router: the command \"bin/echo accept\" does not begin with the absolute path of a program")]
    [InlineData("/bin/echo accept", "current_directory = nosuch", "Deferred!: r router: current_directory is not an absolute path")]
    [InlineData("/usr/bin/yes", "", "Deferred: r router: command wrote more than 65536 octets")]
    public async Task Program_that_gives_no_answer_puts_the_address_off(string command, string option, string expected)
    {
        var result = await _bench.RouteAsync($"r:\ndriver = queryprogram\ncommand = {command}\ncommand_user = nobody\n{option}", "bob@local.test");
        Assert.StartsWith(expected, Text(result.Final), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Value_of_the_address_is_one_argument_whatever_is_in_it()
    {
        var result = await _bench.RouteAsync("r:\ndriver = queryprogram\ncommand = /bin/echo fail x${quote:$local_part}\ncommand_user = nobody", "a b;c|d@local.test");
        Assert.Equal("Failed: x\"a b;c|d\"", Text(result.Final));
    }

    [Fact]
    public async Task Only_the_first_line_counts_up_to_its_limit()
    {
        Assert.Equal("Failed: one", Text((await RouteAsync("/usr/bin/printf 'fail one\\\\nfail two\\\\n'")).Final));
        Assert.Equal(1023 - 5, ((RoutingOutcome.Failed)(await RouteAsync("/usr/bin/printf 'fail %02000d' 0")).Final).Message.Length);

        Task<RoutingResult> RouteAsync(string command) => _bench.RouteAsync($"r:\ndriver = queryprogram\ncommand = {command}\ncommand_user = nobody", "bob@local.test");
    }

    [Theory]
    [InlineData("command = /x", "r router: command_user must be specified")]
    [InlineData("command_user = x", "r router: a command specification is required")]
    public void What_must_be_set(string options, string problem) => Assert.EndsWith(problem, Assert.Single(_bench.ProblemsOf($"r:\ndriver = queryprogram\n{options}")), StringComparison.Ordinal);

    private static string Text(RoutingOutcome outcome) => outcome switch
    {
        RoutingOutcome.Routed { Router: "last" } => "Routed by last",
        RoutingOutcome.Routed routed => $"T={routed.Transport} {string.Join(' ', routed.Hosts.Select(host => host.Port is { } port ? $"{host.Name}:{port}" : host.Name))}"
            + (routed.Values.TryGetValue("address_data", out var data) ? $" data={data}" : ""),
        RoutingOutcome.Redirected redirected => string.Join(' ', redirected.Children),
        RoutingOutcome.Failed failed => $"Failed: {failed.Message}",
        RoutingOutcome.Deferred deferred => $"Deferred{(deferred.NeedsAttention ? "!" : "")}: {deferred.Message}",
        RoutingOutcome.Unrouteable unrouteable => $"Unrouteable: {unrouteable.Message}",
        _ => outcome.GetType().Name,
    };
}
