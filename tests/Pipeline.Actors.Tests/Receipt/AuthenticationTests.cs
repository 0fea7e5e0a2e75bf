using System.Net;
using System.Text;
using Pipeline.Actors.Messages;
using Pipeline.Actors.Receipt;
using Pipeline.Actors.Tests.Support;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Dkim.Crypto;
using Pipeline.Mail.Message;
using Pipeline.Mail.Sasl;
using Pipeline.Mail.Smtp;
using Pipeline.Messages.Journal;
using Pipeline.Policy.Expansion;

namespace Pipeline.Actors.Tests.Receipt;

/// <summary>AUTH as the policy decides it: what is offered, who is believed, what is logged, and what a message then carries.</summary>
public sealed class AuthenticationTests : ReceiptTestKit
{
    private const string Sections = """
        acl_smtp_rcpt = check_rcpt
        begin acl
        check_rcpt:
          accept authenticated = *
          deny message = no: $authentication_failed/$authenticated_fail_id
        check_data:
          accept add_header = ${authresults{mx.test}}
        check_auth:
          deny condition = ${if match{$smtp_command}{LOGIN}}
               message = not that one
          accept
        check_mailauth:
          accept condition = ${if eq{$authenticated_sender}{boss@from.example}}
          defer condition = ${if eq{$authenticated_sender}{late@from.example}}
                message = try later
          deny message = not trusted
        begin authenticators
        plain:
          driver = plaintext
          public_name = PLAIN
          server_prompts = :
          server_condition = ${if eq{$auth3}{later}{come back tomorrow}{${if and{{eq{$auth2}{user}}{eq{$auth3}{pass}}}}}}
          server_set_id = $auth2
          MAILAUTH
        login:
          driver = plaintext
          public_name = LOGIN
          server_prompts = <| Username: | Password:
          server_condition = yes
          server_advertise_condition = ${if def:tls_in_cipher}
          server_set_id = $auth1
        cram:
          driver = cram_md5
          public_name = CRAM-MD5
          server_secret = ${if eq{$auth1}{tim}{tanstaaf}fail}
          server_set_id = $auth1
        long:
          driver = plaintext
          public_name = LONG
          server_prompts = PROMPT
          server_condition = yes
        client:
          driver = plaintext
          public_name = X-CLIENT
          client_send = ^user^pass
        """;

    private static readonly TlsFacts Tls = new("TLS1.3", "TLS_AES_256_GCM_SHA384", 256, null, false, null);

    private TestPolicy _policy = null!;

    [Fact]
    public async Task Mechanisms_are_offered_in_their_order_as_far_as_their_conditions_let_them()
    {
        await using var session = await OpenAsync();
        Assert.Equal("PLAIN CRAM-MD5 LONG", string.Join(' ', session.Capabilities.Mechanisms));

        session.TlsEstablished(Tls);
        await session.HeloAsync(true, "client.example", CancellationToken.None);
        Assert.Equal("PLAIN LOGIN CRAM-MD5 LONG", string.Join(' ', session.Capabilities.Mechanisms));

        await session.HeloAsync(false, "client.example", CancellationToken.None);
        Assert.Empty(session.Capabilities.Mechanisms);
    }

    [Theory]
    [InlineData("auth_advertise_hosts =", false)]
    [InlineData("auth_advertise_hosts = 192.0.2.0/24", true)]
    [InlineData("auth_advertise_hosts = ${if eq{$tls_in_cipher}{}{}{*}}", false)]
    [InlineData("auth_advertise_hosts = ${if eq{$tls_in_cipher}{}{*}{}}", true)]
    public async Task Mechanisms_are_offered_to_whom_the_list_names(string option, bool offered)
    {
        await using var session = await OpenAsync(option);
        Assert.Equal(offered, !session.Capabilities.Mechanisms.IsEmpty);
        Assert.Equal(offered ? 235 : 504, (await AuthenticateAsync(session, "PLAIN", "\0user\0pass")).Code);
    }

    [Fact]
    public async Task Client_that_is_believed_may_send_and_its_message_says_who_it_is()
    {
        await using var session = await OpenAsync();
        session.TlsEstablished(Tls);
        await session.HeloAsync(true, "client.example", CancellationToken.None);

        Assert.Equal("235 2.7.0 Authentication succeeded", (await AuthenticateAsync(session, "plain", "\0user\0pass")).ToString());
        var stored = await SendAsync(session, auth: null);

        var facts = stored.Journal.Select(entry => entry.Event).OfType<TransactionStarted>().Single().Client;
        Assert.Equal(("esmtpsa", "plain", "user"), (facts.Protocol, facts.Authenticator, facts.AuthenticatedId));
        Assert.Contains("with esmtpsa", Encoding.ASCII.GetString(stored.HeaderBlock.Span), StringComparison.Ordinal);
        Assert.Null(stored.Envelope.AuthenticatedSender);
    }

