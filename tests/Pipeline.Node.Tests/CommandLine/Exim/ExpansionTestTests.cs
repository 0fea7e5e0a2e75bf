namespace Pipeline.Node.Tests.CommandLine.Exim;

public sealed class ExpansionTestTests
{
    [Theory]
    [InlineData("${uc:abc}", "ABC")]
    [InlineData("$primary_hostname", "gw.example.com")]
    [InlineData("${if eq{a}{b}{y}{n}}", "n")]
    [InlineData("$sender_host_address", "")]
    [InlineData("${if match_domain{word.example}{+local_domains}{in}{out}}", "in")]
    [InlineData("${lookup dnsdb{mx=example.net}}", "5 mx.example.net")]
    [InlineData("$h_subject:x", "x")]
    [InlineData("${nosuch:x}", "Failed: unknown expansion operator \"nosuch\"")]
    public async Task String_of_the_command_line_is_expanded(string text, string expected)
    {
        using var exim = new EximFixture();
        Assert.Equal(new EximRun(0, $"{expected}\n", ""), await exim.RunAsync("-be", text));
    }

    [Fact]
    public async Task Every_string_gets_a_line_and_a_failure_does_not_end_the_rest()
    {
        using var exim = new EximFixture();
        var run = await exim.RunAsync("-be", "a", "${bad}", "", "é");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal("a\nFailed: unknown variable in \"${bad}\"\n\n\u00c3\u00a9\n", run.Output);
    }

    [Fact]
    public async Task Lookup_in_a_file_works()
    {
        using var exim = new EximFixture();
        await File.WriteAllTextAsync(exim.Path("list"), "key: found\n");
        Assert.Equal("found\n", (await exim.RunAsync("-be", $"${{lookup{{key}}lsearch{{{exim.Path("list")}}}}}")).Output);
    }

    [Fact]
    public async Task Lines_of_the_input_are_prompted_for_and_continued_by_backslashes()
    {
        using var exim = new EximFixture();
        var run = await exim.RunWithInputAsync("${uc:a}\nb\\\n   c\\\nd\n\n${bad}\n\u00e9 \\", "-be");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal("> A\n> bcd\n> \n> Failed: unknown variable in \"${bad}\"\n> \u00e9 \n> \n", run.Output);
    }

    [Fact]
    public async Task Options_describe_the_client_and_the_sender()
    {
        using var exim = new EximFixture();
        var run = await exim.RunAsync(
            "-f", "me@sender.example", "-oMa", "192.0.2.1.4711", "-oMs", "client.example", "-oMr", "esmtp",
            "-be", "$sender_address $sender_host_address $sender_host_port $sender_host_name $received_protocol");
        Assert.Equal("me@sender.example 192.0.2.1 4711 client.example esmtp\n", run.Output);
    }

    [Fact]
    public async Task Bad_sender_is_refused()
    {
        using var exim = new EximFixture();
        var run = await exim.RunAsync("-f", "a b@c", "-be", "x");
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("exim: bad -f address \"a b@c\"", run.Errors, StringComparison.Ordinal);
    }
}
