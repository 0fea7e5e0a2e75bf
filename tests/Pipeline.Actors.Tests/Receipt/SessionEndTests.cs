using System.Net;
using Pipeline.Actors.Messages;
using Pipeline.Actors.Receipt;
using Pipeline.Actors.Tests.Support;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Dkim.Crypto;
using Pipeline.Mail.Message;
using Pipeline.Mail.Smtp;

namespace Pipeline.Actors.Tests.Receipt;

/// <summary>How a session ends, and what ACLs see of its commands.</summary>
public sealed class SessionEndTests : ReceiptTestKit
{
    private const string Configuration = """
        acl_smtp_helo = check_helo
        acl_smtp_mail = check
        acl_smtp_rcpt = check_rcpt
        acl_smtp_predata = check
        acl_smtp_vrfy = check
        acl_smtp_quit = check
        acl_smtp_notquit = check_notquit
        begin acl
        check:
          accept logwrite = $smtp_command|$smtp_command_argument
        check_helo:
          drop condition = ${if eq{$sender_helo_name}{drop.example}}
          accept logwrite = $smtp_command|$smtp_command_argument
        check_rcpt:
          deny local_parts = busy
               message = 421 too busy
          accept logwrite = $smtp_command|$smtp_command_argument
        check_notquit:
          accept logwrite = notquit $smtp_notquit_reason
        """;

    private readonly TestPolicy _policy;
    private readonly ReceiptService _service;

    public SessionEndTests()
    {
        _policy = new TestPolicy(Configuration, Time);
        _service = Service(_policy);
    }

    [Fact]
    public async Task Each_acl_sees_the_command_it_answers()
    {
        await using (var session = await OpenAsync("client.example"))
        {
            await session.VerifyAsync("someone", CancellationToken.None);
            await MailAsync(session, "a");
            await session.BeginDataAsync(false, CancellationToken.None);
            await session.QuitAsync(CancellationToken.None);
        }

        Assert.Equal(
            [
                "EHLO client.example|client.example", "VRFY someone|someone", "MAIL FROM:<sender@from.example>|FROM:<sender@from.example>",
                "RCPT TO:<a@to.example>|TO:<a@to.example>", "DATA|", "QUIT|",
            ],
            _policy.Lines.Where(line => !line.StartsWith("VRFY failed", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(null, "connection-lost")]
    [InlineData(SessionBreak.None, "connection-lost")]
    [InlineData(SessionBreak.CommandTimeout, "command-timeout")]
    [InlineData(SessionBreak.DataTimeout, "data-timeout")]
    [InlineData(SessionBreak.Shutdown, "signal-exit")]
    [InlineData(SessionBreak.TooManyUnknownCommands, "bad-commands")]
    [InlineData(SessionBreak.TooManyNonMailCommands, "bad-commands")]
    [InlineData(SessionBreak.Limit, "bad-commands")]
    [InlineData(SessionBreak.TlsFailed, "tls-failed")]
    [InlineData(SessionBreak.OutOfStep, "synchronization-error")]
    public async Task A_session_that_ends_without_quit_runs_its_acl_with_the_reason(SessionBreak? ends, string reason)
    {
        await using (var session = await OpenAsync("client.example"))
        {
            if (ends is { } why)
            {
                session.ProtocolIncident(new ProtocolIncident("NOOP", new SmtpReply(554, "why", "why"), "why") { Ends = why });
            }
        }

        Assert.Equal($"notquit {reason}", Assert.Single(_policy.Lines, line => line.StartsWith("notquit", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_session_with_too_many_errors_does_not_run_the_acl()
    {
        await using (var session = await OpenAsync("client.example"))
        {
            session.ProtocolIncident(new ProtocolIncident("NOOP", new SmtpReply(501, "why", "why"), "why") { Ends = SessionBreak.TooManyErrors });
        }

        Assert.DoesNotContain(_policy.Lines, line => line.StartsWith("notquit", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_session_that_the_policy_drops_says_so()
    {
        await using (var session = _service.Open(Client()))
        {
            await session.ConnectAsync(CancellationToken.None);
            await session.HeloAsync(true, "drop.example", CancellationToken.None);
        }

        Assert.Equal("notquit acl-drop", _policy.Lines.Last());
    }

    [Fact]
    public async Task A_session_that_quits_or_never_began_does_not_run_the_acl()
    {
        await using (var session = await OpenAsync("client.example"))
        {
            await session.QuitAsync(CancellationToken.None);
            session.ProtocolIncident(new ProtocolIncident("", new SmtpReply(421, "late"), "late") { Ends = SessionBreak.CommandTimeout });
        }

        await using (var refused = _service.Open(Client()))
        {
            refused.ProtocolIncident(new ProtocolIncident("connect", new SmtpReply(421, "too many"), "too many") { Ends = SessionBreak.Refused });
        }

        Assert.DoesNotContain(_policy.Lines, line => line.StartsWith("notquit", StringComparison.Ordinal));
    }

    private static async Task MailAsync(IReceiptSession session, string recipient)
    {
        await session.MailAsync(
            From("sender"), CancellationToken.None);
        await session.RecipientAsync(To(recipient), CancellationToken.None);
    }

    private Task<IReceiptSession> OpenAsync(string helo) => OpenAsync(_service, helo: helo);
}
