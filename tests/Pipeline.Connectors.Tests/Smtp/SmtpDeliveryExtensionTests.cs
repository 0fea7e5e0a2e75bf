using System.Text;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Message;
using Pipeline.Mail.Smtp;
using Pipeline.Tests.Support.Smtp;

namespace Pipeline.Connectors.Tests.Smtp;

public sealed class SmtpDeliveryExtensionTests : SmtpDelivery
{
    [Theory]
    [InlineData("RCPTMAX=2", "a@x.example b@x.example c@x.example", "a,b c", 1)]
    [InlineData("RCPTDOMAINMAX=1", "a@x.example b@y.example c@X.example", "a,c b", 1)]
    [InlineData("RCPTDOMAINMAX=2", "a@x.example b@y.example c@z.example", "a,b c", 1)]
    [InlineData("MAILMAX=1 RCPTMAX=1", "a@x.example b@x.example", "a b", 2)]
    [InlineData("MAILMAX=0 RCPTMAX= RCPTDOMAINMAX=x OTHER=1 RCPTMAX", "a@x.example b@y.example", "a,b", 1)]
    [InlineData("RCPTMAX=0000002 rcptmax=1", "a@x.example b@y.example", "a b", 1)]
    public async Task Deliver_keeps_to_the_limits_of_the_peer(string limits, string recipients, string transactions, int sessions)
    {
        await using var peer = ScriptedSmtpPeer.Serve(capabilities: ["LIMITS " + limits]);

        Assert.All(await DeliverAsync(Job(peer, recipients.Split(' '))), outcome => Delivered(outcome));

        var said = string.Join(' ', peer.Commands.Select(command => command.Split(':')[0] switch
        {
            "MAIL FROM" => "/",
            "RCPT TO" => command[9..command.IndexOf('@', StringComparison.Ordinal)],
            _ => "",
        }).Where(word => word.Length > 0));
        Assert.Equal(transactions, string.Join(' ', said.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(part => string.Join(',', part.Split(' ', StringSplitOptions.RemoveEmptyEntries)))));
        Assert.Equal(sessions, peer.Sessions.Count);
    }

    [Theory]
    [InlineData("PIPECONNECT")]
    [InlineData("X_PIPE_CONNECT")]
    public async Task Deliver_does_not_wait_for_the_banner_of_a_peer_that_has_said_so(string keyword)
    {
        var sessions = 0;
        await using var peer = ScriptedSmtpPeer.Start(async session =>
        {
            var isFirst = Interlocked.Increment(ref sessions) == 1;
            if (!isFirst)
            {
                Assert.Equal("EHLO client.example", await session.ReadLineAsync());
            }

            await session.SendAsync("220 peer.example ESMTP");
            if (isFirst)
            {
                await session.ExpectAsync("EHLO client.example");
            }

            await session.SendAsync("250-peer.example", "250 " + keyword);
            await TakeAsync(session);
        });
        Settings = Settings with { PipeConnect = HostSet.Everyone, ConnectionMaxMessages = 1 };

        Assert.DoesNotContain("L* ", Delivered(Assert.Single(await DeliverAsync(Job(peer, "a@peer.example")))).Detail, StringComparison.Ordinal);
        Assert.Contains("L* ", Delivered(Assert.Single(await DeliverAsync(Job(peer, "b@peer.example")))).Detail, StringComparison.Ordinal);
        Assert.Equal(2, sessions);
    }

    [Fact]
    public async Task Deliver_waits_again_for_the_banner_of_a_peer_that_has_changed()
    {
        var sessions = 0;
        await using var peer = ScriptedSmtpPeer.Start(async session =>
        {
            var number = Interlocked.Increment(ref sessions);
            if (number == 2)
            {
                await session.SendAsync("554 SMTP synchronization error");
                return;
            }

            await session.SendAsync("220 peer.example ESMTP");
            await session.ExpectAsync("EHLO client.example");
            await session.SendAsync("250-peer.example", number == 1 ? "250 PIPECONNECT" : "250 HELP");
            await TakeAsync(session);
        });
        Settings = Settings with { PipeConnect = HostSet.Everyone, ConnectionMaxMessages = 1 };

        for (var i = 0; i < 3; i++)
        {
            Assert.DoesNotContain("L* ", Delivered(Assert.Single(await DeliverAsync(Job(peer, "a@peer.example")))).Detail, StringComparison.Ordinal);
        }

        Assert.Equal(4, sessions);
    }

