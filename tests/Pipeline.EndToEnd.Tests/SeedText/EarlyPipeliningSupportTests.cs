using System.Runtime.Versioning;
using Pipeline.Messages.Journal;
using Pipeline.Tests.Support.Smtp;

namespace Pipeline.EndToEnd.Tests.SeedText;

/// <summary>"Early pipelining support".</summary>
[UnsupportedOSPlatform("windows")]
public sealed class EarlyPipeliningSupportTests
{
    [Theory]
    [InlineData("""{"1.0.0.127.in-addr.arpa":{"PTR":["first.mydomain.com","second.mydomain.com"]}}""", "EHLO first.mydomain.com")]
    [InlineData("{}", "EHLO mx.mydomain.com")]
    public async Task Helo_data_of_the_text_says_the_name_of_the_address_that_is_sent_from(string zone, string greeting)
    {
        await using var peer = ScriptedSmtpPeer.Serve();
        using var host = new PolicyHost(
            $"""
            primary_hostname = mx.mydomain.com
            spool_directory = FOLDER/spool
            acl_smtp_rcpt = accept
            pipelining_connect_advertise_hosts = *

            begin routers
            away:
              driver = manualroute
              route_list = * 127.0.0.1::{peer.EndPoint.Port}
              self = send
              transport = smtp

            begin transports
            smtp:
              driver = smtp
              allow_localhost
              hosts_pipe_connect = *
            {Fragments.EarlyPipeliningHelo}
            """,
            zone);
        await using var node = await host.StartAsync();
        var id = await node.SendAsync("a@mydomain.com", ["b@elsewhere.test"], "Subject: x\n\nbody\n");
        await node.UntilAsync<MessageCompleted>(id);
        Assert.Equal(greeting, peer.Commands[0]);
    }

    [Theory]
    [InlineData("", "L*")]
    [InlineData("pipelining_connect_advertise_hosts = 127.0.0.0/8", "L*")]
    [InlineData("pipelining_connect_advertise_hosts =", null)]
    [InlineData("pipelining_connect_advertise_hosts = 192.0.2.0/24", null)]
    public async Task Client_may_send_commands_before_the_banner_where_that_is_offered(string option, string? logged)
    {
        using var host = new PolicyHost(Server(option));
        await using var node = await host.StartAsync();
        await using (var client = await SmtpTestClient.ConnectAsync(node.Endpoint))
        {
            await client.SendAsync("EHLO c.test\r\nMAIL FROM:<a@c.test>\r\nRCPT TO:<b@local.test>\r\nDATA\r\n");
            if (logged is null)
            {
                // What is sent behind EHLO, or before the banner, is too early: which of the two comes first is the network's choice.
                var reply = await client.ReadReplyAsync();
                reply = reply?.StartsWith("220 ", StringComparison.Ordinal) == true ? await client.ReadReplyAsync() : reply;
                Assert.StartsWith("554 5.5.0 SMTP synchronization error", reply, StringComparison.Ordinal);
                return;
            }

            Assert.StartsWith("220 ", await client.ReadReplyAsync(), StringComparison.Ordinal);
            Assert.Contains("250-PIPELINING\n250-PIPECONNECT\n", await client.ReadReplyAsync(), StringComparison.Ordinal);
            Assert.Equal(["250 ", "250 ", "354 "], [(await client.ReadReplyAsync())![..4], (await client.ReadReplyAsync())![..4], (await client.ReadReplyAsync())![..4]]);
            await client.CommandAsync("Subject: x\r\n\r\nbody\r\n.", "250 ");
        }

        Assert.Equal(logged, await ArrivalAsync(node, host));
    }

    [Fact]
    public async Task Offer_that_is_not_used_is_logged_with_a_period()
    {
        using var host = new PolicyHost(Server(""));
        await using var node = await host.StartAsync();
        await node.SendAsync("a@c.test", ["b@local.test"], "Subject: x\n\nbody\n");
        Assert.Equal("L-.", await ArrivalAsync(node, host));
    }

    [Fact]
    public async Task Client_remembers_the_offer_and_does_not_wait_for_the_banner_of_later_connections()
    {
        using var server = new PolicyHost(Server(""));
        await using var other = await server.StartAsync();
        using var host = new PolicyHost($"""
            primary_hostname = mx.mydomain.com
            spool_directory = FOLDER/spool
            log_file_path = FOLDER/%slog
            log_selector = +pipelining
            acl_smtp_rcpt = accept

            begin routers
            away:
              driver = manualroute
              route_list = * 127.0.0.1::{other.Endpoint.Port}
              self = send
              transport = smtp

            begin transports
            smtp:
              driver = smtp
              allow_localhost
              hosts_pipe_connect = *
              connection_max_messages = 1
            """);
        await using var node = await host.StartAsync();
        foreach (var _ in (int[])[1, 2])
        {
            await node.UntilAsync<MessageCompleted>(await node.SendAsync("a@mydomain.com", ["b@local.test"], "Subject: x\n\nbody\n"));
        }

        await node.StopAsync();
        await other.StopAsync();
        var sent = (await File.ReadAllLinesAsync(host.Folder.Of("mainlog"))).Where(static line => line.Contains(" => ", StringComparison.Ordinal)).Select(static line => line.Contains(" L* ", StringComparison.Ordinal));
        Assert.Equal([false, true], sent);
        Assert.Equal(2, (await File.ReadAllLinesAsync(server.Folder.Of("mainlog"))).Count(static line => line.Contains(" <= ", StringComparison.Ordinal)));
    }

    private static string Server(string option) => $"""
        primary_hostname = mx.local.test
        spool_directory = FOLDER/spool
        log_file_path = FOLDER/%slog
        log_selector = +pipelining
        acl_smtp_rcpt = accept
        {option}

        begin routers
        local:
          driver = accept
          transport = local

        begin transports
        local:
          driver = appendfile
          file = FOLDER/mail
        """;

    /// <summary>The field L of the arrival in the log.</summary>
    private static async Task<string> ArrivalAsync(TestNode node, PolicyHost host)
    {
        await node.StopAsync();
        var line = Assert.Single(await File.ReadAllLinesAsync(host.Folder.Of("mainlog")), static line => line.Contains(" <= ", StringComparison.Ordinal));
        return Assert.Single(line.Split(' '), static word => word.StartsWith('L'));
    }
}
