using System.Net;
using System.Text;
using Pipeline.Actors.Messages;
using Pipeline.Actors.Receipt;
using Pipeline.Actors.Tests.Support;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Dkim.Crypto;
using Pipeline.Mail.Message;
using Pipeline.Mail.Smtp;
using Pipeline.Policy.Expansion;

namespace Pipeline.Actors.Tests.Receipt;

/// <summary>What the main log says of sessions, in the words that operators and their programs look for.</summary>
public sealed class SessionLogTests : ReceiptTestKit
{
    private const string Chosen =
        "log_selector = +smtp_connection +smtp_no_mail +smtp_incomplete_transaction +smtp_syntax_error +smtp_protocol_error\n";

    private TestPolicy _policy = null!;

    [Fact]
    public async Task Session_that_ends_with_quit_is_told_when_it_is_asked_for()
    {
        await using (var session = await OpenAsync(Chosen))
        {
            await session.QuitAsync(CancellationToken.None);
        }

        Assert.Equal(
            [
                "SMTP connection from [192.0.2.7]", "SMTP connection from (c) [192.0.2.7] closed by QUIT",
                "no MAIL in SMTP connection from (c) [192.0.2.7] D=0s C=EHLO,QUIT",
            ],
            _policy.Lines);
    }

    [Fact]
    public async Task Connections_of_some_hosts_are_not_told()
    {
        await using (var session = await OpenAsync("log_selector = +smtp_connection\nhosts_connection_nolog = 192.0.2.7\n"))
        {
            await session.QuitAsync(CancellationToken.None);
        }

        Assert.Empty(_policy.Lines);
    }

    [Theory]
    [InlineData("header_line_maxsize = 100", 100, "552 5.3.4 A message header line is too long", "overlong message header line received from (c) [192.0.2.7] (more than 100 characters): message abandoned")]
    [InlineData("header_line_maxsize = 200", 100, null, "")]
    [InlineData("header_maxsize = 100", 100, "552 5.3.4 Message header is ridiculously long", "ridiculously long message header received from (c) [192.0.2.7] (more than 100 characters): message abandoned")]
    [InlineData("header_maxsize = 200", 100, null, "")]
    public async Task Header_that_is_too_large_is_refused_and_told(string option, int length, string? refusal, string logged)
    {
        await using var session = await OpenAsync(option + "\nacl_smtp_rcpt = a\nbegin acl\na:\n  accept\n");
        await MailAsync(session);
        await session.RecipientAsync(To("x"), CancellationToken.None);
        await session.BeginDataAsync(false, CancellationToken.None);
        await session.WriteAsync(Encoding.ASCII.GetBytes($"Subject: {new string('x', length)}\r\n\r\nbody\r\n"), CancellationToken.None);
        Assert.Equal(refusal, session.DataRefusal?.ToString());
        await session.ResetAsync("message refused", CancellationToken.None);
        Assert.EndsWith(logged, _policy.Lines.LastOrDefault() ?? "", StringComparison.Ordinal);
        Assert.Equal(refusal is not null, !_policy.Lines.IsEmpty);
    }

    [Fact]
    public async Task Client_that_goes_in_the_midst_of_a_transaction_is_always_told_and_others_when_it_is_asked_for()
    {
        await using (var session = await OpenAsync(""))
        {
            await MailAsync(session);
        }

        Assert.Equal(["unexpected disconnection while reading SMTP command from (c) [192.0.2.7] D=0s"], _policy.Lines);

        await using (await OpenAsync(""))
        {
        }

        Assert.Empty(_policy.Lines);

        await using (await OpenAsync("log_selector = +smtp_connection\n"))
        {
        }

        Assert.Equal("SMTP connection from (c) [192.0.2.7] lost D=0s", _policy.Lines.Last());
    }

    [Fact]
    public async Task Transaction_that_comes_to_nothing_is_told_when_it_is_asked_for()
    {
        await using var session = await OpenAsync(Chosen);
        await MailAsync(session);
        await session.ResetAsync("RSET", CancellationToken.None);
        Assert.Equal("H=(c) [192.0.2.7] incomplete transaction (RSET) from <s@x.test>", _policy.Lines.Last());

        await using var other = await OpenAsync(Chosen + "acl_smtp_rcpt = a\nbegin acl\na:\n  accept\n");
        await MailAsync(other);
        await other.RecipientAsync(To("x"), CancellationToken.None);
        await other.RecipientAsync(To("y"), CancellationToken.None);
        await other.ResetAsync("sync failure", CancellationToken.None);
        Assert.Equal($"H=(c) [192.0.2.7] incomplete transaction (sync failure) from <s@x.test> for {To("x").Address} {To("y").Address}", _policy.Lines.Last());
    }

