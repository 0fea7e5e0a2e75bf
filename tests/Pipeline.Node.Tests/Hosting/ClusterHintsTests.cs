using System.Net;
using System.Net.Sockets;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Node.Tests.CommandLine.Cluster;
using Pipeline.Node.Tests.Listeners;
using Pipeline.Storage.TestKit;
using Pipeline.Tests.Support;

namespace Pipeline.Node.Tests.Hosting;

/// <summary>What one node of a cluster remembers beside messages, all of them know.</summary>
public sealed class ClusterHintsTests
{
    private const string Policy = """
        primary_hostname = gw.example.com
        acl_smtp_rcpt = rcpt
        begin acl
        rcpt:
          deny local_parts = ^rate
               ratelimit   = 3.5 / 1d / per_rcpt / strict
               message     = rate $sender_rate
          defer local_parts = ^grey
               !seen       = 1d / key=$local_part@$domain
               message     = come again
          accept domains = dead.test
          accept local_parts = ^rate : ^grey
        begin routers
        dead:
          driver = manualroute
          route_list = * 127.0.0.1::PORT
          self = send
          transport = smtp
        begin transports
        smtp:
          driver = smtp
          allow_localhost
        begin retry
        * * F,4d,15m
        """;

    [PostgresFact]
    public async Task Rates_and_sightings_are_shared_by_nodes_and_outlive_them()
    {
        await using var cluster = await StartAsync();
        var first = await cluster.StartAsync("n1");
        var second = await cluster.StartAsync("n2");

        await AskAsync(first, "250 ", "rate1@x.test", "rate2@x.test");
        await AskAsync(first, "451 ", "grey@x.test");
        await cluster.StopAsync(first);
        await AskAsync(second, "250 ", "rate3@x.test", "grey@x.test");
        await AskAsync(second, "550 rate 4.0", "rate4@x.test");
        await AskAsync(await cluster.StartAsync("n3"), "550 rate 5.0", "rate5@x.test");
    }

    [PostgresFact]
    public async Task Host_that_failed_one_node_is_left_alone_by_another()
    {
        await using var cluster = await StartAsync();
        var first = await cluster.StartAsync("n1");
        var one = await SubmitAsync(first, "a@dead.test");
        Assert.Equal("ConnectionRefused", (await DeferredAsync(first, one)).Class);

        // n1 leaves, so that it is n2 that has the next message.
        await cluster.StopAsync(first);
        var second = await cluster.StartAsync("n2");
        var two = await SubmitAsync(second, "b@dead.test");
        var deferred = await DeferredAsync(second, two);

        Assert.Equal(("HostRetryTimeNotReached", "retry time not reached for any host for 'dead.test'"), (deferred.Class, deferred.Reason));
        Assert.True(deferred.NextTry > DateTimeOffset.UtcNow.AddMinutes(10));
    }

    private static async Task<ClusterFixture> StartAsync()
    {
        // A port that was free a moment ago, and where nobody listens.
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var port = ((IPEndPoint)closed.LocalEndpoint).Port;
        var cluster = await ClusterFixture.CreateAsync();
        await File.WriteAllTextAsync(
            cluster.Files.ConfigurationFile, $"spool_directory = {cluster.Files.Path("s")}\n" + Policy.Replace("PORT", $"{port}", StringComparison.Ordinal));
        return cluster;
    }

    private static async Task AskAsync(ClusterNode node, string reply, params string[] recipients)
    {
        await using var client = await BeginAsync(node);
        foreach (var recipient in recipients)
        {
            await client.CommandAsync($"RCPT TO:<{recipient}>", reply);
        }

        await client.CommandAsync("QUIT", "221 ");
    }

    private static async Task<MessageId> SubmitAsync(ClusterNode node, string recipient)
    {
        await using var client = await BeginAsync(node);
        await client.CommandAsync($"RCPT TO:<{recipient}>", "250 ");
        await client.CommandAsync("DATA", "354 ");
        var reply = await client.CommandAsync("Subject: x\r\n\r\nx\r\n.", "250 ");
        await client.CommandAsync("QUIT", "221 ");
        return MessageId.Create(reply[(reply.IndexOf("id=", StringComparison.Ordinal) + 3)..].Trim());
    }

    private static async Task<SmtpTestClient> BeginAsync(ClusterNode node)
    {
        var client = await SmtpTestClient.GreetedAsync(Assert.Single(node.Node.Endpoints));
        await client.CommandAsync("MAIL FROM:<a@b.test>", "250 ");
        return client;
    }

    private static async Task<RecipientDeferred> DeferredAsync(ClusterNode node, MessageId id)
    {
        RecipientDeferred? deferred = null;
        Assert.True(
            await Polling.UntilAsync(
                async () => (deferred = (await node.Node.Store.ReadJournalAsync(id, default)).Select(static entry => entry.Event).OfType<RecipientDeferred>().FirstOrDefault()) is not null,
                ClusterFixture.Patience),
            "the message was not deferred");
        return deferred!;
    }
}
