using System.Net;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Message;
using Pipeline.Mail.Smtp;
using Pipeline.Tests.Support.Smtp;

namespace Pipeline.Connectors.Tests.Smtp;

public sealed class SmtpDeliveryAgentTests : SmtpDelivery
{
    /// <summary>A peer without extensions, up to the reply to RCPT.</summary>
    private static async Task UpToFirstRecipientAsync(SmtpPeerSession session)
    {
        await session.SendAsync("220 ready");
        await session.ExpectAsync("EHLO client.example");
        await session.SendAsync("250 peer.example");
        await session.ExpectAsync("MAIL FROM:<a@client.example>");
        await session.SendAsync("250 OK");
        await session.ExpectAsync("RCPT TO:<x@peer.example>");
    }

    private const string Silence = SmtpPeerReply.Silence;

    [Fact]
    public async Task Deliver_speaks_plain_smtp_command_by_command()
    {
        await using var peer = ScriptedSmtpPeer.Start(async session =>
        {
            await session.SendAsync("220-peer.example", "220 ready");
            await session.ExpectAsync("EHLO client.example");
            await session.SendAsync("250 peer.example");
            await session.ExpectAsync("MAIL FROM:<a@client.example>");
            await session.SendAsync("250 OK");
            await session.ExpectAsync("RCPT TO:<x@peer.example>");
            await session.SendAsync("250 OK");
            await session.ExpectAsync("DATA");
            await session.SendAsync("354 go ahead");
            await session.ReadDataAsync();
            await session.SendAsync("250 2.0.0 queued as \"1\"");
            await session.ExpectAsync("QUIT");
            await session.SendAsync("221 bye");
        });

        var outcome = Delivered(await DeliverOneAsync(Job(peer)));
        await Agent.DisposeAsync();

        Assert.Equal("peer.example", outcome.Host);
        Assert.Equal(peer.EndPoint, new IPEndPoint(outcome.Ip!, outcome.Port));
        Assert.Equal(new SmtpReply(250, new EnhancedStatusCode(2, 0, 0), "queued as \"1\""), outcome.Reply);
        Assert.Equal("C=\"250 2.0.0 queued as \\\"1\\\"\"", outcome.Detail);
        Assert.False(outcome.PeerKnowsDsn);
        Assert.Equal([Header + "\r\nHello\r\n..dot\r\n.\r\n"], peer.Messages);
        Assert.Equal(["EHLO client.example", "MAIL FROM:<a@client.example>", "RCPT TO:<x@peer.example>", "DATA", "QUIT"], peer.Commands);
    }

    [Fact]
    public async Task Deliver_with_pipelining_writes_all_commands_at_once_and_then_the_message_at_once()
    {
        await using var peer = ScriptedSmtpPeer.Serve(capabilities: ["PIPELINING", "SIZE 1000000"]);
        var job = Job(peer, "x@peer.example", "y@peer.example");

        Assert.All(await DeliverAsync(job), outcome => Delivered(outcome));

        var size = Header.Length + 2 + 13 + 1024;
        Assert.Equal(
            [
                "EHLO client.example\r\n",
                $"MAIL FROM:<a@client.example> SIZE={size}\r\nRCPT TO:<x@peer.example>\r\nRCPT TO:<y@peer.example>\r\nDATA\r\n",
                Header + "\r\nHello\r\n..dot\r\n.\r\n",
            ],
            peer.Sessions[0].Reads);
    }

    [Fact]
    public async Task Deliver_avoids_pipelining_and_esmtp_where_told()
    {
        await using var peer = ScriptedSmtpPeer.Serve(capabilities: ["PIPELINING"]);
        Settings = Settings with { AvoidPipelining = HostSet.Everyone };
        Delivered(await DeliverOneAsync(Job(peer)));
        Settings = Settings with { AvoidEsmtp = HostSet.Everyone };
        Delivered(await DeliverOneAsync(Job(peer)));

        Assert.Equal(5, peer.Sessions[0].Reads.Count);
        Assert.Equal("HELO client.example", peer.Sessions[1].Commands[0]);
    }

