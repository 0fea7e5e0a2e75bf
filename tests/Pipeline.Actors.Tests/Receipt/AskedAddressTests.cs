using System.Net;
using Pipeline.Actors.Messages;
using Pipeline.Actors.Receipt;
using Pipeline.Actors.Tests.Support;
using Pipeline.Mail.Dkim.Crypto;
using Pipeline.Mail.Message;

namespace Pipeline.Actors.Tests.Receipt;

/// <summary>VRFY and EXPN by the routers of the policy.</summary>
public sealed class AskedAddressTests : ReceiptTestKit
{
    private const string Routers = """
        begin routers
        late:
          driver = redirect
          local_parts = late
          allow_defer
          data = :defer: not now
        no:
          driver = redirect
          local_parts = no
          allow_fail
          data = :fail: no such user here
        list:
          driver = redirect
          local_parts = list
          data = a@x.example, b@x.example, "|/bin/x"
          pipe_transport = t
        secret:
          driver = redirect
          local_parts = secret
          no_expn
          data = a@x.example
        one:
          driver = redirect
          local_parts = one
          data = a@mx.test
        local:
          driver = accept
          local_parts = user : a
          transport = t
        begin transports
        t:
          driver = appendfile
          file = /dev/null
        """;

    private const string Acls = """
        acl_smtp_vrfy = v
        acl_smtp_expn = e
        begin acl
        v:
          deny local_parts = hidden
               message = go away
          deny local_parts = plain
          accept domains = mx.test
        e:
          deny condition = ${if match{$smtp_command_argument}{hidden}}
          accept
        """;

    private TestPolicy? _policy;

    [Theory]
    [InlineData("user", "250 2.1.5 <user@mx.test> is deliverable", "")]
    [InlineData("<User@MX.test>", "250 2.1.5 <User@MX.test> is deliverable", "")]
    [InlineData("list", "250 2.1.5 <list@mx.test> is deliverable", "")]
    [InlineData("one", "250 2.1.5 <one@mx.test> is deliverable", "")]
    [InlineData("none", "550 5.1.1 <none@mx.test> Unrouteable address", "VRFY failed for none H=(c) [192.0.2.7]")]
    [InlineData("no", "550 5.1.1 <no@mx.test> no such user here", "VRFY failed for no H=(c) [192.0.2.7]")]
    [InlineData("late", "451 4.3.0 <late@mx.test> not now", "")]
    [InlineData("hidden", "252 go away", "H=(c) [192.0.2.7] rejected VRFY hidden: go away")]
    [InlineData("plain", "252 Administrative prohibition", "H=(c) [192.0.2.7] rejected VRFY plain")]
    [InlineData("user@elsewhere.test", "252 Administrative prohibition", "H=(c) [192.0.2.7] rejected VRFY user@elsewhere.test")]
    [InlineData("a b", "501 5.1.3 malformed address: b may not follow a ", "")]
    [InlineData("foo@bar@baz", "501 5.1.3 malformed address: @baz may not follow foo@bar", "")]
    public async Task Vrfy_says_what_the_routers_make_of_the_address(string argument, string reply, string logged)
    {
        await using var session = await OpenAsync(Acls + "\n" + Routers);
        var decision = await session.VerifyAsync(argument, CancellationToken.None);
        Assert.Equal((reply, logged), (decision.Reply.ToString(), string.Join('\n', _policy!.Lines)));
    }

    [Theory]
    [InlineData("list", "250 2.1.5 <a@x.example>|<b@x.example>|<|/bin/x>")]
    [InlineData("one", "250 2.1.5 <a@mx.test>")]
    [InlineData("user", "250 2.1.5 <user@mx.test>")]
    [InlineData("secret", "553 5.1.3 secret@mx.test is undeliverable")]
    [InlineData("none", "553 5.1.3 none@mx.test is undeliverable")]
    [InlineData("late", "553 5.1.3 late@mx.test cannot be resolved at this time")]
    [InlineData("hidden", "550 Administrative prohibition")]
    [InlineData("<>", "501 5.1.3 *")]
    public async Task Expn_says_what_the_address_stands_for(string argument, string reply)
    {
        await using var session = await OpenAsync(Acls + "\n" + Routers);
        var decision = await session.ExpandAsync(argument, CancellationToken.None);
        Assert.StartsWith(
            reply.TrimEnd('*'), $"{decision.Reply.Code} {(decision.Reply.Enhanced is { } code ? code + " " : "")}{string.Join('|', decision.Reply.Lines)}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_acls_nothing_is_told_and_nothing_offered()
    {
        await using var session = await OpenAsync(Routers);
        Assert.False(session.Capabilities.Verifies || session.Capabilities.Expands);
        Assert.Equal("252 Administrative prohibition", (await session.VerifyAsync("user", CancellationToken.None)).Reply.ToString());
        Assert.Equal("550 Administrative prohibition", (await session.ExpandAsync("user", CancellationToken.None)).Reply.ToString());

        await using var other = await OpenAsync(Acls + "\n" + Routers);
        Assert.True(other.Capabilities.Verifies && other.Capabilities.Expands);
    }

    private async Task<IReceiptSession> OpenAsync(string configuration)
    {
        _policy = new TestPolicy(configuration, Time);
        return await OpenAsync(Service(_policy), Client("192.0.2.7"), "c");
    }
}
