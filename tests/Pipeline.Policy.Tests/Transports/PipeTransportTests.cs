using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Tests.Expansion;
using Pipeline.Policy.Tests.Routers;
using Pipeline.Policy.Transports;

namespace Pipeline.Policy.Tests.Transports;

public sealed class PipeTransportTests
{
    private readonly ExpansionBench _bench = new();

    public PipeTransportTests() => _bench.Scope.Address = new AddressScope { LocalPart = "bob", Domain = "local.test" };

    [Fact]
    public async Task It_has_the_defaults_of_the_language()
    {
        var pipe = await ReadyAsync("command = /bin/cat");
        Assert.Equal("/bin/cat", Words(pipe));
        Assert.Equal((3600.0, false, 20480, 0b000_010_010, 1), (pipe.Timeout.TotalSeconds, pipe.TimeoutDefer, pipe.MaxOutput, pipe.Umask, pipe.BatchMax));
        Assert.Equal("75 73", string.Join(' ', pipe.TemporaryErrors));
        Assert.Equal(new MessageFrame(Prefix: null, "\n", "", "", UseCrlf: false, Bsmtp: false), pipe.Frame);
        Assert.Equal("/", pipe.Directory);
    }

    [Theory]
    [InlineData("/bin/echo $local_part \"a b\" 'c $domain'", "/bin/echo|bob|a b|c local.test")]
    [InlineData("/bin/echo ${if eq{a}{a}{x y}{}}", null)]
    [InlineData("/bin/echo \"${if eq{a}{a}{x y}{}}\"", "/bin/echo|x y")]
    [InlineData("/bin/echo -- $pipe_addresses end", "/bin/echo|--|(addresses)|end")]
    public async Task A_command_is_split_before_its_words_are_expanded(string command, string? words)
    {
        if (words is null)
        {
            Assert.StartsWith("failed to expand", await DeferredAsync($"command = {command}"), StringComparison.Ordinal);
            return;
        }

        Assert.Equal(words, Words(await ReadyAsync($"command = {command}")));
    }

    [Fact]
    public async Task A_value_with_blanks_and_quotes_stays_one_word()
    {
        _bench.Scope.Address!.LocalPart = "a b\"c';`d`$(e)";
        Assert.Equal("/bin/echo|a b\"c';`d`$(e)|end", Words(await ReadyAsync("command = /bin/echo $local_part end")));
    }

    [Fact]
    public async Task A_command_that_redirection_named_is_not_expanded_again()
    {
        _bench.Scope.Address!.Values["address_pipe"] = "|/bin/echo $local_part 'a b'";
        Assert.Equal("/bin/echo|$local_part|a b", Words(await ReadyAsync("")));
        Assert.Equal("/bin/echo|$local_part|a b", Words(await ReadyAsync("command = /bin/cat")));
        Assert.Equal("/bin/nice|-n|5|/bin/echo|$local_part|a b", Words(await ReadyAsync("command = /bin/nice -n 5 $address_pipe\nforce_command")));
    }

    [Theory]
    [InlineData("command = cat", "/bin/cat")]
    [InlineData("command = cat\npath = /nonexistent:/usr/bin", "/usr/bin/cat")]
    [InlineData("command = /bin/cat\nallow_commands = /bin/cat:echo", "/bin/cat")]
    [InlineData("command = cat\nrestrict_to_path", "/bin/cat")]
    [InlineData("command = /bin/$local_part\nallow_commands = /bin/bob", "/bin/bob")]
    public async Task A_program_is_found_and_permitted(string options, string program) => Assert.Equal(program, Words(await ReadyAsync(options)));

    [Theory]
    [InlineData("command = nosuchprogram", "\"nosuchprogram\" command not found for t transport")]
    [InlineData("command = /bin/cat\nrestrict_to_path", "\"/\" found in \"/bin/cat\" (command for t transport) - failed for security reasons")]
    [InlineData("command = /bin/cat\nallow_commands = /bin/echo", "\"/bin/cat\" command not permitted by t transport")]
    [InlineData("command = /bin/cat\nallow_commands =", "\"/bin/cat\" command not permitted by t transport")]
    [InlineData("command = ../cat\nrestrict_to_path", "\"/\" found in \"../cat\" (command for t transport) - failed for security reasons")]
    public async Task A_program_that_may_not_run_fails(string options, string message) =>
        Assert.Equal(message, Assert.IsType<TransportExpansion.Failed>(await ExpandAsync(options)).Message);

    [Theory]
    [InlineData("", "no command specified for t transport")]
    [InlineData("command = /bin/$local_part", "Attempt to exec tainted path: '/bin/bob' (t transport)")]
    [InlineData("command = $local_part", "Attempt to exec tainted path: 'bob' (t transport)")]
    [InlineData("command = /bin/../bin/cat", "file name contains a \"..\" component: \"/bin/../bin/cat\" (command for t transport)")]
    [InlineData("command = /bin/cat\ncurrent_directory = x", "current directory \"x\" of t transport is not absolute or not usable")]
    public async Task Delivery_waits_for_a_command_that_cannot_be_used(string options, string message) => Assert.Equal(message, await DeferredAsync(options));