    [Theory]
    [InlineData("", 421, SessionBreak.CommandTimeout, "late", "", "SMTP command timeout on connection from (c) [192.0.2.7] D=0s")]
    [InlineData("DATA", 421, SessionBreak.DataTimeout, "late", "DATA", "SMTP data timeout (message abandoned) on connection from (c) [192.0.2.7] F=<> D=0s")]
    [InlineData("unknown", 500, SessionBreak.TooManyUnknownCommands, "unrecognized command", "FOO x", "SMTP syntax error in \"FOO x\" H=(c) [192.0.2.7] unrecognized command|SMTP call from (c) [192.0.2.7] dropped: too many unrecognized commands (last was \"FOO x\")")]
    [InlineData("MAIL", 501, SessionBreak.TooManyErrors, "domain missing or malformed", "MAIL FROM:<a@@b>", "SMTP syntax error in \"MAIL FROM:<a@@b>\" H=(c) [192.0.2.7] domain missing or malformed|SMTP call from (c) [192.0.2.7] dropped: too many syntax or protocol errors (last command was \"MAIL FROM:<a@@b>\",  C=EHLO,MAIL)")]
    [InlineData("VRFY", 554, SessionBreak.TooManyNonMailCommands, "", "VRFY x", "SMTP call from (c) [192.0.2.7] dropped: too many nonmail commands (last was \"VRFY\")")]
    [InlineData("AUTH", 421, SessionBreak.Limit, "too many failed authentication attempts", "AUTH", "SMTP call from (c) [192.0.2.7] dropped: too many failed authentication attempts")]
    [InlineData("connect", 421, SessionBreak.Refused, "too many connections", "", "Connection from (c) [192.0.2.7] refused: too many connections")]
    [InlineData("STARTTLS", 421, SessionBreak.TlsFailed, "(SSL_accept): no shared cipher", "STARTTLS", "TLS error on connection from (c) [192.0.2.7] (SSL_accept): no shared cipher")]
    [InlineData("unknown", 554, SessionBreak.OutOfStep, "input sent without waiting for greeting", "", "SMTP protocol synchronization error (input sent without waiting for greeting): rejected connection from H=(c) [192.0.2.7] input=\"NOOP\"")]
    [InlineData("EHLO", 554, SessionBreak.OutOfStep, "why", "EHLO x", "SMTP protocol synchronization error (why): rejected \"EHLO x\" H=(c) [192.0.2.7] next input=\"NOOP\"")]
    [InlineData("unknown", 500, SessionBreak.None, "why", "FOO", "SMTP syntax error in \"FOO\" H=(c) [192.0.2.7] why")]
    [InlineData("MAIL", 503, SessionBreak.None, "why", "MAIL FROM:<a@b>", "SMTP protocol error in \"MAIL FROM:<a@b>\" H=(c) [192.0.2.7] text")]
    [InlineData("RCPT", 452, SessionBreak.None, "why", "RCPT TO:<a@b>", "too many recipients: excess temporarily rejected: sender=<> H=(c) [192.0.2.7]")]
    [InlineData("RCPT", 552, SessionBreak.None, "why", "RCPT TO:<a@b>", "too many recipients: message rejected: sender=<> H=(c) [192.0.2.7]")]
    [InlineData("MAIL", 552, SessionBreak.None, "size=5000 max=1000", "MAIL FROM:<a@b> SIZE=5000", "rejected MAIL FROM:<a@b> H=(c) [192.0.2.7]: message too big: size=5000 max=1000")]
    public async Task Refusal_of_the_protocol_is_told_in_words_that_are_known(
        string command, int code, SessionBreak ends, string reason, string line, string logged)
    {
        await using var session = await OpenAsync(Chosen);
        var reply = ends == SessionBreak.TooManyErrors ? new SmtpReply(code, "text", "Too many") : new SmtpReply(code, "text");
        var before = _policy.Lines.Count;
        session.ProtocolIncident(new ProtocolIncident(command, reply, reason) { Line = line, Ends = ends, NextInput = "NOOP" });
        Assert.Equal(logged.Split('|'), _policy.Lines.Skip(before));
    }

