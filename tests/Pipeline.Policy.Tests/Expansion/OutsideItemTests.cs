using System.Net;
using System.Net.Sockets;
using System.Text;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Tests.Lookups;

namespace Pipeline.Policy.Tests.Expansion;

/// <summary>Items that reach outside: files, programs, sockets, ACLs.</summary>
public sealed class OutsideItemTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ExpansionBench _bench = new(time: TimeProvider.System);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("${readfile{PATH}}", "one\ntwo\n")]
    [InlineData("${readfile{PATH}{:}}", "one:two:")]
    [InlineData("${readfile{PATHx}}", "Failed: failed to open PATHx: No such file or directory")]
    [InlineData("${if exists{PATH}{y}{n}}", "y")]
    [InlineData("${if exists{PATHx}{y}{n}}", "n")]
    [InlineData("${if exists{PATH/../x}{y}{n}}", "n")]
    [InlineData("${extract{size}{${stat:PATH}}}", "8")]
    [InlineData("${extract{smode}{${stat:/}}{${length_1:$value}}}", "d")]
    [InlineData("${stat:PATHx}", "Failed: stat(PATHx) failed: No such file or directory")]
    public async Task File_is_read(string text, string expected)
    {
        var path = _folder.Add("file", "one\ntwo\n");
        Assert.Equal(expected.Replace("PATH", path, StringComparison.Ordinal), await _bench.PrintAsync(text.Replace("PATH", path, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("${run{/bin/echo a \"b c\" 'd\\\\x'}}", "a b c d\\x\n")]
    [InlineData("${run{/bin/sh -c 'echo out; exit 3'}{yes}{no $runrc $value}}", "no 3 out\n")]
    [InlineData("${run{/bin/sh -c 'exit 0'}{yes}{no}}$runrc", "yes0")]
    [InlineData("${run{/nosuch/program}{yes}{no}}$runrc", "no127")]
    [InlineData("${run{echo}{yes}{no}}$runrc", "no127")]
    [InlineData("${run,preexpand {/bin/echo a}{<$value>}}", "<a\n>")]
    [InlineData("${run{/bin/sh -c 'exit 1'}{yes}fail}", "Failed: \"run\" failed and \"fail\" requested")]
    [InlineData("${run{/bin/echo 'a b}}", "a b\n")]
    public async Task Program_is_run(string text, string expected) => Assert.Equal(expected, await _bench.PrintAsync(text));

    [Theory]
    [InlineData("${readsocket{inet:127.0.0.1:PORT}{hello\\n}{5s}{!}}", "got hello!")]
    [InlineData("${readsocket{inet:127.0.0.1:PORT}{hello\\n}{5s:shutdown=no}}", "got hello\n")]
    [InlineData("${readsocket{inet:127.0.0.1}{x}}", "Failed: missing port number for readsocket 127.0.0.1")]
    [InlineData("${readsocket{/nosuch/socket}{x}{5s}{}{default}}", "default")]
    public async Task Daemon_is_asked(string text, string expected)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var server = ServeAsync(listener);
        Assert.Equal(expected, await _bench.PrintAsync(text.Replace("PORT", port.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal)));
        listener.Stop();
        await server;
    }

    [Theory]
    [InlineData("${acl{ok}{x}}", "ok called with x")]
    [InlineData("${acl{no}{x}}", "no called with x")]
    [InlineData("${if acl{{ok}{x}}{y $value}{n}}", "y ok called with x")]
    [InlineData("${if acl{{no}{x}}{y}{n}}", "n")]
    [InlineData("${acl{later}}", "Failed: DEFER from acl \"later\"")]
    public async Task Acl_is_called(string text, string expected)
    {
        _bench.Scope.Environment.Acls = new Acls();
        Assert.Equal(expected, await _bench.PrintAsync(text));
    }

    [Theory]
    [InlineData("${perl{sub}{a}}", "Failed: \"${perl\" encountered, but this facility is not included in this binary")]
    [InlineData("${if eq{a}{b}{${perl{sub}}}{ok}}", "ok")]
    [InlineData("${authresults {mx.test}}", "Authentication-Results: mx.test")]
    [InlineData("${if ldapauth{x}{y}}", "Failed: support for \"lookup type ldap\" not compiled")]
    public async Task Missing_facility_is_an_error_when_it_is_reached(string text, string expected) => Assert.Equal(expected, await _bench.PrintAsync(text));

    private static async Task ServeAsync(TcpListener listener)
    {
        try
        {
            using var client = await listener.AcceptTcpClientAsync();
            using var reader = new StreamReader(client.GetStream(), Encoding.Latin1);
            var line = await reader.ReadLineAsync();
            await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes($"got {line}\n"));
        }
        catch (SocketException)
        {
            // Nobody came.
        }
    }

    private sealed class Acls : IAclCaller
    {
        public ValueTask<AclCallResult> CallAsync(EvaluationScope scope, string acl, IReadOnlyList<ExpandedText> arguments, CancellationToken cancellationToken) =>
            new(new AclCallResult(
                acl switch { "ok" => AclCallOutcome.Accept, "no" => AclCallOutcome.Deny, _ => AclCallOutcome.Defer },
                $"{acl} called with {string.Join(' ', arguments)}"));
    }
}
