using System.Net;
using Pipeline.Actors.Tests.Support;
using Pipeline.Connectors.Ports;

namespace Pipeline.Actors.Tests.Receipt;

/// <summary>Whose a connection is by the word of the client's host (RFC 1413).</summary>
public sealed class IdentTests : ReceiptTestKit
{
    [Theory]
    [InlineData("rfc1413_hosts = *\nrfc1413_query_timeout = 5s", "joe", "<joe> [192.0.2.1] (ident=joe)")]
    [InlineData("rfc1413_hosts = *\nrfc1413_query_timeout = 5s", null, "<> [192.0.2.1]")]
    [InlineData("rfc1413_hosts = 192.0.2.2\nrfc1413_query_timeout = 5s", "joe", "<> [192.0.2.1]")]
    [InlineData("rfc1413_hosts = *\nrfc1413_query_timeout = 0s", "joe", "<> [192.0.2.1]")]
    [InlineData("rfc1413_hosts = *", "joe", "<> [192.0.2.1]")]
    [InlineData("", "joe", "<> [192.0.2.1]")]
    public async Task A_host_is_asked_where_the_policy_says_so(string options, string? user, string logged)
    {
        var policy = Policy(options);
        await using var session = Service(policy, services: services => services with { Ident = new Answer(user) }).Open(Client());
        await session.ConnectAsync(CancellationToken.None);
        Assert.Equal([logged], policy.Lines);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("log_selector = +ident_timeout\n", "ident connection to 192.0.2.1 timed out|<> [192.0.2.1]")]
    public async Task A_host_that_is_late_is_not_waited_for(string selector, string logged)
    {
        var policy = Policy(selector + "rfc1413_hosts = *\nrfc1413_query_timeout = 5s");
        await using var session = Service(policy, services: services => services with { Ident = new Silence() }).Open(Client());
        var connect = session.ConnectAsync(CancellationToken.None).AsTask();
        Assert.False(connect.IsCompleted);
        Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(220, (await connect).Reply.Code);
        Assert.Equal((logged.Length == 0 ? "<> [192.0.2.1]" : logged).Split('|'), policy.Lines);
    }

    private TestPolicy Policy(string options) =>
        new($"{options}\nacl_smtp_connect = a\nbegin acl\na:\n  accept logwrite = <$sender_ident> $sender_rcvhost\n", Time);

    private sealed class Answer(string? user) : IIdentClient
    {
        public Task<string?> AskAsync(IPEndPoint client, IPEndPoint local, CancellationToken cancellationToken) => Task.FromResult(user);
    }

    private sealed class Silence : IIdentClient
    {
        public async Task<string?> AskAsync(IPEndPoint client, IPEndPoint local, CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            return null;
        }
    }
}
