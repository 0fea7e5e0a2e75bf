using System.Net;
using System.Text;
using Pipeline.Actors.Messages;
using Pipeline.Actors.Receipt;
using Pipeline.Actors.Routing;
using Pipeline.Actors.Tests.Support;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Dkim.Crypto;
using Pipeline.Mail.Message;
using Pipeline.Mail.Smtp;
using Pipeline.Messages.Journal;
using Pipeline.Policy.Expansion;

namespace Pipeline.Actors.Tests.Receipt;

public sealed class ReceiptSessionTests : ReceiptTestKit
{
    private const string Configuration = """
        message_size_limit = 100
        acl_smtp_connect = check_connect
        acl_smtp_helo = check_helo
        acl_smtp_mail = check_mail
        acl_smtp_rcpt = check_rcpt
        acl_smtp_data = check_data
        begin rewrite
        \N^bang!(.*)\N  <$1@from.example>  S
        *@mapped.example  $1@to.example
        begin acl
        check_connect:
          drop hosts = 192.0.2.66
               message = not you
          accept
        check_helo:
          deny condition = ${if eq{$sender_helo_name}{bad.example}}
          accept
        check_mail:
          deny senders = bad@from.example
               message = sender refused
          discard senders = void@from.example
          accept
        check_rcpt:
          warn set acl_m_theirs = $sender_address
               set acl_c_ours = text
          deny local_parts = closed
               message = no such user
          defer local_parts = late
               message = try later
          drop local_parts = trap
               message = go away
          discard local_parts = void
          accept
        check_data:
          deny condition = ${if match{$message_body}{virus}}
               message = infected
          discard condition = ${if match{$message_body}{void}}
          accept
               add_header = X-Checked: yes
        """;

    private readonly TestPolicy _policy;
    private readonly ReceiptService _service;

    public ReceiptSessionTests()
    {
        _policy = new TestPolicy(Configuration, Time);
        _service = Service(_policy);
    }

    [Fact]
    public async Task An_accepted_message_isStored_with_its_envelope_our_trace_field_and_what_the_policy_added()
    {
        await using var session = await OpenAsync();
        await BeginAsync(session, "sender", "a", "b");

        var reply = await SendAsync(session, "Subject: x\r\n\r\nbody\r\n");

        var stored = Assert.Single(Store.Accepted);
        Assert.Equal($"250 OK id={stored.Id}", reply.ToString());
        Assert.Equal(["a@to.example", "b@to.example"], stored.Envelope.Recipients.Select(recipient => recipient.Address.ToString()));
        var header = Encoding.ASCII.GetString(stored.HeaderBlock.Span);
        Assert.StartsWith("Received: ", header, StringComparison.Ordinal);
        Assert.Contains("X-Checked: yes\r\n", header, StringComparison.Ordinal);
        Assert.Equal(
            [
                typeof(TransactionStarted), typeof(AclDecided), typeof(AclDecided), typeof(RecipientAccepted), typeof(AclDecided), typeof(RecipientAccepted),
                typeof(AclDecided), typeof(MessageAccepted),
            ],
            stored.Journal.Select(entry => entry.Event.GetType()).Where(type => type != typeof(CheckCompleted)));
    }

    [Fact]
    public async Task Variables_areStored_with_the_mark_of_where_they_come_from()
    {
        await using var session = await OpenAsync();
        await BeginAsync(session, "sender", "a");
        await SendAsync(session, "Subject: x\r\n\r\nbody\r\n");

        var facts = MessageFacts.Of(TestMessages.Stored(new MessageIdSource(Time).Next(), [])) with { Properties = Assert.Single(Store.Accepted).Properties };
        var scope = RoutingScope.Create(_policy.Current, facts);
        Assert.Equal(ExpandedText.FromPeer("sender@from.example"), scope.Message.AclVariables["_theirs"]);
        Assert.Equal("text", scope.Connection.AclVariables["_ours"]);
    }

    [Fact]
    public async Task A_client_that_is_dropped_at_connection_hears_why_and_it_is_journalled()
    {
        await using var session = _service.Open(Client("192.0.2.66"));

        var decision = await session.ConnectAsync(CancellationToken.None);

        Assert.True(decision.Close);
        Assert.Equal((550, "not you"), (decision.Reply.Code, decision.Reply.Text));
        Assert.Contains(Assert.Single(Store.Recorded).Journal, entry => entry.Event is MessageRefused { Stage: "connect" });
    }

    [Fact]
    public async Task A_denied_sender_ends_the_transaction_with_the_reason_in_the_journal()
    {
        await using var session = await OpenAsync();

        var decision = await MailAsync(session, "bad");

        Assert.Equal((550, "sender refused"), (decision.Reply.Code, decision.Reply.Text));
        var refused = await RecordedAsync<MessageRefused>();
        Assert.Equal("MAIL", refused.Stage);
        Assert.Equal(250, (await MailAsync(session, "sender")).Reply.Code);
    }