    [Fact]
    public async Task A_shell_gets_constant_text_alone()
    {
        Assert.Equal("/bin/sh|-c|cat > /tmp/x; echo $LOCAL_PART", Words(await ReadyAsync("command = cat > /tmp/x; echo \\$LOCAL_PART\nuse_shell")));
        Assert.StartsWith("error for t transport: command holds an expansion", Assert.Single(ProblemsOf("command = echo $local_part\nuse_shell")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bob", "|cat > /tmp/$$; echo bob", true)]
    [InlineData("a;b", "|echo 'a;b' x", false)]
    [InlineData("a;b", "|echo x", true)]
    [InlineData("$(x)", "|echo $(x)", false)]
    public async Task A_shell_gets_no_local_part_that_it_could_read(string localPart, string command, bool ready)
    {
        _bench.Scope.Address!.LocalPart = localPart;
        _bench.Scope.Address.Values["address_pipe"] = command;
        var expansion = await ExpandAsync("use_shell");
        Assert.Equal(ready, expansion is TransportExpansion.Ready);
        Assert.True(ready || Assert.IsType<TransportExpansion.Deferred>(expansion).Message.StartsWith("Tainted '", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("return_output\nreturn_fail_output", "error for t transport: return_output and return_fail_output are mutually exclusive")]
    [InlineData("log_output\nlog_fail_output", "error for t transport: log_output makes log_fail_output and log_defer_output needless")]
    [InlineData("use_shell\nrestrict_to_path", "error for t transport: both restrict_to_path and use_shell are set")]
    [InlineData("use_shell\nallow_commands = x", "error for t transport: both allow_commands and use_shell are set")]
    [InlineData("temp_errors = 5:x", "error for t transport: temp_errors must be a list of numbers or an asterisk")]
    public void A_contradiction_does_not_load(string options, string problem) => Assert.Equal([problem], ProblemsOf($"command = /bin/cat\n{options}"));

    [Fact]
    public async Task The_environment_is_that_of_the_language()
    {
        var address = _bench.Scope.Address!;
        (address.LocalPartPrefix, address.LocalPartSuffix) = ("p-", "-s");
        address.Values["return_path"] = "list@local.test";
        address.Values["home"] = "/home/bob";
        address.Values["host"] = "h.test";
        var pipe = await ReadyAsync("command = /bin/cat\nenvironment = A=$local_part:LOGNAME=other:junk\npath = /usr/bin");
        Assert.Equal(
            "A=bob DOMAIN=local.test HOME=/home/bob HOST=h.test LOCAL_PART=bob LOCAL_PART_PREFIX=p- LOCAL_PART_SUFFIX=-s LOGNAME=other PATH=/usr/bin "
            + "RECIPIENT=bob@local.test SENDER=list@local.test SHELL=/bin/sh USER=bob",
            string.Join(' ', pipe.Environment.Where(pair => pair.Key is not ("MESSAGE_ID" or "QUALIFY_DOMAIN")).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}")));
        Assert.Equal(_bench.Scope.Message.Id, pipe.Environment["MESSAGE_ID"]);
        Assert.Equal("/home/bob", pipe.Directory);
    }

    [Fact]
    public async Task Directories_of_the_transport_come_before_those_of_the_router()
    {
        _bench.Scope.Address!.Values["home"] = "/home/bob";
        _bench.Scope.Address.CurrentDirectory = "/var/tmp";
        Assert.Equal("/var/tmp", (await ReadyAsync("command = /bin/cat")).Directory);
        var pipe = await ReadyAsync("command = /bin/cat\nhome_directory = /h\ncurrent_directory = /c");
        Assert.Equal(("/c", "/h"), (pipe.Directory, pipe.Environment["HOME"]));
    }

    [Fact]
    public async Task Batches_and_forms_are_the_operators_choice()
    {
        var pipe = await ReadyAsync("command = /bin/cat\nbatch_max = 10\nbatch_id = $domain\nuse_bsmtp\nuse_crlf\ntemp_errors = *\numask = 077\ntimeout = 5m");
        Assert.Equal((10, "local.test", true, 0b000_111_111, 300.0), (pipe.BatchMax, pipe.BatchId, pipe.EveryErrorIsTemporary, pipe.Umask, pipe.Timeout.TotalSeconds));
        Assert.Equal(new MessageFrame("", "", "", "", UseCrlf: true, Bsmtp: true), pipe.Frame);
    }

    private static string Words(ExpandedPipeTransport pipe) => string.Join('|', pipe.Command.Select(word => word ?? "(addresses)"));

    private static List<string> ProblemsOf(string options)
    {
        var problems = new List<ConfigurationProblem>();
        TransportDefinition.Compile(RouterBench.Blocks($"t:\ndriver = pipe\n{options}"), problems);
        return [.. problems.Select(problem => problem.Message)];
    }

    private async Task<TransportExpansion> ExpandAsync(string options)
    {
        var problems = new List<ConfigurationProblem>();
        var definition = TransportDefinition.Compile(RouterBench.Blocks($"t:\ndriver = pipe\n{options}"), problems)["t"];
        Assert.Empty(problems);
        return await definition.ExpandAsync(_bench.Scope, CancellationToken.None);
    }

    private async Task<ExpandedPipeTransport> ReadyAsync(string options) =>
        Assert.IsType<ExpandedPipeTransport>(Assert.IsType<TransportExpansion.Ready>(await ExpandAsync(options)).Options);

    private async Task<string> DeferredAsync(string options) => Assert.IsType<TransportExpansion.Deferred>(await ExpandAsync(options)).Message;
}