    [Fact]
    public async Task Exchange_with_challenges_goes_on_until_it_is_decided()
    {
        await using var session = await OpenAsync();
        var challenge = await AuthenticateAsync(session, "CRAM-MD5", null);
        Assert.Equal(334, challenge.Code);
        Assert.True(SaslBase64.TryDecode(Encoding.ASCII.GetBytes(challenge.Text), out var octets));

        var end = await session.RespondAsync(CramMd5.Respond("tim"u8, "tanstaaf"u8, octets), CancellationToken.None);

        Assert.Equal(235, end.Reply.Code);
        await SendAsync(session, auth: null);
    }

    [Theory]
    [InlineData("PLAIN", "\0user\0wrong", "535 5.7.8 Incorrect authentication data", "535 Incorrect authentication data (set_id=user)")]
    [InlineData("PLAIN", "\0user\0later", "435 4.7.0 Unable to authenticate at present: come back tomorrow", "435 Unable to authenticate at present: come back tomorrow (set_id=user)")]
    [InlineData("CRAM-MD5", "tim 1", "501 5.7.0 Initial data not expected", "501 Initial data not expected")]
    [InlineData("LONG", null, "435 4.7.0 Unable to authenticate at present", "435 Unable to authenticate at present: the prompt is too long for a reply")]
    public async Task Failure_is_told_and_logged_in_the_words_that_people_look_for(string mechanism, string? initial, string reply, string logged)
    {
        await using var session = await OpenAsync();

        Assert.Equal(reply, (await AuthenticateAsync(session, mechanism, initial)).ToString());

        var name = mechanism switch { "CRAM-MD5" => "cram", "LONG" => "long", _ => "plain" };
        Assert.Equal($"{name} authenticator failed for H=(client.example) [192.0.2.1]: {logged}", Assert.Single(_policy.Lines));
        Assert.Contains(Store.Recorded.SelectMany(record => record.Journal), entry => entry.Event is MessageRefused { Stage: "AUTH" });
        Assert.DoesNotContain(Store.Recorded.SelectMany(record => record.Journal), entry => entry.Event.ToString()!.Contains("wrong", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Acls_see_that_an_attempt_failed_and_who_it_was()
    {
        await using var session = await OpenAsync();
        await AuthenticateAsync(session, "PLAIN", "\0user\0wrong");
        await MailAsync(session, null);

        Assert.Equal("550 no: 1/user", (await RecipientAsync(session)).ToString());
    }

    [Theory]
    [InlineData("NTLM")]
    [InlineData("LOGIN")]
    [InlineData("X-CLIENT")]
    public async Task Mechanism_that_was_not_offered_is_not_supported(string mechanism)
    {
        await using var session = await OpenAsync();
        Assert.Equal($"504 5.5.4 {mechanism} authentication mechanism not supported", (await AuthenticateAsync(session, mechanism, null)).ToString());
    }

    [Fact]
    public async Task Control_lets_any_mechanism_of_the_server_be_used_after_helo_too()
    {
        await using var session = await OpenAsync("acl_smtp_helo = accept control = allow_auth_unadvertised\nauth_advertise_hosts =");
        await session.HeloAsync(false, "client.example", CancellationToken.None);
        Assert.Empty(session.Capabilities.Mechanisms);
        Assert.True(session.Capabilities.TakesUnadvertisedAuth);
        Assert.Equal(334, (await AuthenticateAsync(session, "LOGIN", null)).Code);
        Assert.Equal(504, (await AuthenticateAsync(session, "X-CLIENT", null)).Code);
    }

    [Fact]
    public async Task Acl_of_auth_decides_before_anything_else_and_the_log_has_no_secret()
    {
        await using var session = await OpenAsync("acl_smtp_auth = check_auth\nauth_advertise_hosts = *");
        session.TlsEstablished(Tls);
        await session.HeloAsync(true, "client.example", CancellationToken.None);

        Assert.Equal("503 not that one", (await AuthenticateAsync(session, "LOGIN", "secret")).ToString());
        Assert.Equal("H=(client.example) [192.0.2.1] rejected AUTH LOGIN: not that one", Assert.Single(_policy.Lines));
        Assert.Equal(235, (await AuthenticateAsync(session, "PLAIN", "\0user\0pass")).Code);
    }

    [Fact]
    public async Task Exchange_that_the_client_breaks_off_is_a_failure_of_its_authenticator()
    {
        await using var session = await OpenAsync();
        await AuthenticateAsync(session, "PLAIN", null);
        session.ProtocolIncident(new ProtocolIncident("AUTH", new SmtpReply(501, new EnhancedStatusCode(5, 7, 0), "Authentication cancelled"), "cancelled by the client"));

        Assert.Equal("plain authenticator failed for H=(client.example) [192.0.2.1]: 501 Authentication cancelled", Assert.Single(_policy.Lines));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await session.RespondAsync([], CancellationToken.None));
        Assert.Equal(235, (await AuthenticateAsync(session, "PLAIN", "\0user\0pass")).Code);
    }

    [Fact]
    public async Task Authentication_is_lost_when_tls_begins()
    {
        await using var session = await OpenAsync();
        await AuthenticateAsync(session, "PLAIN", "\0user\0pass");
        session.TlsEstablished(Tls);
        await session.HeloAsync(true, "client.example", CancellationToken.None);
        await MailAsync(session, null);

        Assert.Equal(550, (await RecipientAsync(session)).Code);
    }

    [Theory]
    [InlineData(null, null, true, null)]
    [InlineData("<>", null, true, null)]
    [InlineData("boss@from.example", "boss@from.example", true, null)]
    [InlineData("boss@from.example", null, false, "client not authenticated")]
    public async Task Sender_of_mail_auth_is_kept_for_clients_that_have_authenticated(string? auth, string? kept, bool authenticated, string? ignored)
    {
        await using var session = await OpenAsync("", rcpt: "accept");
        if (authenticated)
        {
            await AuthenticateAsync(session, "PLAIN", "\0user\0pass");
        }

        Assert.Equal(kept, (await SendAsync(session, auth)).Envelope.AuthenticatedSender);
        Assert.Equal(ignored is null ? [] : [$"ignoring AUTH={auth} from H=(client.example) [192.0.2.1] ({ignored})"], _policy.Lines);
    }

    [Theory]
    [InlineData("boss@from.example", "boss@from.example", null)]
    [InlineData("other@from.example", null, "not trusted")]
    public async Task Sender_of_mail_auth_is_kept_where_its_acl_accepts_authenticated_or_not(string auth, string? kept, string? ignored)
    {
        await using var session = await OpenAsync("acl_smtp_mailauth = check_mailauth", rcpt: "accept");

        Assert.Equal(kept, (await SendAsync(session, auth)).Envelope.AuthenticatedSender);
        Assert.Equal(ignored is null ? [] : [$"ignoring AUTH={auth} from H=(client.example) [192.0.2.1] ({ignored})"], _policy.Lines);
    }

    [Fact]
    public async Task Mail_is_refused_for_now_where_the_acl_of_its_auth_defers()
    {
        await using var session = await OpenAsync("acl_smtp_mailauth = check_mailauth");
        Assert.Equal(451, (await MailAsync(session, "late@from.example")).Code);
        Assert.Equal(250, (await MailAsync(session, null)).Code);
    }

    [Fact]
    public async Task Sender_of_mail_auth_is_dropped_where_the_authenticator_says_so()
    {
        await using var session = await OpenAsync("", mailAuth: "server_mail_auth_condition = ${if eq{$authenticated_sender}{$authenticated_id@from.example}}");
        await AuthenticateAsync(session, "PLAIN", "\0user\0pass");

        Assert.Null((await SendAsync(session, "boss@from.example")).Envelope.AuthenticatedSender);
        Assert.Contains("(server_mail_auth_condition failed)", Assert.Single(_policy.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Authentication_results_tell_of_it()
    {
        await using var session = await OpenAsync("acl_smtp_data = check_data");
        await AuthenticateAsync(session, "PLAIN", "\0user\0pass");

        var header = Encoding.ASCII.GetString((await SendAsync(session, "boss@from.example")).HeaderBlock.Span);

        Assert.Contains("auth=pass (PLAIN) smtp.auth=user smtp.mailfrom=boss@from.example", header, StringComparison.Ordinal);
    }

    private async Task<IReceiptSession> OpenAsync(string main = "", string? rcpt = null, string mailAuth = "")
    {
        var sections = Sections.Replace("MAILAUTH", mailAuth, StringComparison.Ordinal).Replace("PROMPT", new string('x', 380), StringComparison.Ordinal);
        _policy = new TestPolicy(main + "\n" + (rcpt is null ? sections : sections.Replace("accept authenticated = *", rcpt, StringComparison.Ordinal)), Time);
        return await OpenAsync(Service(_policy));
    }

    private static async Task<SmtpReply> AuthenticateAsync(IReceiptSession session, string mechanism, string? initial) =>
        (await session.AuthenticateAsync(mechanism, initial is null ? null : Encoding.Latin1.GetBytes(initial), CancellationToken.None)).Reply;

    private static async Task<SmtpReply> MailAsync(IReceiptSession session, string? auth) => (await session.MailAsync(
        new MailParameters(new EnvelopeAddress("user", "from.example"), null, default, false, default, null, auth), CancellationToken.None)).Reply;

    private static async Task<SmtpReply> RecipientAsync(IReceiptSession session) =>
        (await session.RecipientAsync(new RecipientParameters(TestMessages.To("a"), DsnNotify.None, null), CancellationToken.None)).Reply;

    private async Task<Storage.Ports.NewMessage> SendAsync(IReceiptSession session, string? auth)
    {
        Assert.Equal(250, (await MailAsync(session, auth)).Code);
        Assert.Equal(250, (await RecipientAsync(session)).Code);
        Assert.Equal(354, (await session.BeginDataAsync(false, CancellationToken.None)).Reply.Code);
        await session.WriteAsync("Subject: x\r\n\r\nbody\r\n"u8.ToArray(), CancellationToken.None);
        Assert.Equal(250, (await session.EndDataAsync(CancellationToken.None)).Reply.Code);
        return Assert.Single(Store.Accepted);
    }
}