    [Fact]
    public async Task Size_that_was_too_large_in_the_end_is_told_with_the_message()
    {
        await using var session = await OpenAsync("");
        await MailAsync(session);
        session.ProtocolIncident(new ProtocolIncident("DATA", new SmtpReply(552, "too large"), "read=1206 max=1000"));
        Assert.EndsWith(" rejected from <s@x.test> H=(c) [192.0.2.7]: message too big: read=1206 max=1000", Assert.Single(_policy.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connection_is_named_when_that_is_asked_for()
    {
        await using (var session = await OpenAsync("log_selector = +smtp_connection +connection_id\n"))
        {
            await session.ConnectAsync(CancellationToken.None);
            await session.QuitAsync(CancellationToken.None);
        }

        string[] ids = [.. _policy.Lines.Where(line => line.Contains(" Ci=", StringComparison.Ordinal)).Select(line => line.Split(" Ci=")[1].Split(' ')[0])];
        Assert.True(ids.Length >= 2, string.Join('\n', _policy.Lines));
        Assert.Equal(ids[^1], ids[^2]);
        Assert.Matches("^[0-9]+-[0-9]+$", ids[^1]);
    }

    [Fact]
    public async Task Size_refused_at_once_is_told_in_the_reject_log_alone_when_the_main_log_is_not_to_have_it()
    {
        await using var session = await OpenAsync("log_selector = -size_reject\n");
        session.ProtocolIncident(new ProtocolIncident("MAIL", new SmtpReply(552, "x"), "size=2 max=1") { Line = "MAIL FROM:<a@b> SIZE=2" });
        Assert.Equal(PolicyLogTarget.Reject, Assert.Single(_policy.Targets));
    }

    [Theory]
    [InlineData("", PolicyLogTarget.Reject)]
    [InlineData(Chosen, PolicyLogTarget.Main | PolicyLogTarget.Reject)]
    public async Task Address_without_a_domain_is_told_in_the_reject_log_and_where_syntax_errors_are(string selector, PolicyLogTarget target)
    {
        await using var session = await OpenAsync(selector);
        var before = _policy.Lines.Count;
        session.ProtocolIncident(new ProtocolIncident("MAIL", new SmtpReply(501, "<a>: sender address must contain a domain"), "unqualified sender rejected: <a>")
        {
            Line = "MAIL FROM:<a>",
            IsUnqualified = true,
        });
        Assert.Equal(["unqualified sender rejected: <a> H=(c) [192.0.2.7]"], _policy.Lines.Skip(before));
        Assert.Equal(target, _policy.Targets.Last());
    }

    [Theory]
    [InlineData("", PolicyLogTarget.Main | PolicyLogTarget.Reject)]
    [InlineData("log_selector = -sender_verify_fail\n", PolicyLogTarget.Reject)]
    public async Task Sender_that_does_not_verify_is_told_where_it_is_asked_for(string selector, PolicyLogTarget target)
    {
        await using var session = await OpenAsync(selector + "acl_smtp_rcpt = a\nbegin acl\na:\n  require verify = sender\nbegin routers\n");
        await MailAsync(session);
        await session.RecipientAsync(To("x"), CancellationToken.None);
        Assert.Equal("H=(c) [192.0.2.7] sender verify fail for <s@x.test>: Unrouteable address", _policy.Lines.First());
        Assert.Equal(target, _policy.Targets.First());
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("log_selector = -acl_warn_skipped\n", false)]
    public async Task Warning_that_is_skipped_is_told_unless_nobody_wants_to_know(string selector, bool isTold)
    {
        await using var session = await OpenAsync(selector + "acl_smtp_rcpt = a\nbegin acl\na:\n  warn condition = nonsense\n  accept\n");
        await MailAsync(session);
        await session.RecipientAsync(To("x"), CancellationToken.None);
        Assert.Equal(
            isTold ? ["H=(c) [192.0.2.7] Warning: ACL \"warn\" statement skipped: condition test deferred: invalid \"condition\" value \"nonsense\""] : [], _policy.Lines);
    }

    [Theory]
    [InlineData("", "ETRN x.test received from (c) [192.0.2.7]|H=(c) [192.0.2.7] rejected ETRN x.test")]
    [InlineData("log_selector = -etrn\n", "H=(c) [192.0.2.7] rejected ETRN x.test")]
    public async Task Etrn_is_told(string selector, string logged)
    {
        await using var session = await OpenAsync(selector);
        session.ProtocolIncident(new ProtocolIncident("ETRN", new SmtpReply(458, "no"), "why") { Line = "ETRN x.test" });
        Assert.Equal(logged.Split('|'), _policy.Lines);
    }

    [Theory]
    [InlineData("*.x.test", "", "no host name found for IP address 192.0.2.7")]
    [InlineData("*.x.test", "log_selector = +unknown_in_list\n", "no host name found for IP address 192.0.2.7|list matching forced to fail: failed to find host name for 192.0.2.7")]
    [InlineData("+include_unknown : *.x.test", "log_selector = +unknown_in_list -host_lookup_failed\n", "failed to find host name for 192.0.2.7: accepted by +include_unknown")]
    [InlineData("+ignore_unknown : *.x.test", "log_selector = +unknown_in_list\n", "no host name found for IP address 192.0.2.7")]
    [InlineData("none.x.test", "log_selector = +unknown_in_list\n", "no IP address found for host none.x.test (during SMTP connection from [192.0.2.7])|list matching forced to fail: failed to find IP address for none.x.test")]
    public async Task Names_that_are_not_found_are_told(string hosts, string selector, string logged)
    {
        await using var session = Service($"{selector}acl_smtp_connect = a\nbegin acl\na:\n  accept hosts = {hosts}\n  accept\n").Open(Client("192.0.2.7"));
        await session.ConnectAsync(CancellationToken.None);
        Assert.Equal(logged.Split('|'), _policy.Lines);
    }

    [Fact]
    public async Task Errors_of_clients_are_not_told_unless_it_is_asked_for()
    {
        await using var session = await OpenAsync("");
        session.ProtocolIncident(new ProtocolIncident("unknown", new SmtpReply(500, "x"), "why") { Line = "FOO" });
        session.ProtocolIncident(new ProtocolIncident("MAIL", new SmtpReply(503, "x"), "why") { Line = "MAIL FROM:<a@b>" });
        Assert.Empty(_policy.Lines);
    }

    [Fact]
    public async Task Host_that_is_rejected_hears_nothing_but_that()
    {
        var service = Service("host_reject_connection = 192.0.2.7\nacl_smtp_connect = c\nbegin acl\nc:\n  accept logwrite = not reached\n");
        await using var session = service.Open(Client("192.0.2.7"));
        var decision = await session.ConnectAsync(CancellationToken.None);
        Assert.Equal(("554 SMTP service not available", true), (decision.Reply.ToString(), decision.Close));
        Assert.Equal(["refused connection from [192.0.2.7] (host_reject_connection)"], _policy.Lines);
    }

    [Theory]
    [InlineData("", "a_b", false)]
    [InlineData("", "a-b.example", true)]
    [InlineData("", "[192.0.2.7]", true)]
    [InlineData("", "[IPv6:2001:db8::1]", true)]
    [InlineData("", "[nonsense]", false)]
    [InlineData("helo_allow_chars = _\n", "a_b", true)]
    [InlineData("helo_allow_chars = _\n", "a_b!", false)]
    [InlineData("helo_accept_junk_hosts = 192.0.2.0/24\n", "a b!", true)]
    [InlineData("helo_accept_junk_hosts = 198.51.100.0/24\n", "a_b", false)]
    public async Task Name_of_a_client_must_be_one_unless_the_policy_lets_it_pass(string option, string name, bool accepted)
    {
        await using var session = Service(option).Open(Client("192.0.2.7"));
        await session.ConnectAsync(CancellationToken.None);
        var decision = await session.HeloAsync(true, name, CancellationToken.None);
        Assert.Equal(accepted ? 250 : 501, decision.Reply.Code);
        Assert.Equal(
            accepted ? [] : [$"rejected EHLO from [192.0.2.7]: syntactically invalid argument(s): {name}"], _policy.Lines);
        if (!accepted)
        {
            Assert.Equal("501 Syntactically invalid EHLO argument(s)", decision.Reply.ToString());
        }
    }

    private static async Task MailAsync(IReceiptSession session) => Assert.Equal(250, (await session.MailAsync(
        new MailParameters(new EnvelopeAddress("s", "x.test"), null, default, false, default, null, null), CancellationToken.None)).Reply.Code);

    private Task<IReceiptSession> OpenAsync(string configuration) => OpenAsync(Service(configuration), Client("192.0.2.7"), "c");

    private ReceiptService Service(string configuration)
    {
        _policy = new TestPolicy(configuration, Time);
        return Service(_policy);
    }
}
