using System.Net;
using Pipeline.Actors.Messages;
using Pipeline.Actors.Receipt;
using Pipeline.Actors.Tests.Support;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Dkim.Crypto;
using Pipeline.Mail.Message;
using Pipeline.Mail.Smtp;

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
    }

    [Theory]
    [InlineData("", 421, 4, 2, "late", "", "SMTP command timeout on connection from (c) [192.0.2.7] D=0s")]
    [InlineData("DATA", 421, 4, 2, "late", "DATA", "SMTP data timeout (message abandoned) on connection from (c) [192.0.2.7] F=<> D=0s")]
    [InlineData("RCPT", 421, 7, 0, "too many unrecognized commands (last was \"FOO\")", "FOO", "SMTP call from (c) [192.0.2.7] dropped: too many unrecognized commands (last was \"FOO\")")]
    [InlineData("connect", 421, 7, 0, "too many connections", "", "Connection from (c) [192.0.2.7] refused: too many connections")]
    [InlineData("STARTTLS", 421, 7, 5, "(SSL_accept): no shared cipher", "STARTTLS", "TLS error on connection from (c) [192.0.2.7] (SSL_accept): no shared cipher")]
    [InlineData("unknown", 554, 5, 0, "input sent without waiting for greeting", "", "SMTP protocol synchronization error (input sent without waiting for greeting): rejected connection from H=(c) [192.0.2.7]")]
    [InlineData("EHLO", 554, 5, 0, "why", "EHLO x", "SMTP protocol synchronization error (why): rejected \"EHLO x\" H=(c) [192.0.2.7]")]
    [InlineData("unknown", 500, 5, 2, "why", "FOO", "SMTP syntax error in \"FOO\" H=(c) [192.0.2.7] text")]
    [InlineData("MAIL", 503, 5, 1, "why", "MAIL FROM:<a@b>", "SMTP protocol error in \"MAIL FROM:<a@b>\" H=(c) [192.0.2.7] text")]
    [InlineData("RCPT", 452, 5, 3, "why", "RCPT TO:<a@b>", "too many recipients: excess temporarily rejected: sender=<> H=(c) [192.0.2.7]")]
    [InlineData("RCPT", 552, 5, 3, "why", "RCPT TO:<a@b>", "too many recipients: message rejected: sender=<> H=(c) [192.0.2.7]")]
    public async Task Refusal_of_the_protocol_is_told_in_words_that_are_known(
        string command, int code, int subject, int detail, string reason, string line, string logged)
    {
        await using var session = await OpenAsync(Chosen);
        session.ProtocolIncident(command, new SmtpReply(code, new EnhancedStatusCode((byte)(code / 100), (ushort)subject, (ushort)detail), "text"), reason, line);
        Assert.Equal(logged, _policy.Lines.Last());
    }

    [Fact]
    public async Task Errors_of_clients_are_not_told_unless_it_is_asked_for()
    {
        await using var session = await OpenAsync("");
        session.ProtocolIncident("unknown", new SmtpReply(500, "x"), "why", "FOO");
        session.ProtocolIncident("MAIL", new SmtpReply(503, "x"), "why", "MAIL FROM:<a@b>");
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