    [Fact]
    public async Task Deliver_passes_parameters_on_to_a_peer_that_knows_them()
    {
        await using var peer = ScriptedSmtpPeer.Serve(capabilities: ["SIZE", "8BITMIME", "DSN", "SMTPUTF8"]);
        Settings = Settings with { SizeAddition = 0 };
        var job = Job(peer) with
        {
            Body = BodyType.EightBitMime,
            Return = DsnReturn.Headers,
            EnvelopeId = "id+2B1",
            Recipients =
            [
                Recipient(0, "x@peer.example", DsnNotify.Success | DsnNotify.Failure | DsnNotify.Delay, "rfc822;x+2By@peer.example"),
                Recipient(1, "y@peer.example", DsnNotify.Never),
                Recipient(2, "z@peer.example"),
            ],
        };

        Assert.All(await DeliverAsync(job), outcome => Assert.True(Delivered(outcome).PeerKnowsDsn));

        Assert.Equal(
            [
                $"MAIL FROM:<a@client.example> SIZE={Header.Length + 15} BODY=8BITMIME RET=HDRS ENVID=id+2B1",
                "RCPT TO:<x@peer.example> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;x+2By@peer.example",
                "RCPT TO:<y@peer.example> NOTIFY=NEVER",
                "RCPT TO:<z@peer.example>",
            ],
            peer.Commands.Skip(1).Take(4));
    }

    [Fact]
    public async Task Deliver_passes_no_parameters_to_a_peer_that_knows_none()
    {
        await using var peer = ScriptedSmtpPeer.Serve();
        var job = Job(peer) with
        {
            Body = BodyType.EightBitMime,
            Return = DsnReturn.Full,
            EnvelopeId = "id",
            AuthenticatedSender = "u@client.example",
            ReturnPath = EnvelopeAddress.Null,
            Recipients = [Recipient(0, "x@peer.example", DsnNotify.Success, "rfc822;x@peer.example")],
        };

        Delivered(await DeliverOneAsync(job));

        Assert.Equal(["MAIL FROM:<>", "RCPT TO:<x@peer.example>"], peer.Commands.Skip(1).Take(2));
    }

