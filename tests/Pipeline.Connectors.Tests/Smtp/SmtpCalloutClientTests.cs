using System.Collections.Immutable;
using System.Net;
using Pipeline.Connectors.Ports;
using Pipeline.Connectors.Smtp;
using Pipeline.Mail.Addressing;
using Pipeline.Policy.Acl.Verification.Callouts;
using Pipeline.Policy.Transports;
using Pipeline.Tests.Support;
using Pipeline.Tests.Support.Scanning;
using Pipeline.Tests.Support.Smtp;

namespace Pipeline.Connectors.Tests.Smtp;

/// <summary>Callouts to real sockets: what is said, and what is made of each answer and each failure.</summary>
public sealed class SmtpCalloutClientTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly CalloutQuestion Plain = new()
    {
        Sender = EnvelopeAddress.Null,
        Recipient = new EnvelopeAddress("x", "peer.example"),
        CommandTimeout = TimeSpan.FromSeconds(5),
        ConnectTimeout = TimeSpan.FromSeconds(1),
        MaxWait = TimeSpan.FromSeconds(9),
    };

    private readonly ManualTime _time = new();
    private readonly SmtpTransportSettings _settings = new("remote_smtp") { HeloData = new HeloData("client.example"), Tls = new SmtpTlsSettings { TryVerify = HostSet.None } };

    [Fact]
    public async Task Host_that_takes_the_address_accepts()
    {
        await using var peer = ScriptedSmtpPeer.Serve();
        var answer = await AskAsync(Plain, peer);
        Assert.Equal((CalloutOutcome.Accepted, peer.EndPoint), (answer.Outcome, answer.Called));
        Assert.Equal(["EHLO client.example", "MAIL FROM:<>", "RCPT TO:<x@peer.example>", "QUIT"], peer.Commands);
    }

    [Theory]
    [InlineData(true, "REQUIRETLS", CalloutOutcome.Accepted, "")]
    [InlineData(true, "8BITMIME", CalloutOutcome.RequireTlsMissing, "REQUIRETLS support is required from the server but it was not offered")]
    [InlineData(false, "REQUIRETLS", CalloutOutcome.RequireTlsMissing, "REQUIRETLS support is required from the server but DNSSEC does not vouch for the MX record that names it")]
    public async Task Host_that_may_not_have_a_message_under_requiretls_says_nothing_of_the_address(bool secure, string offer, CalloutOutcome outcome, string log)
    {
        var authorities = TestCertificates.WritePem(TestCertificates.Peer);
        try
        {
            await using var peer = ScriptedSmtpPeer.Serve(capabilities: ["STARTTLS", offer], certificate: TestCertificates.Peer);
            var job = new CalloutJob(
                Plain with { RequireTls = true },
                _settings with { AllowLocalhost = true, Tls = _settings.Tls with { VerifyCertificates = authorities, AvoidInCallouts = HostSet.Everyone } },
                [new DestinationHost("peer.example", [IPAddress.Loopback], peer.EndPoint.Port) { IsNameSecure = secure }]);

            var answer = await new SmtpCalloutClient(_time, _ => false).AskAsync(job, CancellationToken.None).WaitAsync(Patience);

            Assert.Equal(outcome, answer.Outcome);
            Assert.EndsWith(log, answer.Log, StringComparison.Ordinal);
            Assert.Equal(outcome == CalloutOutcome.Accepted, peer.Commands.Contains("MAIL FROM:<> REQUIRETLS"));
        }
        finally
        {
            File.Delete(authorities);
        }
    }

    [Theory]
    [InlineData(SmtpPeerReply.Greeting, "554 go away", CalloutOutcome.SetupRefused, "initial connection", "SMTP error from remote mail server after initial connection: 554 go away")]
    [InlineData("EHLO", "550 bad helo", CalloutOutcome.SetupRefused, "HELO client.example", "SMTP error from remote mail server after HELO client.example: 550 bad helo")]
    [InlineData("MAIL", "550 no bounces", CalloutOutcome.SetupRefused, "MAIL FROM:<>", "response to \"MAIL FROM:<>\" was: 550 no bounces")]
    [InlineData("RCPT", "550-no\r\n550 user", CalloutOutcome.RecipientRefused, "RCPT TO:<x@peer.example>", "SMTP error from remote mail server after RCPT TO:<x@peer.example>: 550-no\\n550 user")]
    [InlineData("RCPT", "550 5.1.1 no", CalloutOutcome.RecipientRefused, "RCPT TO:<x@peer.example>", "SMTP error from remote mail server after RCPT TO:<x@peer.example>: 550 5.1.1 no")]
    [InlineData(SmtpPeerReply.Greeting, "421 busy", CalloutOutcome.Undecided, "", "SMTP error from remote mail server after initial connection: 421 busy")]
    [InlineData("MAIL", "451 later", CalloutOutcome.Undecided, "", "response to \"MAIL FROM:<>\" was: 451 later")]
    [InlineData("RCPT", "450 grey", CalloutOutcome.Undecided, "", "SMTP error from remote mail server after RCPT TO:<x@peer.example>: 450 grey")]
    [InlineData("MAIL", SmtpPeerReply.Close, CalloutOutcome.Undecided, "", "response to \"MAIL FROM:<>\" was: connection dropped")]
    [InlineData("RCPT", SmtpPeerReply.Reset, CalloutOutcome.Undecided, "", "response to \"RCPT TO:<x@peer.example>\" was: connection dropped")]
    [InlineData(SmtpPeerReply.Greeting, SmtpPeerReply.Close, CalloutOutcome.Undecided, "", "Remote host closed connection in response to initial connection")]
    [InlineData("RCPT", "what?", CalloutOutcome.Undecided, "", "Malformed SMTP reply in response to RCPT TO:<x@peer.example>")]
    public async Task Each_answer_means_what_Exim_takes_it_for(string to, string reply, CalloutOutcome outcome, string sent, string log)
    {
        await using var peer = ScriptedSmtpPeer.Serve(command => command.StartsWith(to, StringComparison.Ordinal) || (to == "EHLO" && command.StartsWith("HELO", StringComparison.Ordinal)) ? reply : null);
        var answer = await AskAsync(Plain, peer);
        Assert.Equal((outcome, sent), (answer.Outcome, answer.Sent));
        Assert.StartsWith($"peer.example [127.0.0.1] : {log}", answer.Log, StringComparison.Ordinal);
        Assert.Equal(to == "MAIL" && outcome == CalloutOutcome.SetupRefused, answer.MailRefused);
        Assert.Equal(sent.Length == 0 ? "" : reply.ReplaceLineEndings("\n"), answer.Response);
    }

    [Fact]
    public async Task Random_address_that_is_taken_ends_the_callout()
    {
        await using var peer = ScriptedSmtpPeer.Serve();
        var answer = await AskAsync(Plain with { Random = new EnvelopeAddress("r", "peer.example"), PostmasterSender = EnvelopeAddress.Null }, peer);
        Assert.Equal((CalloutOutcome.Accepted, true, null), (answer.Outcome, answer.RandomAccepted, answer.PostmasterAccepted));
        Assert.Equal(["EHLO client.example", "MAIL FROM:<>", "RCPT TO:<r@peer.example>", "QUIT"], peer.Commands);
    }

    [Fact]
    public async Task After_a_refused_random_address_recipient_and_postmaster_are_asked_about()
    {
        await using var peer = ScriptedSmtpPeer.Serve(command => command.Contains("<r@", StringComparison.Ordinal) ? "550 no" : null);
        var question = Plain with { Random = new EnvelopeAddress("r", "peer.example"), PostmasterSender = new EnvelopeAddress("p", "client.example") };
        var answer = await AskAsync(question, peer);
        Assert.Equal((CalloutOutcome.Accepted, false, true), (answer.Outcome, answer.RandomAccepted, answer.PostmasterAccepted));
        Assert.Equal(
            [
                "EHLO client.example", "MAIL FROM:<>", "RCPT TO:<r@peer.example>", "RSET", "MAIL FROM:<>", "RCPT TO:<x@peer.example>",
                "RSET", "MAIL FROM:<p@client.example>", "RCPT TO:<postmaster@peer.example>", "QUIT",
            ],
            peer.Commands);
    }

    [Theory]
    [InlineData(false, false, CalloutOutcome.PostmasterRefused, "RCPT TO:<postmaster@peer.example>")]
    [InlineData(true, false, CalloutOutcome.PostmasterRefused, "RCPT TO:<postmaster>")]
    [InlineData(true, true, CalloutOutcome.Accepted, "")]
    public async Task Refused_postmaster_is_asked_about_once_more_without_its_domain(bool full, bool bareAccepted, CalloutOutcome outcome, string sent)
    {
        await using var peer = ScriptedSmtpPeer.Serve(command =>
            command == "RCPT TO:<postmaster@peer.example>" || (command == "RCPT TO:<postmaster>" && !bareAccepted) ? "550 no pm" : null);
        var answer = await AskAsync(Plain with { PostmasterSender = EnvelopeAddress.Null, FullPostmaster = full }, peer);
        Assert.Equal((outcome, sent, bareAccepted), (answer.Outcome, answer.Sent, answer.PostmasterAccepted));
    }

    [Fact]
    public async Task Postmaster_that_is_put_off_leaves_the_callout_undecided()
    {
        await using var peer = ScriptedSmtpPeer.Serve(command => command.Contains("postmaster", StringComparison.Ordinal) ? "450 later" : null);
        var answer = await AskAsync(Plain with { PostmasterSender = EnvelopeAddress.Null }, peer);
        Assert.Equal((CalloutOutcome.Undecided, null), (answer.Outcome, answer.PostmasterAccepted));
    }

    [Fact]
    public async Task Random_address_that_is_put_off_says_nothing()
    {
        await using var peer = ScriptedSmtpPeer.Serve(command => command.Contains("<r@", StringComparison.Ordinal) ? "450 later" : null);
        var answer = await AskAsync(Plain with { Random = new EnvelopeAddress("r", "peer.example") }, peer);
        Assert.Equal((CalloutOutcome.Accepted, null), (answer.Outcome, answer.RandomAccepted));
    }

    [Fact]
    public async Task Next_host_is_asked_until_one_decides()
    {
        await using var first = ScriptedSmtpPeer.Serve(command => command.StartsWith("RCPT", StringComparison.Ordinal) ? "450 grey" : null);
        await using var second = ScriptedSmtpPeer.Serve(command => command.StartsWith("RCPT", StringComparison.Ordinal) ? "550 no" : null);
        await using var third = ScriptedSmtpPeer.Serve();
        var answer = await AskAsync(Plain, first, second, third);
        Assert.Equal((CalloutOutcome.RecipientRefused, second.EndPoint), (answer.Outcome, answer.Called));
        Assert.Empty(third.Sessions);
    }

    [Fact]
    public async Task Host_where_nobody_listens_decides_nothing()
    {
        using var closed = new ClosedPort();
        var answer = await AskAsync(Plain, [new DestinationHost("peer.example", [IPAddress.Loopback], closed.Port)]);
        Assert.Equal((CalloutOutcome.Undecided, "peer.example [127.0.0.1] : Connection refused"), (answer.Outcome, answer.Log));
    }

    [Fact]
    public async Task Host_that_falls_silent_costs_the_time_of_a_command_and_after_all_of_it_no_other_is_called()
    {
        await using var first = ScriptedSmtpPeer.Serve(command => command.StartsWith("RCPT", StringComparison.Ordinal) ? SmtpPeerReply.Silence : null);
        await using var second = ScriptedSmtpPeer.Serve(command => command.StartsWith("RCPT", StringComparison.Ordinal) ? SmtpPeerReply.Silence : null);
        await using var third = ScriptedSmtpPeer.Serve();
        var asking = AskAsync(Plain, first, second, third);
        foreach (var peer in (ScriptedSmtpPeer[])[first, second])
        {
            Assert.True(await Polling.UntilAsync(() => Task.FromResult(peer.Commands.Contains("RCPT TO:<x@peer.example>")), Patience));
            await _time.TimerDueAsync(Plain.CommandTimeout);
            _time.Advance(Plain.CommandTimeout);
        }

        var answer = await asking;
        Assert.Equal(CalloutOutcome.Undecided, answer.Outcome);
        Assert.Contains("SMTP timeout after RCPT TO:<x@peer.example>", answer.Log, StringComparison.Ordinal);
        Assert.Empty(third.Sessions);
    }

    [Fact]
    public async Task Interrupted_callout_decides_nothing()
    {
        await using var peer = ScriptedSmtpPeer.Serve(command => command.StartsWith("RCPT", StringComparison.Ordinal) ? SmtpPeerReply.Silence : null);
        using var stop = new CancellationTokenSource();
        var asking = AskAsync(Plain, [HostOf(peer)], stop.Token);
        Assert.True(await Polling.UntilAsync(() => Task.FromResult(peer.Commands.Count == 3), Patience));
        await stop.CancelAsync();
        Assert.Equal(CalloutOutcome.Undecided, (await asking).Outcome);
    }

    [Fact]
    public async Task This_node_is_not_called()
    {
        await using var peer = ScriptedSmtpPeer.Serve();
        var client = new SmtpCalloutClient(_time, peer.EndPoint.Equals);
        var answer = await client.AskAsync(new CalloutJob(Plain, _settings, [HostOf(peer)]), CancellationToken.None);
        Assert.Equal((CalloutOutcome.Undecided, "peer.example [127.0.0.1] : remote host address is the local host"), (answer.Outcome, answer.Log));
        Assert.Empty(peer.Sessions);

        answer = await client.AskAsync(new CalloutJob(Plain, _settings with { AllowLocalhost = true }, [HostOf(peer)]), CancellationToken.None);
        Assert.Equal(CalloutOutcome.Accepted, answer.Outcome);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TLS_is_used_unless_the_transport_wants_callouts_in_clear(bool avoid)
    {
        await using var peer = ScriptedSmtpPeer.Serve(capabilities: ["STARTTLS"], certificate: TestCertificates.Peer);
        var settings = _settings with { Tls = _settings.Tls with { AvoidInCallouts = avoid ? HostSet.Everyone : HostSet.None } };
        var answer = await new SmtpCalloutClient(_time, static _ => false).AskAsync(new CalloutJob(Plain, settings, [HostOf(peer)]), CancellationToken.None);
        Assert.Equal(CalloutOutcome.Accepted, answer.Outcome);
        Assert.Equal(!avoid, peer.Commands.Contains("STARTTLS"));
    }

    [Fact]
    public async Task Required_TLS_that_is_not_offered_decides_nothing()
    {
        await using var peer = ScriptedSmtpPeer.Serve();
        var settings = _settings with { Tls = _settings.Tls with { Require = HostSet.Everyone } };
        var answer = await new SmtpCalloutClient(_time, static _ => false).AskAsync(new CalloutJob(Plain, settings, [HostOf(peer)]), CancellationToken.None);
        Assert.Equal(CalloutOutcome.Undecided, answer.Outcome);
        Assert.DoesNotContain("MAIL FROM:<>", peer.Commands);
    }

    [Fact]
    public async Task Lmtp_greets_as_lmtp()
    {
        await using var peer = ScriptedSmtpPeer.Serve();
        var answer = await new SmtpCalloutClient(_time, static _ => false).AskAsync(
            new CalloutJob(Plain, _settings with { Protocol = SmtpDialect.Lmtp }, [HostOf(peer)]), CancellationToken.None);
        Assert.Equal((CalloutOutcome.Accepted, "LHLO client.example"), (answer.Outcome, peer.Commands[0]));
    }

    [Fact]
    public async Task Address_that_could_end_its_command_is_not_said()
    {
        await using var peer = ScriptedSmtpPeer.Serve();
        var answer = await AskAsync(Plain with { Recipient = new EnvelopeAddress("x>\r\nDATA", "peer.example") }, peer);
        Assert.Equal(CalloutOutcome.Undecided, answer.Outcome);
        Assert.Equal(["EHLO client.example", "QUIT"], peer.Commands);
    }

    private static DestinationHost HostOf(ScriptedSmtpPeer peer) => new("peer.example", [peer.EndPoint.Address], peer.EndPoint.Port);

    private Task<CalloutAnswer> AskAsync(CalloutQuestion question, params ScriptedSmtpPeer[] peers) => AskAsync(question, [.. peers.Select(HostOf)]);

    private Task<CalloutAnswer> AskAsync(CalloutQuestion question, ImmutableArray<DestinationHost> hosts, CancellationToken cancellationToken = default) =>
        new SmtpCalloutClient(_time, static _ => false).AskAsync(new CalloutJob(question, _settings, hosts), cancellationToken).WaitAsync(Patience, CancellationToken.None);
}
