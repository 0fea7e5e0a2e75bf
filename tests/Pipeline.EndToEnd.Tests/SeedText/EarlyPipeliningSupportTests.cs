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
}
