using System.Text;
using Pipeline.Actors.Messages;
using Pipeline.Actors.Reporting;
using Pipeline.Actors.Tests.Support;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Message;
using Pipeline.Mail.Reply;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Tests.Reporting;

public sealed class NotificationWriterTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("notifications");
    private readonly MessageIdSource _ids = new(TimeProvider.System);

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_failure_is_told_to_the_sender_with_what_failed_and_the_message()
    {
        var ready = Assert.Single(await WriteAsync("", Failed("a", "no such user")));

        Assert.Equal(("failure", "sender@from.example"), (ready.Kind, ready.To));
        var message = ready.Message;
        Assert.True(message.Envelope.Sender.IsNull);
        Assert.Equal((TestMessages.Sender, DsnNotify.Never), (message.Envelope.Recipients[0].Address, message.Envelope.Recipients[0].Notify));
        Assert.Equal([typeof(TransactionStarted), typeof(RecipientAccepted), typeof(MessageAccepted)], message.Journal.Select(entry => entry.Event.GetType()));
        var text = Text(ready);
        Assert.Contains("Final-Recipient: rfc822;a@to.example", text, StringComparison.Ordinal);
        Assert.Contains("Action: failed", text, StringComparison.Ordinal);
        Assert.Contains("no such user", text, StringComparison.Ordinal);
        Assert.Contains("message/rfc822", text, StringComparison.Ordinal);
        Assert.Contains("\r\nbody\r\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reply_is_a_message_of_the_null_sender_to_each_of_its_recipients()
    {
        var reply = new AutomaticReply
        {
            Recipients = [TestMessages.Sender, new EnvelopeAddress("c", "from.example")],
            From = "b@to.example",
            Subject = "away",
            Text = "Gone.",
            ReturnsMessage = true,
        };

        var ready = await WriteReplyAsync("", reply);

        Assert.Equal(("reply", "sender@from.example, c@from.example"), (ready.Kind, ready.To));
        Assert.True(ready.Message.Envelope.Sender.IsNull);
        Assert.Equal([0, 1], ready.Message.Envelope.Recipients.Select(recipient => recipient.Index));
        Assert.Equal(
            [typeof(TransactionStarted), typeof(RecipientAccepted), typeof(RecipientAccepted), typeof(MessageAccepted)], ready.Message.Journal.Select(entry => entry.Event.GetType()));
        Assert.Contains("Auto-Submitted: auto-replied\r\n", Text(ready), StringComparison.Ordinal);
        Assert.EndsWith("\r\nbody\r\n", Text(ready), StringComparison.Ordinal);
        Assert.DoesNotContain("\r\nbody\r\n", Text(await WriteReplyAsync("bounce_return_size_limit = 1", reply)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_notification_inherits_requiretls(bool required)
    {
        var message = Assert.Single(await WriteAsync("", [Failed("a", "no")], envelope => envelope with { RequireTls = required })).Message;
        Assert.Equal(required, message.Envelope.RequireTls);
        Assert.Equal(required ? true : null, message.Journal.Select(entry => entry.Event).OfType<MessageAccepted>().Single().RequireTls);
    }

    [Fact]
    public async Task A_message_without_a_sender_tells_nobody() =>
        Assert.Empty(await WriteAsync("", [Failed("a", "no")], envelope => envelope with { Sender = EnvelopeAddress.Null }));

    [Theory]
    [InlineData(DsnNotify.None, true)]
    [InlineData(DsnNotify.Failure, true)]
    [InlineData(DsnNotify.Success, false)]
    [InlineData(DsnNotify.Never, false)]
    public async Task A_failure_is_told_where_it_was_asked_for(DsnNotify notify, bool told) =>
        Assert.Equal(told ? 1 : 0, (await WriteAsync("", Failed("a", "no", notify))).Length);

    [Fact]
    public async Task Failures_share_a_notification_and_successes_have_another()
    {
        var ready = await WriteAsync("", Failed("a", "no"), Failed("b", "neither"), Delivered("c", DsnNotify.Success), Delivered("d", DsnNotify.None));

        Assert.Equal(["failure", "success"], ready.Select(notification => notification.Kind));
        Assert.Contains("a@to.example", Text(ready[0]), StringComparison.Ordinal);
        Assert.Contains("b@to.example", Text(ready[0]), StringComparison.Ordinal);
        Assert.Contains("c@to.example", Text(ready[1]), StringComparison.Ordinal);
        Assert.DoesNotContain("d@to.example", Text(ready[1]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_headers_go_back_when_the_sender_asked_for_that()
    {
        var ready = await WriteAsync("", [Failed("a", "no")], envelope => envelope with { Return = DsnReturn.Headers });

        var text = Text(Assert.Single(ready));
        Assert.Contains("Subject: test", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\r\nbody\r\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bounce_return_size_limit = 6", true)]
    [InlineData("bounce_return_size_limit = 5", false)]
    [InlineData("no_bounce_return_body", false)]
    public async Task The_body_goes_back_as_far_as_the_policy_allows(string option, bool returned) =>
        Assert.Equal(returned, Text(Assert.Single(await WriteAsync(option, Failed("a", "no")))).Contains("\r\nbody\r\n", StringComparison.Ordinal));

    [Fact]
    public async Task A_child_of_a_redirection_is_told_with_the_address_it_came_from()
    {
        var failed = Failed("a", "no") with { GeneratedFrom = TestMessages.To("team") };

        Assert.Contains("team@to.example", Text(Assert.Single(await WriteAsync("", failed))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(FailureClass.Lookup, "Status: 5.4.4")]
    [InlineData(FailureClass.ConnectionRefused, "Status: 5.4.1")]
    [InlineData(FailureClass.LostConnection, "Status: 5.4.2")]
    [InlineData(FailureClass.Quota, "Status: 5.2.2")]
    [InlineData(FailureClass.TooBig, "Status: 5.3.4")]
    [InlineData(FailureClass.TlsRequired, "Status: 5.7.10")]
    public async Task A_failure_without_a_reply_has_the_status_of_its_class(FailureClass failure, string status)
    {
        var ended = Failed("a", "no") with { Failure = new DeliveryFailure { Class = failure, Reason = "no" } };

        Assert.Contains(status, Text(Assert.Single(await WriteAsync("", ended))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_delay_is_told_to_the_sender_without_the_body()
    {
        var ready = Assert.Single(await ReportAsync("", new DelayWarning(2, TimeSpan.FromHours(48)), State("a", DsnNotify.None) with { LastReason = "Connection refused" }));
        Assert.Equal(("delay", "sender@from.example", 2), (ready.Kind, ready.To, ready.Warnings));
        var text = Text(ready);
        Assert.Contains("delayed 48 hours\r\n", text, StringComparison.Ordinal);
        Assert.Contains("Action: delayed\r\nFinal-Recipient: rfc822;a@to.example\r\nStatus: 4.0.0\r\n", text, StringComparison.Ordinal);
        Assert.Contains("Connection refused", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\r\nbody\r\n", text, StringComparison.Ordinal);
        Assert.True(ready.Message.Envelope.Sender.IsNull);
    }

    [Theory]
    [InlineData(DsnNotify.Delay, true)]
    [InlineData(DsnNotify.Failure, false)]
    [InlineData(DsnNotify.Never, false)]
    public async Task A_delay_is_told_where_it_was_asked_for(DsnNotify notify, bool told) =>
        Assert.Equal(told ? 1 : 0, (await ReportAsync("", new DelayWarning(1, TimeSpan.FromHours(24)), State("a", notify))).Length);

    [Fact]
    public async Task The_operator_is_told_of_a_frozen_message()
    {
        var ready = Assert.Single(await ReportAsync("freeze_tell = Post <pm@$primary_hostname>, b@c.test", null, State("a", DsnNotify.None) with { LastReason = "why" }, State("b", DsnNotify.Never)));
        Assert.Equal(("frozen", "pm@mx.test, b@c.test", null), (ready.Kind, ready.To, ready.Warnings));
        Assert.Equal(["pm@mx.test", "b@c.test"], ready.Message.Envelope.Recipients.Select(recipient => recipient.Address.ToString()));
        var text = Text(ready);
        Assert.Contains("Subject: Message frozen\r\n", text, StringComparison.Ordinal);
        Assert.Contains(" has been frozen.\r\nThe sender is <sender@from.example>.\r\n", text, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n  a@to.example: why\r\n  b@to.example\r\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("freeze_tell =")]
    [InlineData("freeze_tell = ${if eq{a}{b}{x@y.test}}")]
    public async Task Nobody_is_told_of_a_frozen_message_who_is_not_named(string options) =>
        Assert.Empty(await ReportAsync(options, null, State("a", DsnNotify.None)));

    [Theory]
    [InlineData("bounce_return_message = false", false, false)]
    [InlineData("bounce_return_linesize_limit = 3", true, false)]
    [InlineData("bounce_return_linesize_limit = 4", true, true)]
    [InlineData("bounce_return_linesize_limit = 0", true, true)]
    public async Task What_comes_back_is_what_the_options_allow(string option, bool header, bool body)
    {
        var text = Text(Assert.Single(await WriteAsync(option, Failed("a", "no"))));
        Assert.Equal(header, text.Contains("Return-path: <sender@from.example>", StringComparison.Ordinal));
        Assert.Equal(body, text.Contains("\r\nbody\r\n", StringComparison.Ordinal));
        Assert.Equal(header && !body, text.Contains("X-Exim-DSN-Information: Due to administrative limits only headers are returned", StringComparison.Ordinal));
        Assert.EndsWith("--\r\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Notifications_name_who_is_behind_them_where_the_operator_says_who()
    {
        Assert.Equal("daemon@mx.test", Assert.Single(await WriteAsync("bounce_sender_authentication = daemon@$primary_hostname", Failed("a", "no"))).Message.Envelope.AuthenticatedSender);
        Assert.Null(Assert.Single(await WriteAsync("", Failed("a", "no"))).Message.Envelope.AuthenticatedSender);
    }

    [Fact]
    public async Task Words_of_the_operator_stand_in_notifications()
    {
        const string options = "dsn_from = Post at $primary_hostname <post@mx.test>\nerrors_reply_to = help@mx.test\nbounce_message_text = Call 112 for $sender_address.";
        var failure = Text(Assert.Single(await WriteAsync(options, Failed("a", "no"))));
        Assert.Contains("From: Post at mx.test <post@mx.test>\r\n", failure, StringComparison.Ordinal);
        Assert.Contains("Reply-To: help@mx.test\r\n", failure, StringComparison.Ordinal);
        Assert.Contains("Call 112 for sender@from.example.", failure, StringComparison.Ordinal);
        Assert.Contains("From: Post at mx.test", Text(Assert.Single(await ReportAsync(options, new DelayWarning(1, TimeSpan.FromHours(24)), State("a", DsnNotify.None)))), StringComparison.Ordinal);
        Assert.Contains("From: Mail Delivery System <Mailer-Daemon@mx.test>", Text(Assert.Single(await WriteAsync("dsn_from = ${nonsense", Failed("a", "no")))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Texts_of_a_file_stand_in_a_bounce_and_empty_items_for_the_usual_ones()
    {
        var file = WriteFile("X-Told: $bounce_recipient\nSubject: lost\n\tfor good\nno field\n****\nDear $sender_address,\nit is lost.\n****\nprogram\n****\ncopy\n");
        var text = Text(Assert.Single(await WriteAsync($"bounce_message_file = {file}", Failed("a", "no such user"))));
        Assert.Contains("MIME-Version: 1.0\r\nX-Told: sender@from.example\r\nSubject: lost\r\n\tfor good\r\nMessage-Id: ", text, StringComparison.Ordinal);
        Assert.Contains("\r\n\r\nDear sender@from.example,\r\nit is lost.\r\n\r\n  a@to.example\r\n    no such user\r\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("created automatically", text, StringComparison.Ordinal);

        text = Text(Assert.Single(await WriteAsync($"bounce_message_file = {WriteFile("****\n****\n")}", Failed("a", "no"))));
        Assert.Contains("Subject: Mail delivery failed: returning message to sender\r\n", text, StringComparison.Ordinal);
        Assert.Contains("This message was created automatically by mail delivery software.\r\n\r\nA message that you sent could not be delivered", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Texts_of_a_file_stand_in_a_warning()
    {
        var file = WriteFile("Subject: waiting $warn_message_delay\n****\nFor $warn_message_recipients:\n****\nPatience.\n");
        var text = Text(Assert.Single(await ReportAsync($"warn_message_file = {file}", new DelayWarning(1, TimeSpan.FromHours(24)), State("a", DsnNotify.None) with { LastReason = "not now" })));
        Assert.Contains("Subject: waiting 24 hours\r\n", text, StringComparison.Ordinal);
        Assert.Contains("\r\n\r\nFor sender@from.example:\r\n\r\n  a@to.example\r\n    Delay reason: not now\r\n\r\nPatience.\r\n\r\n--", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_of_texts_that_cannot_be_read_and_text_that_cannot_be_expanded_are_logged_and_the_usual_words_stand()
    {
        var policy = new TestPolicy("bounce_message_file = /nonexistent/texts", TimeProvider.System);
        Assert.Contains("Subject: Mail delivery failed", Text(Assert.Single(await WriteAsync(policy, [Failed("a", "no")]))), StringComparison.Ordinal);
        Assert.StartsWith("Failed to open /nonexistent/texts for bounce message texts: ", Assert.Single(policy.Lines), StringComparison.Ordinal);

        policy = new TestPolicy($"bounce_message_file = {WriteFile("Subject: ${nonsense\n")}", TimeProvider.System);
        Assert.Contains("Subject: Mail delivery failed", Text(Assert.Single(await WriteAsync(policy, [Failed("a", "no")]))), StringComparison.Ordinal);
        Assert.StartsWith("Failed to expand a text of bounce_message_file: ", Assert.Single(policy.Lines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("errors_copy = *@other.example x@c.test : *@from.example one@c.test,$local_part.$domain@c.test : * y@c.test", "sender@from.example one@c.test sender.from.example@c.test")]
    [InlineData("errors_copy = *@other.example x@c.test", "sender@from.example")]
    [InlineData("errors_copy = a@b.test y@c.test : \"sender@from.example\" x@c.test", "sender@from.example x@c.test")]
    [InlineData("errors_copy = * ${if eq{a}{b}{x@c.test}fail}", "sender@from.example")]
    [InlineData("errors_copy = * ${nonsense", "sender@from.example")]
    public async Task Bounce_is_copied_to_whom_the_operator_names(string option, string recipients) => Assert.Equal(
        recipients, string.Join(' ', Assert.Single(await WriteAsync(option, Failed("a", "no"))).Message.Envelope.Recipients.Select(recipient => recipient.Address)));

    [Fact]
    public async Task Warning_is_not_copied() =>
        Assert.Single(Assert.Single(await ReportAsync("errors_copy = * x@c.test", new DelayWarning(1, TimeSpan.FromHours(24)), State("a", DsnNotify.None))).Message.Envelope.Recipients);

    private string WriteFile(string text)
    {
        var file = Path.Combine(_folder.FullName, Guid.NewGuid().ToString("N"));
        File.WriteAllText(file, text);
        return file;
    }

    private static EndedRecipient Failed(string localPart, string reason, DsnNotify notify = DsnNotify.None) =>
        new(State(localPart, notify), new DeliveryFailure { Class = FailureClass.Permanent, Reason = reason });

    private static EndedRecipient Delivered(string localPart, DsnNotify notify) => new(State(localPart, notify), null);

    private static RecipientState State(string localPart, DsnNotify notify) =>
        TestMessages.Waiting(0, localPart, DateTimeOffset.UnixEpoch) with { Notify = notify };

    private static string Text(ReadyNotification notification)
    {
        Assert.True(notification.Message.Body.TryGetBody(out var body));
        return Encoding.UTF8.GetString(notification.Message.HeaderBlock.Span) + "\r\n" + Encoding.UTF8.GetString(body.Span);
    }

    private Task<ImmutableArray<ReadyNotification>> WriteAsync(string options, params EndedRecipient[] ended) => WriteAsync(options, ended, envelope => envelope);

    private Task<ImmutableArray<ReadyNotification>> WriteAsync(string options, EndedRecipient[] ended, Func<Envelope, Envelope> change) =>
        WriteAsync(new TestPolicy(options, TimeProvider.System), ended, change);

    private async Task<ImmutableArray<ReadyNotification>> WriteAsync(TestPolicy policy, EndedRecipient[] ended, Func<Envelope, Envelope>? change = null)
    {
        var facts = MessageFacts.Of(TestMessages.Stored(_ids.Next(), [.. ended.Select(recipient => recipient.Recipient)]));
        var writer = new NotificationWriter(policy, new FakeStore(), TestMessages.Owner, _ids, TimeProvider.System);
        return await writer.WriteAsync(facts with { Envelope = change?.Invoke(facts.Envelope) ?? facts.Envelope }, [.. ended], CancellationToken.None);
    }

    private async Task<ImmutableArray<ReadyNotification>> ReportAsync(string options, DelayWarning? delay, params RecipientState[] waiting)
    {
        var facts = MessageFacts.Of(TestMessages.Stored(_ids.Next(), waiting));
        var writer = new NotificationWriter(new TestPolicy(options, TimeProvider.System), new FakeStore(), TestMessages.Owner, _ids, TimeProvider.System);
        return await writer.WriteAsync(facts, new WaitingReport([.. waiting], delay), CancellationToken.None);
    }

    private ValueTask<ReadyNotification> WriteReplyAsync(string options, AutomaticReply reply)
    {
        var facts = MessageFacts.Of(TestMessages.Stored(_ids.Next(), [TestMessages.Waiting(0, "b", DateTimeOffset.UnixEpoch)]));
        var writer = new NotificationWriter(new TestPolicy(options, TimeProvider.System), new FakeStore(), TestMessages.Owner, _ids, TimeProvider.System);
        return writer.WriteReplyAsync(facts, reply, CancellationToken.None);
    }
}