    [Theory]
    [InlineData("closed", 550, false, "no such user")]
    [InlineData("late", 451, false, "try later")]
    [InlineData("trap", 550, true, "go away")]
    [InlineData("a", 250, false, "Accepted")]
    [InlineData("void", 250, false, "Accepted")]
    public async Task Each_verdict_on_a_recipient_has_its_reply(string localPart, int code, bool closes, string text)
    {
        await using var session = await OpenAsync();
        await MailAsync(session, "sender");

        var decision = await RecipientAsync(session, localPart);

        Assert.Equal((code, closes, text), (decision.Reply.Code, decision.Close, decision.Reply.Text));
    }

    [Fact]
    public async Task Only_recipients_that_were_accepted_areStored()
    {
        await using var session = await OpenAsync();
        await BeginAsync(session, "sender", "closed", "a", "late", "void", "b");

        await SendAsync(session, "Subject: x\r\n\r\nbody\r\n");

        var stored = Assert.Single(Store.Accepted);
        Assert.Equal([(0, "a"), (1, "b")], stored.Envelope.Recipients.Select(recipient => (recipient.Index, recipient.Address.LocalPart)));
        Assert.Equal(["closed@to.example", "late@to.example"], stored.Journal.Select(entry => entry.Event).OfType<RecipientRefused>().Select(e => e.Address));
    }

    [Theory]
    [InlineData("void", "a", "body")]
    [InlineData("sender", "void", "body")]
    [InlineData("sender", "a", "into the void")]
    public async Task A_message_that_is_discarded_at_any_stage_gets_250_and_is_notStored(string sender, string recipient, string body)
    {
        await using var session = await OpenAsync();
        await BeginAsync(session, sender, recipient);

        var reply = await SendAsync(session, $"Subject: x\r\n\r\n{body}\r\n");

        Assert.Equal(250, reply.Code);
        Assert.Contains("discarded", (await RecordedAsync<TransactionAborted>()).Reason, StringComparison.Ordinal);
        Assert.Empty(Store.Accepted);
    }

    [Fact]
    public async Task A_message_that_is_denied_after_its_data_is_journalled_and_notStored()
    {
        await using var session = await OpenAsync();
        await BeginAsync(session, "sender", "a");

        var reply = await SendAsync(session, "Subject: x\r\n\r\na virus\r\n");

        Assert.Equal((550, "infected"), (reply.Code, reply.Text));
        Assert.Equal("end of data", (await RecordedAsync<MessageRefused>()).Stage);
        Assert.Empty(Store.Accepted);
    }

    [Theory]
    [InlineData(100, 250)]
    [InlineData(101, 552)]
    public async Task A_message_may_be_as_large_as_the_policy_says(int size, int code)
    {
        await using var session = await OpenAsync();
        Assert.Equal(100, session.Capabilities.MaxMessageSize);
        await BeginAsync(session, "sender", "a");
        const string Header = "Subject: x\r\n\r\n";

        var reply = await SendAsync(session, Header + new string('x', size - Header.Length));

        Assert.Equal(code, reply.Code);
        Assert.Equal(code == 250 ? 1 : 0, Store.Accepted.Count);
    }

    [Theory]
    [InlineData(Storage.Ports.WriteOutcome.Unavailable)]
    [InlineData(Storage.Ports.WriteOutcome.Fenced)]
    public async Task AStore_that_cannot_write_makes_the_client_try_later(Storage.Ports.WriteOutcome outcome)
    {
        await using var session = await OpenAsync();
        await BeginAsync(session, "sender", "a");
        Store.Answer(outcome);

        var reply = await SendAsync(session, "Subject: x\r\n\r\nbody\r\n");

        Assert.Equal("451 4.3.0 Temporary local problem - please try later", reply.ToString());
    }

    [Fact]
    public async Task There_is_no_250_before_theStore_says_durable()
    {
        await using var session = await OpenAsync();
        await BeginAsync(session, "sender", "a");
        Store.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        var sending = SendAsync(session, "Subject: x\r\n\r\nbody\r\n");
        await AwaitConditionAsync(() => Task.FromResult(!Store.Accepted.IsEmpty));
        Assert.False(sending.IsCompleted);
        Store.Gate.SetResult();

        Assert.Equal(250, (await sending).Code);
    }