    [Fact]
    public async Task Deliver_edits_the_header_block()
    {
        await using var peer = ScriptedSmtpPeer.Serve();
        Settings = Settings with { HeadersRemove = ["Subject"], HeadersAdd = ["X-Added: 1"], ReturnPathAdd = true };

        Delivered(await DeliverOneAsync(Job(peer)));

        Assert.StartsWith("Return-path: <a@client.example>\r\nFrom: a@client.example\r\nX-Added: 1\r\n\r\nHello", peer.Messages[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SmtpPeerReply.Greeting, "554 no", FailureClass.Permanent, "SMTP error from remote mail server after initial connection: 554 no")]
    [InlineData(SmtpPeerReply.Greeting, "421 busy", FailureClass.Host4xx, "SMTP error from remote mail server after initial connection: 421 busy")]
    [InlineData("EHLO client.example", "451 later", FailureClass.Host4xx, "SMTP error from remote mail server after EHLO client.example: 451 later")]
    [InlineData("MAIL FROM:<a@client.example>", "550 5.7.1 no", FailureClass.Permanent, "SMTP error from remote mail server after MAIL FROM:<a@client.example>: 550 5.7.1 no")]
    [InlineData("MAIL FROM:<a@client.example>", "451 later", FailureClass.Mail4xx, "SMTP error from remote mail server after MAIL FROM:<a@client.example>: 451 later")]
    [InlineData("MAIL FROM:<a@client.example>", "421 down", FailureClass.Host4xx, "SMTP error from remote mail server after MAIL FROM:<a@client.example>: 421 down")]
    [InlineData("RCPT TO:<x@peer.example>", "550 5.1.1 who?", FailureClass.Permanent, "SMTP error from remote mail server after RCPT TO:<x@peer.example>: 550 5.1.1 who?")]
    [InlineData("RCPT TO:<x@peer.example>", "450 4.2.0 grey", FailureClass.Rcpt4xx, "SMTP error from remote mail server after RCPT TO:<x@peer.example>: 450 4.2.0 grey")]
    [InlineData("RCPT TO:<x@peer.example>", "452 full", FailureClass.Rcpt4xx, "SMTP error from remote mail server after RCPT TO:<x@peer.example>: 452 full")]
    [InlineData("DATA", "554 no", FailureClass.Permanent, "SMTP error from remote mail server after DATA: 554 no")]
    [InlineData("DATA", "452 disk", FailureClass.Data4xx, "SMTP error from remote mail server after DATA: 452 disk")]
    [InlineData(SmtpPeerReply.EndOfData, "552 too big", FailureClass.Permanent, "SMTP error from remote mail server after end of data: 552 too big")]
    [InlineData(SmtpPeerReply.EndOfData, "451 later", FailureClass.Data4xx, "SMTP error from remote mail server after end of data: 451 later")]
    [InlineData(SmtpPeerReply.EndOfData, "421 down", FailureClass.Data4xx, "SMTP error from remote mail server after end of data: 421 down")]
    public async Task Deliver_refusal_at_each_stage_has_its_outcome(string stage, string reply, FailureClass expected, string reason)
    {
        await using var peer = ScriptedSmtpPeer.Serve(command => command == stage ? reply : null);

        var outcome = await DeliverOneAsync(Job(peer));

        var failure = reply[0] == '5' ? Failed(outcome) : Deferred(outcome);
        Assert.Equal(expected, failure.Class);
        Assert.Equal(reason, failure.Reason);
        Assert.Equal(reply, failure.Reply!.ToString());
        Assert.Equal(("peer.example", peer.EndPoint.Address, peer.EndPoint.Port), (failure.Host, failure.Ip, failure.Port));
        Assert.Equal(stage == SmtpPeerReply.Greeting ? reply : "220 peer.example ESMTP", failure.Greeting);
        Assert.Equal(stage == SmtpPeerReply.Greeting ? null : stage.StartsWith("EHLO", StringComparison.Ordinal) ? reply : "250 peer.example", failure.HeloResponse);
        Assert.Equal(expected == FailureClass.Host4xx || stage == SmtpPeerReply.Greeting, failure.HostWide);
    }

    [Theory]
    [InlineData(SmtpPeerReply.Greeting, "initial connection")]
    [InlineData("EHLO client.example", "EHLO client.example")]
    [InlineData("MAIL FROM:<a@client.example>", "MAIL FROM:<a@client.example>")]
    [InlineData("RCPT TO:<x@peer.example>", "RCPT TO:<x@peer.example>")]
    [InlineData("DATA", "DATA")]
    [InlineData(SmtpPeerReply.EndOfData, "end of data")]
    public async Task Deliver_lost_connection_at_each_stage_is_deferred(string stage, string after)
    {
        await using var peer = ScriptedSmtpPeer.Serve(command => command == stage ? SmtpPeerReply.Close : null);

        var failure = Deferred(await DeliverOneAsync(Job(peer)));

        Assert.Equal($"Remote host closed connection in response to {after}", failure.Reason);
        Assert.Equal(stage == SmtpPeerReply.EndOfData ? FailureClass.InDoubt : FailureClass.LostConnection, failure.Class);
        Assert.Single(peer.Sessions);
    }

    [Theory]
    [InlineData(SmtpPeerReply.Greeting, "initial connection")]
    [InlineData("EHLO client.example", "EHLO client.example")]
    [InlineData("MAIL FROM:<a@client.example>", "MAIL FROM:<a@client.example>")]
    [InlineData("DATA", "DATA")]
    [InlineData(SmtpPeerReply.EndOfData, "end of data")]
    public async Task Deliver_garbage_at_each_stage_is_deferred(string stage, string after)
    {
        await using var peer = ScriptedSmtpPeer.Serve(command => command == stage ? "what?" : null);

        var failure = Deferred(await DeliverOneAsync(Job(peer)));

        Assert.Equal($"Malformed SMTP reply in response to {after}: what?", failure.Reason);
        Assert.Equal(stage == SmtpPeerReply.EndOfData ? FailureClass.InDoubt : FailureClass.Other, failure.Class);
    }

    [Theory]
    [InlineData("MAIL FROM:<a@client.example>", "354 go")]
    [InlineData("RCPT TO:<x@peer.example>", "354 go")]
    [InlineData("DATA", "250 fine")]
    [InlineData(SmtpPeerReply.EndOfData, "354 more")]
    public async Task Deliver_reply_of_the_wrong_kind_is_malformed(string stage, string reply)
    {
        await using var peer = ScriptedSmtpPeer.Serve(command => command == stage ? reply : null);

        var failure = Deferred(await DeliverOneAsync(Job(peer)));

        Assert.EndsWith(reply, failure.Reason, StringComparison.Ordinal);
        Assert.StartsWith("Malformed SMTP reply", failure.Reason, StringComparison.Ordinal);
        Assert.Equal(stage == SmtpPeerReply.EndOfData ? FailureClass.InDoubt : FailureClass.Other, failure.Class);
    }

    [Theory]
    [InlineData(SmtpPeerReply.Greeting, 5, FailureClass.Timeout, "SMTP timeout after initial connection: Connection timed out")]
    [InlineData("EHLO client.example", 5, FailureClass.Timeout, "SMTP timeout after EHLO client.example: Connection timed out")]
    [InlineData("MAIL FROM:<a@client.example>", 5, FailureClass.Timeout, "SMTP timeout after MAIL FROM:<a@client.example>: Connection timed out")]
    [InlineData("RCPT TO:<x@peer.example>", 5, FailureClass.Timeout, "SMTP timeout after RCPT TO:<x@peer.example>: Connection timed out")]
    [InlineData("DATA", 5, FailureClass.Timeout, "SMTP timeout after DATA: Connection timed out")]
    [InlineData(SmtpPeerReply.EndOfData, 10, FailureClass.InDoubt, "SMTP timeout after end of data (54 bytes written): Connection timed out")]
    public async Task Deliver_silence_at_each_stage_ends_with_its_time_out(string stage, int minutes, FailureClass expected, string reason)
    {
        using var reached = new SemaphoreSlim(0);
        await using var peer = ScriptedSmtpPeer.Serve(command =>
        {
            if (command != stage)
            {
                return null;
            }

            reached.Release();
            return Silence;
        });

        Settings = Settings with { ConnectTimeout = TimeSpan.FromHours(1) };
        var time = TimeSpan.FromMinutes(minutes);

        var delivering = DeliverOneAsync(Job(peer));
        Assert.True(await reached.WaitAsync(TimeSpan.FromSeconds(20)));
        await Time.TimerDueAsync(time);
        Time.Advance(time - TimeSpan.FromTicks(1));
        Assert.False(delivering.IsCompleted);
        Time.Advance(TimeSpan.FromTicks(1));
        if (await Task.WhenAny(delivering, Time.TimerDueAsync(time - TimeSpan.FromTicks(1))) != delivering)
        {
            // The timer seen first was still that of the write.
            Time.Advance(time);
        }

        var failure = Deferred(await delivering);
        Assert.Equal(reason, failure.Reason);
        Assert.Equal(expected, failure.Class);
    }

    [Fact]
    public async Task Deliver_ehlo_unknown_falls_back_to_helo()
    {
        await using var peer = ScriptedSmtpPeer.Serve(command => command.StartsWith("EHLO", StringComparison.Ordinal) ? "502 unknown" : null);

        Delivered(await DeliverOneAsync(Job(peer)));

        Assert.Equal(["EHLO client.example", "HELO client.example", "MAIL FROM:<a@client.example>"], peer.Commands.Take(3));
    }

    [Fact]
    public async Task Deliver_helo_refused_as_well_fails()
    {
        await using var peer = ScriptedSmtpPeer.Serve(command => command.Contains("LO client", StringComparison.Ordinal) ? "550 go away" : null);

        var failure = Failed(await DeliverOneAsync(Job(peer)));

        Assert.Equal("SMTP error from remote mail server after HELO client.example: 550 go away", failure.Reason);
        Assert.Equal("550 go away", failure.HeloResponse);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Deliver_recipients_have_their_own_outcomes(bool pipelining)
    {
        await using var peer = ScriptedSmtpPeer.Serve(
            command => command.Contains("bad", StringComparison.Ordinal) ? "550 no" : command.Contains("later", StringComparison.Ordinal) ? "451 wait" : null,
            pipelining ? ["PIPELINING"] : []);

        var outcomes = await DeliverAsync(Job(peer, "bad@p.example", "good@p.example", "later@p.example"));

        Assert.Equal(FailureClass.Permanent, Failed(outcomes[0]).Class);
        Delivered(outcomes[1]);
        Assert.Equal(FailureClass.Rcpt4xx, Deferred(outcomes[2]).Class);
        Assert.Single(peer.Messages);
    }

    [Theory]
    [InlineData("503 no recipients")]
    [InlineData("354 go ahead")]
    public async Task Deliver_all_recipients_refused_sends_no_message(string reply)
    {
        await using var peer = ScriptedSmtpPeer.Serve(
            command => command.StartsWith("RCPT", StringComparison.Ordinal) ? "550 no" : command == "DATA" ? reply : null, ["PIPELINING"]);

        Failed(await DeliverOneAsync(Job(peer)));
        Failed(await DeliverOneAsync(Job(peer)));

        Assert.All(peer.Messages, message => Assert.Equal(".\r\n", message));
        Assert.Single(peer.Sessions);
        Assert.Equal("RSET", peer.Commands[4]);
    }

    [Fact]
    public async Task Deliver_pipelined_refusals_say_so()
    {
        await using var peer = ScriptedSmtpPeer.Serve(command => command.StartsWith("MAIL", StringComparison.Ordinal) ? "550 no" : command == "EHLO client.example" ? null : command == "QUIT" ? null : command[0] == '(' ? null : "503 what?", ["PIPELINING"]);

        var failure = Failed(await DeliverOneAsync(Job(peer)));

        Assert.Equal("SMTP error from remote mail server after pipelined MAIL FROM:<a@client.example>: 550 no", failure.Reason);
    }

    [Fact]
    public async Task Deliver_more_recipients_than_allowed_takes_several_transactions()
    {
        await using var peer = ScriptedSmtpPeer.Serve(capabilities: ["PIPELINING"]);
        Settings = Settings with { MaxRecipients = 2 };

        Assert.All(await DeliverAsync(Job(peer, "a@p", "b@p", "c@p", "d@p", "e@p")), outcome => Delivered(outcome));

        Assert.Single(peer.Sessions);
        Assert.Equal(3, peer.Messages.Count);
        Assert.DoesNotContain("RSET", peer.Commands);
    }

    [Fact]
    public async Task Deliver_domains_are_kept_apart_where_told()
    {
        await using var peer = ScriptedSmtpPeer.Serve();
        Settings = Settings with { MultiDomain = false };

        Assert.All(await DeliverAsync(Job(peer, "a@one.example", "b@two.example", "c@ONE.example")), outcome => Delivered(outcome));

        Assert.Equal(
            ["RCPT TO:<a@one.example>", "RCPT TO:<c@ONE.example>", "RCPT TO:<b@two.example>"],
            peer.Commands.Where(c => c.StartsWith("RCPT", StringComparison.Ordinal)));
        Assert.Equal(2, peer.Messages.Count);
    }

    [Fact]
    public async Task Deliver_too_many_recipients_reply_sends_the_rest_in_the_next_transaction()
    {
        var taken = 0;
        await using var peer = ScriptedSmtpPeer.Serve(
            command =>
            {
                taken = command.StartsWith("MAIL", StringComparison.Ordinal) ? 0 : taken;
                return command.StartsWith("RCPT", StringComparison.Ordinal) && ++taken > 2 ? "452 4.5.3 too many" : null;
            },
            ["PIPELINING"]);

        Assert.All(await DeliverAsync(Job(peer, "a@p", "b@p", "c@p", "d@p", "e@p")), outcome => Delivered(outcome));

        Assert.Equal(3, peer.Messages.Count);
        Assert.Single(peer.Sessions);
    }

    [Fact]
    public async Task Deliver_hundreds_of_recipients_are_written_in_groups()
    {
        await using var peer = ScriptedSmtpPeer.Serve(capabilities: ["PIPELINING"]);
        Settings = Settings with { MaxRecipients = 0 };
        var recipients = Enumerable.Range(0, 600).Select(i => $"{new string('r', 50)}{i}@peer.example").ToArray();

        Assert.All(await DeliverAsync(Job(peer, recipients)), outcome => Delivered(outcome));

        Assert.Single(peer.Messages);
        Assert.Equal(600, peer.Commands.Count(c => c.StartsWith("RCPT", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("554 go away")]
    [InlineData("421 busy")]
    [InlineData(SmtpPeerReply.Close)]
    [InlineData("garbage")]
    public async Task Deliver_host_at_fault_passes_recipients_on_to_the_next(string greeting)
    {
        await using var first = ScriptedSmtpPeer.Serve(command => command == SmtpPeerReply.Greeting ? greeting : null);
        await using var second = ScriptedSmtpPeer.Serve();

        var outcome = Delivered(await DeliverOneAsync(Job([HostOf(first, "one.example"), HostOf(second, "two.example")])));

        Assert.Equal("two.example", outcome.Host);
    }

    [Fact]
    public async Task Deliver_host_going_down_at_mail_passes_recipients_on_to_the_next()
    {
        await using var first = ScriptedSmtpPeer.Serve(command => command.StartsWith("MAIL", StringComparison.Ordinal) ? "421 down" : null);
        await using var second = ScriptedSmtpPeer.Serve();

        Assert.Equal("two.example", Delivered(await DeliverOneAsync(Job([HostOf(first, "one.example"), HostOf(second, "two.example")]))).Host);
    }

    [Theory]
    [InlineData("MAIL FROM:<a@client.example>", "451 later")]
    [InlineData("RCPT TO:<x@peer.example>", "451 later")]
    [InlineData("DATA", "451 later")]
    [InlineData(SmtpPeerReply.EndOfData, "451 later")]
    [InlineData(SmtpPeerReply.EndOfData, SmtpPeerReply.Close)]
    [InlineData(SmtpPeerReply.EndOfData, SmtpPeerReply.Reset)]
    [InlineData("MAIL FROM:<a@client.example>", "550 no")]
    public async Task Deliver_word_about_the_message_stands_and_no_other_host_is_tried(string stage, string reply)
    {
        await using var first = ScriptedSmtpPeer.Serve(command => command == stage ? reply : null);
        await using var second = ScriptedSmtpPeer.Serve();

        Assert.IsNotType<DeliveryOutcome.Delivered>(await DeliverOneAsync(Job([HostOf(first), HostOf(second)])));
        Assert.Empty(second.Sessions);
    }

    [Fact]
    public async Task Deliver_fails_only_if_every_host_refused_for_good()
    {
        await using var bad = ScriptedSmtpPeer.Serve(command => command == SmtpPeerReply.Greeting ? "554 no" : null);
        await using var busy = ScriptedSmtpPeer.Serve(command => command == SmtpPeerReply.Greeting ? "421 busy" : null);

        Assert.Equal(FailureClass.Host4xx, Deferred(await DeliverOneAsync(Job([HostOf(busy), HostOf(bad)]))).Class);
        Assert.Equal(FailureClass.Permanent, Failed(await DeliverOneAsync(Job([HostOf(bad), HostOf(bad)]))).Class);
        Settings = Settings with { HostsMaxTry = 1 };
        Assert.Equal(FailureClass.Permanent, Deferred(await DeliverOneAsync(Job([HostOf(bad), HostOf(bad)]))).Class);
    }

    [Fact]
    public async Task Deliver_to_a_port_nobody_listens_at_is_refused_and_the_next_address_tried()
    {
        var gone = ScriptedSmtpPeer.Serve();
        await gone.DisposeAsync();
        await using var peer = ScriptedSmtpPeer.Serve();

        var failure = Deferred(await DeliverOneAsync(Job([HostOf(gone)])));
        Assert.Equal((FailureClass.ConnectionRefused, "Connection refused", true), (failure.Class, failure.Reason, failure.HostWide));
        Delivered(await DeliverOneAsync(Job([HostOf(gone), HostOf(peer)])));
    }

    [Fact]
    public async Task Deliver_without_hosts_is_deferred() => Assert.Equal("no host to deliver to", Deferred(await DeliverOneAsync(Job([]))).Reason);

    [Fact]
    public async Task Deliver_number_of_hosts_tried_is_limited()
    {
        await using var peer = ScriptedSmtpPeer.Serve(command => command == SmtpPeerReply.Greeting ? "421 busy" : null);
        Settings = Settings with { HostsMaxTry = 3 };

        Deferred(await DeliverOneAsync(Job([.. Enumerable.Repeat(HostOf(peer), 5)])));

        Assert.Equal(3, peer.Sessions.Count);
    }

    [Fact]
    public async Task Deliver_message_beyond_the_transports_limits_fails_without_a_connection()
    {
        await using var peer = ScriptedSmtpPeer.Serve();
        Settings = Settings with { MessageSizeLimit = 53 };
        Assert.Equal("message is too big (transport limit = 53)", Failed(await DeliverOneAsync(Job(peer))).Reason);
        Settings = Settings with { MessageSizeLimit = 54, MessageLineLengthLimit = 21 };
        Assert.Equal("message has lines too long for transport", Failed(await DeliverOneAsync(Job(peer))).Reason);
        Assert.Empty(peer.Sessions);
        Settings = Settings with { MessageLineLengthLimit = 22 };
        Delivered(await DeliverOneAsync(Job(peer)));
    }

    [Fact]
    public async Task Deliver_to_the_hosts_behind_the_hosts_what_these_cannot_take_now()
    {
        await using var first = ScriptedSmtpPeer.Start(async session =>
        {
            await UpToFirstRecipientAsync(session);
            await session.SendAsync("450 later");
            await session.ExpectAsync("RCPT TO:<y@peer.example>");
            await session.SendAsync("550 no");
            await session.ExpectAsync("QUIT");
            await session.SendAsync("221 bye");
        });
        await using var behind = ScriptedSmtpPeer.Serve();
        var job = Job(first, "x@peer.example", "y@peer.example");

        var outcomes = await DeliverAsync(job with { FallbackHosts = Job(behind).Hosts });

        Assert.Equal(behind.EndPoint.Port, Delivered(outcomes[0]).Port);
        Assert.StartsWith("SMTP error from remote mail server after RCPT TO:<y@peer.example>: 550", Failed(outcomes[1]).Reason, StringComparison.Ordinal);
        Assert.Contains("RCPT TO:<x@peer.example>", behind.Commands);
        Assert.DoesNotContain("RCPT TO:<y@peer.example>", behind.Commands);
    }

    [Fact]
    public async Task Deliver_does_not_fall_back_from_a_doubt()
    {
        await using var first = ScriptedSmtpPeer.Start(async session =>
        {
            await UpToFirstRecipientAsync(session);
            await session.SendAsync("250 OK");
            await session.ExpectAsync("DATA");
            await session.SendAsync("354 go ahead");
            await session.ReadDataAsync();
        });
        await using var behind = ScriptedSmtpPeer.Serve();

        var outcome = Assert.IsType<DeliveryOutcome.Deferred>(await DeliverOneAsync(Job(first) with { FallbackHosts = Job(behind).Hosts }));

        Assert.Equal(FailureClass.InDoubt, outcome.Failure.Class);
        Assert.Empty(behind.Sessions);
    }

    [Fact]
    public async Task Deliver_a_part_of_the_message()
    {
        await using var peer = ScriptedSmtpPeer.Serve();
        Settings = Settings with { BodyOnly = true, HeadersAdd = ["X-Added: no"] };
        Delivered(await DeliverOneAsync(Job(peer)));
        Settings = Settings with { BodyOnly = false, HeadersOnly = true, HeadersAdd = [] };
        Delivered(await DeliverOneAsync(Job(peer)));
        Assert.Equal(["Hello\r\n..dot\r\n.\r\n", Header + "\r\n.\r\n"], peer.Messages);
    }

    [Fact]
    public async Task Deliver_large_body_is_streamed_and_arrives_whole()
    {
        await using var peer = ScriptedSmtpPeer.Serve(capabilities: ["PIPELINING"]);
        var body = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{(i % 7 == 0 ? "." : "")}line {i}\r\n"));
        var expected = Header + "\r\n" + string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{(i % 7 == 0 ? ".." : "")}line {i}\r\n")) + ".\r\n";
        var octets = System.Text.Encoding.Latin1.GetBytes(body);

        Delivered(await DeliverOneAsync(Job(peer) with { Content = new StreamedContent(Header, octets, 1021) }));
        Delivered(await DeliverOneAsync(Job(peer) with { Content = new InMemoryMessageContent(System.Text.Encoding.Latin1.GetBytes(Header), octets) }));

        Assert.Equal(expected, peer.Messages[0]);
        Assert.Equal(expected, peer.Messages[1]);
    }

    [Fact]
    public async Task Deliver_streamed_body_with_a_long_line_is_broken_off_before_the_dot()
    {
        await using var peer = ScriptedSmtpPeer.Serve();
        var content = new StreamedContent(Header, System.Text.Encoding.Latin1.GetBytes(new string('a', 999) + "\r\n"), 100);

        Assert.Equal("message has lines too long for transport", Failed(await DeliverOneAsync(Job(peer) with { Content = content })).Reason);

        Assert.Empty(peer.Messages);
    }

    [Fact]
    public async Task Deliver_body_that_cannot_be_read_is_deferred_and_no_dot_is_sent()
    {
        await using var peer = ScriptedSmtpPeer.Serve();
        var content = new StreamedContent(Header, new byte[10], 100) { FailsToRead = true };

        Assert.Equal(FailureClass.Local, Deferred(await DeliverOneAsync(Job(peer) with { Content = content })).Class);

        Assert.Empty(peer.Messages);
    }

    [Fact]
    public async Task Deliver_asks_before_the_final_dot_and_stops_on_no()
    {
        await using var peer = ScriptedSmtpPeer.Serve();
        await using var second = ScriptedSmtpPeer.Serve();
        var asked = 0;
        var job = Job([HostOf(peer), HostOf(second)]) with
        {
            BeforeFinalStep = _ =>
            {
                asked++;
                return ValueTask.FromResult(false);
            },
        };

        var failure = Deferred(await DeliverOneAsync(job));

        Assert.Equal(FailureClass.Interrupted, failure.Class);
        Assert.Equal(1, asked);
        Assert.Empty(peer.Messages);
        Assert.Empty(second.Sessions);
        Assert.Equal("DATA", peer.Commands[^1]);
    }

    [Fact]
    public async Task Deliver_asks_before_the_final_dot_only_once_a_recipient_was_taken()
    {
        await using var peer = ScriptedSmtpPeer.Serve(command => command.StartsWith("RCPT", StringComparison.Ordinal) ? "550 no" : null);
        var job = Job(peer) with { BeforeFinalStep = _ => throw new InvalidOperationException("not to be asked") };

        Failed(await DeliverOneAsync(job));
    }

    [Theory]
    [InlineData("MAIL FROM:<a@client.example>", FailureClass.Interrupted)]
    [InlineData("DATA", FailureClass.Interrupted)]
    [InlineData(SmtpPeerReply.EndOfData, FailureClass.InDoubt)]
    public async Task Deliver_cancelled_at_a_stage_says_whether_the_message_is_in_doubt(string stage, FailureClass expected)
    {
        using var cancel = new CancellationTokenSource();
        await using var peer = ScriptedSmtpPeer.Serve(command =>
        {
            if (command != stage)
            {
                return null;
            }

            _ = cancel.CancelAsync();
            return Silence;
        });

        Assert.Equal(expected, Deferred(await DeliverOneAsync(Job(peer), cancel.Token)).Class);
    }

    [Fact]
    public async Task Deliver_cancelled_from_the_start_connects_nowhere()
    {
        await using var peer = ScriptedSmtpPeer.Serve();

        Assert.Equal(FailureClass.Interrupted, Deferred(await DeliverOneAsync(Job(peer), new CancellationToken(canceled: true))).Class);
        Assert.Empty(peer.Sessions);
    }

    [Fact]
    public async Task Deliver_reply_in_the_middle_of_the_message_is_the_verdict()
    {
        await using var peer = ScriptedSmtpPeer.Start(async session =>
        {
            await session.SendAsync("220 peer.example");
            foreach (var reply in new[] { "250 peer.example", "250 OK", "250 OK", "354 go ahead" })
            {
                await session.ReadLineAsync();
                await session.SendAsync(reply);
            }

            await session.SendAsync("552 5.3.4 too much");
            await session.ReadToEndAsync();
        });

        var failure = Failed(await DeliverOneAsync(Job(peer)));

        Assert.Equal("552 5.3.4 too much", failure.Reply!.ToString());
    }

    [Fact]
    public async Task Deliver_address_that_could_break_out_of_its_command_is_not_sent()
    {
        await using var peer = ScriptedSmtpPeer.Serve();
        var outcomes = await DeliverAsync(Job(peer) with
        {
            Recipients =
            [
                new DeliveryRecipient(0, new EnvelopeAddress("x>\r\nRCPT TO:<y", "peer.example")),
                new DeliveryRecipient(1, new EnvelopeAddress("good", "peer.example")),
                new DeliveryRecipient(2, new EnvelopeAddress("\"a b>\"", "peer.example")),
                new DeliveryRecipient(3, EnvelopeAddress.Null),
                new DeliveryRecipient(4, new EnvelopeAddress("a b", "peer.example")),
                new DeliveryRecipient(5, new EnvelopeAddress("a", "peer.example>")),
            ],
        });

        Assert.Equal(new EnhancedStatusCode(5, 1, 3), Failed(outcomes[0]).Status);
        Delivered(outcomes[1]);
        Delivered(outcomes[2]);
        Failed(outcomes[3]);
        Failed(outcomes[4]);
        Failed(outcomes[5]);
        Assert.Equal(
            ["RCPT TO:<good@peer.example>", "RCPT TO:<\"a b>\"@peer.example>"],
            peer.Commands.Where(c => c.StartsWith("RCPT", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Deliver_is_not_meant_for_hosts_that_are_this_node()
    {
        await using var peer = ScriptedSmtpPeer.Serve();
        await using var agent = new Connectors.Smtp.SmtpDeliveryAgent(Pool, Time, Dns, isThisNode: endPoint => endPoint.Equals(peer.EndPoint));

        var report = await agent.DeliverAsync(Job(peer), CancellationToken.None);
        Assert.Equal("remote host address is the local host", Deferred(report.Recipients[0].Outcome).Reason);
        Settings = Settings with { AllowLocalhost = true };
        Delivered((await agent.DeliverAsync(Job(peer), CancellationToken.None)).Recipients[0].Outcome);
    }
}