    [Fact]
    public async Task Deliver_believes_an_offer_no_longer_than_it_is_told()
    {
        await using var peer = ScriptedSmtpPeer.Serve(capabilities: ["PIPECONNECT"]);
        Settings = Settings with { PipeConnect = HostSet.Everyone, ConnectionMaxMessages = 1, OfferLasts = TimeSpan.FromHours(1) };
        var details = new List<string>();
        foreach (var wait in (double[])[0, 0.5, 2])
        {
            Time.Advance(TimeSpan.FromHours(wait));
            details.Add(Delivered(Assert.Single(await DeliverAsync(Job(peer, "a@peer.example")))).Detail);
        }

        Assert.Equal([false, true, false], details.Select(static detail => detail.Contains("L* ", StringComparison.Ordinal)));
    }

    private static async Task TakeAsync(SmtpPeerSession session)
    {
        await session.ReadLineAsync();
        await session.SendAsync("250 OK");
        await session.ReadLineAsync();
        await session.SendAsync("250 OK");
        await session.ReadLineAsync();
        await session.SendAsync("354 go on");
        await session.ReadDataAsync();
        await session.SendAsync("250 OK");
        await session.ReadLineAsync();
        await session.SendAsync("221 bye");
    }

    [Fact]
    public async Task Deliver_lmtp_has_a_verdict_for_each_recipient_taken()
    {
        await using var peer = ScriptedSmtpPeer.Serve(
            command => command switch
            {
                "RCPT TO:<b@peer.example> IGNOREQUOTA" => "550 no",
                "(end of data) RCPT TO:<c@peer.example> IGNOREQUOTA" => "452 4.2.2 full",
                "(end of data) RCPT TO:<d@peer.example> IGNOREQUOTA" => "554 5.7.1 spam",
                _ => null,
            },
            ["PIPELINING"]);
        Settings = Settings with { Protocol = SmtpDialect.Lmtp, LmtpIgnoreQuota = true };

        var outcomes = await DeliverAsync(Job(peer, "a@peer.example", "b@peer.example", "c@peer.example", "d@peer.example"));

        Assert.Equal("LHLO client.example", peer.Commands[0]);
        Delivered(outcomes[0]);
        Assert.Equal("SMTP error from remote mail server after RCPT TO:<b@peer.example>: 550 no", Failed(outcomes[1]).Reason);
        Assert.Equal("LMTP error after end of data: 452 4.2.2 full", Deferred(outcomes[2]).Reason);
        Assert.Equal("LMTP error after end of data: 554 5.7.1 spam", Failed(outcomes[3]).Reason);
    }

    [Fact]
    public async Task Deliver_lmtp_lost_between_verdicts_leaves_only_the_rest_in_doubt()
    {
        await using var peer = ScriptedSmtpPeer.Serve(command => command == "(end of data) RCPT TO:<b@peer.example>" ? SmtpPeerReply.Close : null);
        Settings = Settings with { Protocol = SmtpDialect.Lmtp };

        var outcomes = await DeliverAsync(Job(peer, "a@peer.example", "b@peer.example", "c@peer.example"));

        Delivered(outcomes[0]);
        Assert.Equal(FailureClass.InDoubt, Deferred(outcomes[1]).Class);
        Assert.Equal(FailureClass.InDoubt, Deferred(outcomes[2]).Class);
    }

    [Theory]
    [InlineData("353 begin|250 mine|550 5.7.1 spam|450 wait|250 some", "=250 mine\n250 some|PRDR error after end of data: 550 5.7.1 spam|~PRDR error after end of data: 450 wait")]
    [InlineData("353 begin|250 a|250 b|250 c|250 all", "=250 a\n250 all|=250 b\n250 all|=250 c\n250 all")]
    [InlineData("353 begin|250 a|550 b|250 c|552 too big", "SMTP error from remote mail server after end of data: 552 too big|SMTP error from remote mail server after end of data: 552 too big|SMTP error from remote mail server after end of data: 552 too big")]
    [InlineData("353 begin|250 a|550 b|250 c|451 not now", "~SMTP error from remote mail server after end of data: 451 not now|~SMTP error from remote mail server after end of data: 451 not now|~SMTP error from remote mail server after end of data: 451 not now")]
    [InlineData("250 as ever", "=250 as ever|=250 as ever|=250 as ever")]
    [InlineData("554 as ever", "SMTP error from remote mail server after end of data: 554 as ever|SMTP error from remote mail server after end of data: 554 as ever|SMTP error from remote mail server after end of data: 554 as ever")]
    public async Task Deliver_prdr_has_a_verdict_for_each_recipient_and_one_for_all(string replies, string outcomes)
    {
        await using var peer = ScriptedSmtpPeer.Serve(
            command => command switch
            {
                "RCPT TO:<no@peer.example>" => "550 no",
                SmtpPeerReply.EndOfData => replies.Replace("|", "\r\n", StringComparison.Ordinal),
                _ => null,
            },
            ["PRDR", "PIPELINING"]);

        var decided = await DeliverAsync(Job(peer, "a@peer.example", "no@peer.example", "b@peer.example", "c@peer.example"));

        Assert.Contains("MAIL FROM:<a@client.example> PRDR", peer.Commands);
        Assert.Equal("SMTP error from remote mail server after RCPT TO:<no@peer.example>: 550 no", Failed(decided[1]).Reason);
        Assert.Equal(outcomes.Replace("\\n", "\n", StringComparison.Ordinal).Split('|'), decided.RemoveAt(1).Select(outcome => outcome switch
        {
            DeliveryOutcome.Delivered d => "=" + d.Detail.Replace("PRDR ", "", StringComparison.Ordinal).Replace("C=", "", StringComparison.Ordinal).Trim('"').Replace("\\\\n", "\n", StringComparison.Ordinal),
            DeliveryOutcome.Deferred d => "~" + d.Failure.Reason,
            _ => Failed(outcome).Reason,
        }));
    }