    [Fact]
    public async Task Addresses_are_rewritten_before_the_content_is_judged_and_the_journal_says_by_which_rule()
    {
        await using var session = await OpenAsync();
        Assert.True(session.RewritesPaths);
        Assert.Equal("<s@from.example>", Encoding.ASCII.GetString(await session.RewritePathAsync(true, "bang!s"u8.ToArray(), CancellationToken.None)));
        await session.MailAsync(new MailParameters(new EnvelopeAddress("s", "mapped.example"), null, default, false, default, null, null), CancellationToken.None);
        await session.RecipientAsync(new RecipientParameters(new EnvelopeAddress("a", "mapped.example"), DsnNotify.Never, null), CancellationToken.None);
        await RecipientAsync(session, "b");

        await SendAsync(session, "From: N <x@mapped.example>\r\nTo: y\r\n\r\nbody\r\n");

        var stored = Assert.Single(Store.Accepted);
        Assert.Equal("s@to.example", stored.Envelope.Sender.ToString());
        Assert.Equal(["a@to.example", "b@to.example"], stored.Envelope.Recipients.Select(recipient => recipient.Address.ToString()));
        Assert.Equal(DsnNotify.Never, stored.Envelope.Recipients[0].Notify);
        Assert.Contains("From: N <x@to.example>\r\nTo: y\r\n", Encoding.ASCII.GetString(stored.HeaderBlock.Span), StringComparison.Ordinal);
        var events = stored.Journal.Select(entry => entry.Event).ToArray();
        Assert.Equal(
            [("smtp sender", "bang!s", "<s@from.example>", 1), ("env-from", "s@mapped.example", "s@to.example", 2), ("from:", "x@mapped.example", "x@to.example", 2)],
            events.OfType<AddressRewritten>().Select(e => (e.Place, e.From, e.To, e.Rule)));
        var rewritten = Assert.Single(events.OfType<RecipientRewritten>());
        Assert.Equal((0, "a@mapped.example", "a@to.example", 2, "test.conf"), (rewritten.Recipient, rewritten.From, rewritten.To, rewritten.Rule, rewritten.Source!.File));
        Assert.Equal("a@mapped.example", events.OfType<RecipientAccepted>().First().Address);
        Assert.True(Array.FindLastIndex(events, e => e is RecipientRewritten or AddressRewritten) < Array.FindIndex(events, e => e is AclDecided { Acl: "data" }));
    }

    [Theory]
    [InlineData(null, "From: f@mx.test\r\nTo: t@mx.test\r\n")]
    [InlineData("192.0.2.1", "From: f\r\nTo: t\r\n")]
    public async Task Header_addresses_without_domain_are_qualified_in_local_submissions_only(string? client, string expected)
    {
        await using var session = _service.Open(client is null ? new ClientConnection(null, null, false) : Client(client));
        await session.ConnectAsync(CancellationToken.None);
        await session.HeloAsync(true, "client.example", CancellationToken.None);
        await BeginAsync(session, "sender", "a");

        await SendAsync(session, "From: f\r\nTo: t\r\n\r\nbody\r\n");

        Assert.Contains(expected, Encoding.ASCII.GetString(Assert.Single(Store.Accepted).HeaderBlock.Span), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("RSET")]
    [InlineData("EHLO")]
    [InlineData("connection lost")]
    public async Task A_transaction_that_ends_early_says_in_the_journal_why(string how)
    {
        var session = await OpenAsync();
        await BeginAsync(session, "sender", "a");
        switch (how)
        {
            case "RSET":
                await session.ResetAsync("RSET", CancellationToken.None);
                break;
            case "EHLO":
                await session.HeloAsync(true, "again.example", CancellationToken.None);
                break;
            default:
                await session.DisposeAsync();
                break;
        }

        Assert.Equal(how, (await RecordedAsync<TransactionAborted>()).Reason);
        await session.DisposeAsync();
    }

    [Fact]
    public async Task A_refused_greeting_leaves_the_transaction_as_it_is()
    {
        await using var session = await OpenAsync();
        await BeginAsync(session, "sender", "a");
        Assert.Equal(550, (await session.HeloAsync(true, "bad.example", CancellationToken.None)).Reply.Code);
        Assert.Equal(250, (await RecipientAsync(session, "b")).Reply.Code);
        await SendAsync(session, "From: f@mx.test\r\n\r\nbody\r\n");
        Assert.Equal(["a", "b"], Assert.Single(Store.Accepted).Envelope.Recipients.Select(recipient => recipient.Address.LocalPart));
    }

    private Task<IReceiptSession> OpenAsync() => OpenAsync(_service);

    private static async Task<ReceiptDecision> MailAsync(IReceiptSession session, string localPart) => await session.MailAsync(
        From(localPart), CancellationToken.None);

    private static async Task<ReceiptDecision> RecipientAsync(IReceiptSession session, string localPart) =>
        await session.RecipientAsync(To(localPart), CancellationToken.None);

    private static async Task BeginAsync(IReceiptSession session, string sender, params string[] recipients)
    {
        Assert.Equal(250, (await MailAsync(session, sender)).Reply.Code);
        foreach (var recipient in recipients)
        {
            await RecipientAsync(session, recipient);
        }
    }

    private static async Task<SmtpReply> SendAsync(IReceiptSession session, string message)
    {
        Assert.Equal(354, (await session.BeginDataAsync(false, CancellationToken.None)).Reply.Code);
        await session.WriteAsync(Encoding.ASCII.GetBytes(message), CancellationToken.None);
        return (await session.EndDataAsync(CancellationToken.None)).Reply;
    }

    /// <summary>The event of that type among what was recorded of messages that were not stored.</summary>
    private async Task<T> RecordedAsync<T>()
        where T : JournalEvent
    {
        T? found = null;
        await AwaitConditionAsync(() => Task.FromResult((found = Store.Recorded.SelectMany(record => record.Journal).Select(entry => entry.Event).OfType<T>().FirstOrDefault()) is not null));
        return found!;
    }
}
