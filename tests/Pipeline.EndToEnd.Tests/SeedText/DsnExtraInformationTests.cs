using System.Globalization;
using System.Runtime.Versioning;
using Pipeline.Messages.Journal;
using Pipeline.Tests.Support.Smtp;

namespace Pipeline.EndToEnd.Tests.SeedText;

/// <summary>"DSN extra information".</summary>
[UnsupportedOSPlatform("windows")]
public sealed class DsnExtraInformationTests
{
    [Fact]
    public async Task Bounce_names_the_peer_its_greeting_its_answer_to_EHLO_and_the_diagnostic()
    {
        await using var peer = ScriptedSmtpPeer.Serve(
            said => said switch
            {
                SmtpPeerReply.Greeting => "220 the.local.host.name ESMTP Exim x.yz Tue, 2 Mar 1999 09:44:33 +0000",
                ['E', 'H', 'L', 'O', ..] => "250-the.local.host.name Hello localhost [127.0.0.1]\r\n250 SIZE",
                ['M', 'A', 'I', 'L', ..] => "550 hard error",
                _ => null,
            });
        var fields = await BounceAsync(peer);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"Remote-MTA: X-ip; [127.0.0.1]:{peer.EndPoint.Port}"), fields);
        Assert.Contains("X-Remote-MTA-smtp-greeting: X-str; 220 the.local.host.name ESMTP Exim x.yz Tue, 2 Mar 1999 09:44:33 +0000", fields);
        Assert.Contains("X-Remote-MTA-helo-response: X-str; 250-the.local.host.name Hello localhost [127.0.0.1]", fields);
        Assert.Contains(fields, field => field.StartsWith("X-Exim-Diagnostic: X-str; SMTP error from remote mail server after ", StringComparison.Ordinal) && field.EndsWith(": 550 hard error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Refused_recipient_has_the_diagnostic_of_the_text()
    {
        await using var peer = ScriptedSmtpPeer.Serve(static said => said.StartsWith("RCPT", StringComparison.Ordinal) ? "550 hard error" : null);
        Assert.Contains("X-Exim-Diagnostic: X-str; SMTP error from remote mail server after RCPT TO:<d3@myhost.test.ex>: 550 hard error", await BounceAsync(peer));
    }

    /// <summary>The fields of the bounce, unfolded.</summary>
    private static async Task<string[]> BounceAsync(ScriptedSmtpPeer peer)
    {
        using var host = new PolicyHost($"""
            primary_hostname = mx.mydomain.com
            spool_directory = FOLDER/spool
            acl_smtp_rcpt = accept

            begin routers
            away:
              driver = manualroute
              domains = myhost.test.ex
              route_list = * 127.0.0.1::{peer.EndPoint.Port}
              self = send
              transport = smtp

            local:
              driver = accept
              transport = local

            begin transports
            smtp:
              driver = smtp
              allow_localhost

            local:
              driver = appendfile
              file = FOLDER/mail.$local_part
            """);
        await using var node = await host.StartAsync();
        var id = await node.SendAsync("a@mydomain.com", ["d3@myhost.test.ex"], "Subject: x\n\nbody\n");
        await node.UntilAsync<MessageCompleted>(id);
        var file = host.Folder.Of("mail.a");
        var bounce = await Eventually.IsAsync(async () => File.Exists(file) && await File.ReadAllTextAsync(file) is { Length: > 0 } text && text.Contains("body", StringComparison.Ordinal) ? text : null, () => node.ExplainAsync(id));
        return bounce.ReplaceLineEndings("\n").Replace("\n ", " ", StringComparison.Ordinal).Replace("  ", " ", StringComparison.Ordinal).Split('\n');
    }
}