    [Fact]
    public async Task Deliver_prdr_is_said_in_the_words_for_the_log()
    {
        await using var peer = ScriptedSmtpPeer.Serve(command => command == SmtpPeerReply.EndOfData ? "353 go\r\n250 a\r\n250 b\r\n250 all" : null, ["PRDR"]);

        var outcomes = await DeliverAsync(Job(peer, "a@peer.example", "b@peer.example"));

        Assert.Equal("""PRDR C="250 a\\n250 all" """.TrimEnd(), Delivered(outcomes[0]).Detail);
        Assert.Equal("250 b", Delivered(outcomes[1]).Reply?.ToString());
    }

    [Fact]
    public async Task Deliver_prdr_that_breaks_off_leaves_in_doubt_whom_the_peer_has_not_refused()
    {
        await using var peer = ScriptedSmtpPeer.Start(async session =>
        {
            await session.SendRawAsync("220 hi\r\n");
            await session.ReadLineAsync();
            await session.SendRawAsync("250-peer\r\n250 PRDR\r\n");
            for (var i = 0; i < 4; i++)
            {
                await session.ReadLineAsync();
                await session.SendRawAsync("250 ok\r\n");
            }

            await session.ReadLineAsync();
            await session.SendRawAsync("354 go\r\n");
            await session.ReadDataAsync();
            await session.SendRawAsync("353 begin\r\n550 no\r\n250 yes\r\n");
        });

        var outcomes = await DeliverAsync(Job(peer, "a@peer.example", "b@peer.example", "c@peer.example"));

        Assert.Equal("PRDR error after end of data: 550 no", Failed(outcomes[0]).Reason);
        Assert.Equal(FailureClass.InDoubt, Deferred(outcomes[1]).Class);
        Assert.Equal(FailureClass.InDoubt, Deferred(outcomes[2]).Class);
    }

    [Theory]
    [InlineData(true, "a@peer.example")]
    [InlineData(false, "a@peer.example b@peer.example")]
    public async Task Deliver_does_not_ask_for_prdr_for_one_recipient_or_where_it_is_not_to_be_tried(bool tries, string recipients)
    {
        await using var peer = ScriptedSmtpPeer.Serve(capabilities: ["PRDR"]);
        Settings = Settings with { TryPrdr = tries ? HostSet.Everyone : HostSet.None };

        Assert.All(await DeliverAsync(Job(peer, recipients.Split(' '))), outcome => Delivered(outcome));

        Assert.Contains("MAIL FROM:<a@client.example>", peer.Commands);
    }

    [Fact]
    public async Task Deliver_lmtp_never_falls_back_to_helo()
    {
        await using var peer = ScriptedSmtpPeer.Serve(command => command.StartsWith("LHLO", StringComparison.Ordinal) ? "500 what?" : null);
        Settings = Settings with { Protocol = SmtpDialect.Lmtp };

        Failed(await DeliverOneAsync(Job(peer)));

        Assert.Equal(["LHLO client.example", "QUIT"], peer.Commands);
    }

