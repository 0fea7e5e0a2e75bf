namespace Pipeline.Node.Tests.CommandLine.Exim;

/// <summary><c>-bh</c>: a session to try a configuration.</summary>
public sealed class SessionTestTests : IDisposable
{
    private readonly EximFixture _exim = new();

    public void Dispose() => _exim.Dispose();

    [Fact]
    public async Task Session_is_held_as_if_from_the_host_and_what_the_policy_does_is_told()
    {
        var (code, output, errors) = await _exim.RunWithInputAsync(
            "EHLO a.example\nMAIL FROM:<x@elsewhere.example>\nRCPT TO:<bob@nowhere.example>\nRCPT TO:<bob@example.com>\nDATA\nSubject: x\n\nbody\n.\nQUIT\n", "-bh", "192.0.2.9.4711");
        Assert.Equal(0, code);
        Assert.StartsWith(
            "\n**** SMTP testing session as if from host 192.0.2.9\n**** but without any ident (RFC 1413) callback.\n**** This is not for real!\n\n220 gw.example.com ESMTP", output, StringComparison.Ordinal);
        Assert.Contains("250-gw.example.com Hello a.example [192.0.2.9]\r\n", output, StringComparison.Ordinal);
        Assert.Contains("550 no relaying\r\n250 Accepted\r\n354 ", output, StringComparison.Ordinal);
        Assert.Matches("250 OK id=\\S+\r\n\n\\*\\*\\*\\* SMTP testing: that is not a real message id!\n\n221 ", output);
        Assert.Contains(
            $"""
            >>> using ACL "rcpt"
            >>> processing "accept" ({_exim.ConfigurationFile} 9)
            >>> check domains = +local_domains
            """.ReplaceLineEndings("\n"),
            errors,
            StringComparison.Ordinal);
        Assert.Contains("LOG: H=(a.example) [192.0.2.9] F=<x@elsewhere.example> rejected RCPT <bob@nowhere.example>: no relaying\n", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_left_behind()
    {
        await _exim.RunWithInputAsync("EHLO a.example\nMAIL FROM:<>\nRCPT TO:<bob@example.com>\nDATA\nSubject: x\n\nbody\n.\nQUIT\n", "-bh", "192.0.2.9");
        Assert.False(Directory.Exists(_exim.Path("s")));
        Assert.False(Directory.Exists(_exim.Path("mail")));
    }

    [Theory]
    [InlineData("exim: -bh nowhere: not an IP address, with or without a port", "-bh", "nowhere")]
    [InlineData("exim abandoned: unknown, malformed, or incomplete option -bh", "-bh")]
    [InlineData("exim: of the -oM options, -bh takes -oMi only", "-oMs", "name.example", "-bh", "192.0.2.9")]
    public async Task Command_line_that_makes_no_sense_is_refused(string expected, params string[] arguments)
    {
        var (code, _, errors) = await _exim.RunAsync(arguments);
        Assert.Equal((1, expected), (code, errors.TrimEnd()));
    }
}