    [Fact]
    public async Task Deliver_utf8_address_is_sent_as_it_is_to_a_peer_with_smtputf8()
    {
        await using var peer = ScriptedSmtpPeer.Serve(capabilities: ["SMTPUTF8", "8BITMIME"]);

        Delivered(await DeliverOneAsync(Job(peer, "jürgen@bücher.example") with { SmtpUtf8 = true, Body = BodyType.EightBitMime }));

        Assert.Equal("MAIL FROM:<a@client.example> BODY=8BITMIME SMTPUTF8", peer.Commands[1]);
        Assert.Equal("RCPT TO:<jürgen@bücher.example>", Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(peer.Commands[2])));
    }

    [Fact]
    public async Task Deliver_utf8_not_needed_is_not_asked_for()
    {
        await using var peer = ScriptedSmtpPeer.Serve(capabilities: ["SMTPUTF8"]);

        Delivered(await DeliverOneAsync(Job(peer) with { SmtpUtf8 = true }));

        Assert.Equal("MAIL FROM:<a@client.example>", peer.Commands[1]);
    }

    [Fact]
    public async Task Deliver_utf8_local_part_fails_at_a_peer_without_smtputf8_and_a_domain_is_said_in_ascii()
    {
        await using var peer = ScriptedSmtpPeer.Serve();

        var outcomes = await DeliverAsync(Job(peer, "jürgen@peer.example", "x@bücher.example") with { SmtpUtf8 = true });

        var failure = Failed(outcomes[0]);
        Assert.Equal((FailureClass.MissingExtension, new EnhancedStatusCode(5, 6, 7)), (failure.Class, failure.Status));
        Delivered(outcomes[1]);
        Assert.Equal("RCPT TO:<x@xn--bcher-kva.example>", peer.Commands[2]);
    }

    [Fact]
    public async Task Deliver_utf8_in_the_header_fails_at_a_peer_without_smtputf8()
    {
        await using var peer = ScriptedSmtpPeer.Serve();
        var content = new InMemoryMessageContent(Encoding.UTF8.GetBytes("Subject: grün\r\n"), "x\r\n"u8.ToArray());

        Failed(await DeliverOneAsync(Job(peer) with { SmtpUtf8 = true, Content = content }));
        Delivered(await DeliverOneAsync(Job(peer) with { SmtpUtf8 = false, Content = content }));
    }

    [Fact]
    public async Task Deliver_eight_bit_octets_go_as_they_are_to_a_peer_without_8bitmime()
    {
        await using var peer = ScriptedSmtpPeer.Serve();
        var content = new InMemoryMessageContent(Encoding.Latin1.GetBytes(Header), Encoding.Latin1.GetBytes("gr\u00FCn\r\n"));

        Delivered(await DeliverOneAsync(Job(peer) with { Content = content, Body = BodyType.EightBitMime }));

        Assert.EndsWith("\r\n\r\ngr\u00FCn\r\n.\r\n", peer.Messages[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deliver_binary_message_fails()
    {
        await using var peer = ScriptedSmtpPeer.Serve();

        Assert.Equal(new EnhancedStatusCode(5, 6, 1), Failed(await DeliverOneAsync(Job(peer) with { Body = BodyType.BinaryMime })).Status);
    }

    [Fact]
    public async Task Deliver_signs_the_edited_header_block()
    {
        await using var peer = ScriptedSmtpPeer.Serve();
        Settings = Settings with
        {
            HeadersAdd = ["X-Added: 1"],
            Dkim = [new DkimSigningSettings { Domain = "client.example", Selector = "s", PrivateKey = new Secret("key") }],
        };
        await using var agent = new Connectors.Smtp.SmtpDeliveryAgent(Pool, Time, Dns, new Signer("DKIM-Signature: of {0}\r\n", null));
        await using var failing = new Connectors.Smtp.SmtpDeliveryAgent(Pool, Time, Dns, new Signer("", "no key"));

        Delivered((await agent.DeliverAsync(Job(peer), CancellationToken.None)).Recipients[0].Outcome);
        var failure = Deferred((await failing.DeliverAsync(Job(peer), CancellationToken.None)).Recipients[0].Outcome);

        Assert.StartsWith($"DKIM-Signature: of {Header.Length + 12}\r\n{Header}X-Added: 1\r\n\r\n", peer.Messages[0], StringComparison.Ordinal);
        Assert.Equal("no key", failure.Internal);
        Assert.Equal("no signer is configured", Deferred(await DeliverOneAsync(Job(peer))).Internal);
    }

    private sealed class Signer(string field, string? failure) : Connectors.Smtp.IMessageSigner
    {
        public ValueTask<Connectors.Smtp.MessageSigning> SignAsync(
            ReadOnlyMemory<byte> headerBlock, IMessageContent content, SmtpTransportSettings settings, CancellationToken cancellationToken) =>
            new(new Connectors.Smtp.MessageSigning(
                Encoding.Latin1.GetBytes(string.Format(System.Globalization.CultureInfo.InvariantCulture, field, headerBlock.Length)), failure));
    }
}
