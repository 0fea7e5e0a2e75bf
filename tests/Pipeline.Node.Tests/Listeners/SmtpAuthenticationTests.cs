using Pipeline.Actors.Receipt;
using Pipeline.Mail.Smtp;
using Pipeline.Node.Listeners;
using Pipeline.Node.Listeners.Tls;

namespace Pipeline.Node.Tests.Listeners;

/// <summary>AUTH as a conversation: what may come when, and how an exchange ends. Whom to believe is the receipt's business.</summary>
public sealed class SmtpAuthenticationTests
{
    private static readonly ReceiptDecision NotBelieved = new(new SmtpReply(535, new EnhancedStatusCode(5, 7, 8), "Incorrect authentication data"));
    private static readonly ListenerOptions Lax = SessionHarness.Options() with { EnforceSynchronisation = false };

    [Fact]
    public async Task Ehlo_offers_the_mechanisms_in_one_line_and_helo_none()
    {
        await using var harness = new SessionHarness(Receipt());
        await harness.Client.ExpectAsync("220 ");
        string reply = await harness.Client.CommandAsync("EHLO client.example", "250-");
        Assert.Contains("250-AUTH PLAIN LOGIN", reply.Split('\n'));
        await harness.Client.CommandAsync("HELO client.example", "250 ");
        await harness.Client.CommandAsync("AUTH PLAIN AGEAYg==", "503 5.5.1 AUTH command used when not advertised");
        Assert.DoesNotContain(harness.Receipt.Calls, call => call.StartsWith("auth", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Ehlo_without_a_mechanism_does_not_speak_of_auth()
    {
        await using var harness = new SessionHarness();
        await harness.Client.ExpectAsync("220 ");
        Assert.DoesNotContain("AUTH", await harness.Client.CommandAsync("EHLO client.example", "250-"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Auth_that_was_not_offered_is_taken_where_the_receipt_allows_it()
    {
        var receipt = new FakeReceipt();
        receipt.Capabilities = receipt.Capabilities with { TakesUnadvertisedAuth = true };
        await using var harness = new SessionHarness(receipt);
        await harness.Client.ExpectAsync("220 ");
        await harness.Client.CommandAsync("HELO client.example", "250 ");
        await harness.Client.CommandAsync("AUTH PLAIN AGEAYg==", "235 2.7.0");
    }

    [Theory]
    [InlineData("AUTH PLAIN AGEAYg==", "auth PLAIN [\0a\0b]")]
    [InlineData("AUTH plain =", "auth plain []")]
    [InlineData("AUTH LOGIN", "auth LOGIN")]
    public async Task Initial_response_reaches_the_receipt_decoded(string line, string call)
    {
        await using var harness = await new SessionHarness(Receipt()).GreetAsync();
        await harness.Client.CommandAsync(line, "235 2.7.0 Authentication succeeded");
        Assert.Equal(call, harness.Receipt.Calls.Last());
    }

    [Fact]
    public async Task Exchange_goes_on_until_the_receipt_asks_no_more_and_the_session_after_it()
    {
        await using var harness = await new SessionHarness(Asking()).GreetAsync();
        await harness.Client.CommandAsync("AUTH LOGIN", "334 VXNlcm5hbWU6");
        await harness.Client.CommandAsync("dXNlcg==", "334 UGFzc3dvcmQ6");
        await harness.Client.CommandAsync("", "235 2.7.0");
        await harness.Client.CommandAsync("MAIL FROM:<a@example.com>", "250 ");
        Assert.Equal(["auth LOGIN", "respond [user]", "respond []"], harness.Receipt.Calls.Skip(2).Take(3));
        Assert.Empty(harness.Receipt.Incidents);
    }

    [Fact]
    public async Task Empty_challenge_is_a_reply_with_nothing_behind_its_blank()
    {
        var receipt = Receipt();
        receipt.Script = call => call == "auth PLAIN" ? new ReceiptDecision(new SmtpReply(334, "")) : null;
        await using var harness = await new SessionHarness(receipt).GreetAsync();
        Assert.Equal("334 ", await harness.Client.CommandAsync("AUTH PLAIN", "334"));
        await harness.Client.CommandAsync("AGEAYg==", "235 ");
    }

    [Fact]
    public async Task Commands_are_no_commands_while_an_answer_is_awaited()
    {
        await using var harness = await new SessionHarness(Asking()).GreetAsync();
        await harness.Client.CommandAsync("AUTH LOGIN", "334 ");
        await harness.Client.CommandAsync("QUIT", "334 ");
        Assert.Equal("respond [AB\u0013]", harness.Receipt.Calls.Last());
        await harness.Client.CommandAsync("MAIL FROM:<a@example.com>", "501 5.5.2 Invalid base64 data");
        Assert.Empty(harness.Receipt.Mails);
        await harness.Client.CommandAsync("NOOP", "250 ");
    }

    [Fact]
    public async Task Client_may_cancel_and_try_again()
    {
        await using var harness = await new SessionHarness(Asking()).GreetAsync();
        await harness.Client.CommandAsync("AUTH LOGIN", "334 ");
        await harness.Client.CommandAsync("*", "501 5.7.0 Authentication cancelled");
        Assert.Equal("AUTH|501|cancelled by the client", Assert.Single(harness.Receipt.Incidents));
        await harness.Client.CommandAsync("AUTH PLAIN AGEAYg==", "235 ");
    }

    [Theory]
    [InlineData("not base64!", "501 5.5.2 Invalid base64 data")]
    [InlineData("dXNlcg", "501 5.5.2 Invalid base64 data")]
    public async Task Answer_that_is_not_base64_ends_the_exchange(string response, string reply)
    {
        await using var harness = await new SessionHarness(Asking()).GreetAsync();
        await harness.Client.CommandAsync("AUTH LOGIN", "334 ");
        await harness.Client.CommandAsync(response, reply);
        Assert.StartsWith("AUTH|501|", Assert.Single(harness.Receipt.Incidents), StringComparison.Ordinal);
        Assert.DoesNotContain(response, Assert.Single(harness.Receipt.Incidents), StringComparison.Ordinal);
        await harness.Client.CommandAsync("NOOP", "250 ");
    }

    [Theory]
    [InlineData(12284, "334 ")]
    [InlineData(12287, "500 5.5")]
    public async Task Answer_has_a_longest_line(int length, string reply)
    {
        await using var harness = await new SessionHarness(Asking()).GreetAsync();
        await harness.Client.CommandAsync("AUTH LOGIN", "334 ");
        await harness.Client.CommandAsync(new string('A', length), reply);
    }

    [Fact]
    public async Task Answer_without_end_ends_the_session()
    {
        await using var harness = await new SessionHarness(Asking()).GreetAsync();
        await harness.Client.CommandAsync("AUTH LOGIN", "334 ");
        await harness.Client.SendAsync(new string('A', SmtpCommandLineLimit.Longest));
        await harness.Client.ExpectAsync("421 4.5.2");
    }

    [Fact]
    public async Task Answer_ended_by_a_bare_line_feed_is_refused_where_commands_are()
    {
        await using var harness = await new SessionHarness(Asking()).GreetAsync();
        await harness.Client.CommandAsync("AUTH LOGIN", "334 ");
        await harness.Client.SendAsync("dXNlcg==\n");
        await harness.Client.ExpectAsync("500 5.5.2 command lines must end with CRLF");
        await harness.Client.CommandAsync("NOOP", "250 ");
    }

    [Theory]
    [InlineData("AUTH PLAIN ===", "501 5.5.2 Invalid base64 data")]
    [InlineData("AUTH", "501 5.5.4")]
    public async Task Command_that_is_not_correct_never_reaches_the_receipt(string line, string reply)
    {
        await using var harness = await new SessionHarness(Receipt()).GreetAsync();
        await harness.Client.CommandAsync(line, reply);
        Assert.DoesNotContain(harness.Receipt.Calls, call => call.StartsWith("auth", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Auth_is_refused_after_it_succeeded_and_in_a_transaction()
    {
        await using var harness = await new SessionHarness(Receipt()).GreetAsync();
        await harness.Client.CommandAsync("MAIL FROM:<a@example.com>", "250 ");
        await harness.Client.CommandAsync("AUTH PLAIN AGEAYg==", "503 5.5.1 not permitted in mail transaction");
        await harness.Client.CommandAsync("RSET", "250 ");
        await harness.Client.CommandAsync("AUTH PLAIN AGEAYg==", "235 ");
        await harness.Client.CommandAsync("AUTH PLAIN AGEAYg==", "503 5.5.1 already authenticated");
        await harness.Client.CommandAsync("EHLO client.example", "250-");
        await harness.Client.CommandAsync("AUTH PLAIN AGEAYg==", "503 5.5.1 already authenticated");
        Assert.Equal(1, harness.Receipt.CountOf("auth PLAIN [\0a\0b]"));
    }

    [Fact]
    public async Task Auth_before_ehlo_is_out_of_sequence()
    {
        await using var harness = new SessionHarness(Receipt());
        await harness.Client.ExpectAsync("220 ");
        await harness.Client.CommandAsync("AUTH PLAIN AGEAYg==", "503 5.5.1");
    }

    [Fact]
    public async Task Failures_up_to_the_limit_are_answered_and_one_more_ends_the_session()
    {
        var receipt = Asking();
        receipt.Script = call => call.StartsWith("auth PLAIN", StringComparison.Ordinal) ? NotBelieved : call == "auth LOGIN" ? new ReceiptDecision(new SmtpReply(334, "")) : null;
        await using var harness = await new SessionHarness(receipt, SessionHarness.Options(new SmtpLimits { MaxFailedAuthentications = 3 })).GreetAsync();
        await harness.Client.CommandAsync("AUTH PLAIN AGEAYg==", "535 5.7.8");
        await harness.Client.CommandAsync("AUTH PLAIN AGEAYg==", "535 5.7.8");
        await harness.Client.CommandAsync("AUTH LOGIN", "334 ");
        await harness.Client.CommandAsync("*", "501 5.7.0");
        await harness.Client.CommandAsync("AUTH PLAIN AGEAYg==", "421 4.7.0 mx.example.com too many failed authentication attempts");
        harness.CloseClientSide();
        await harness.Client.ExpectEndAsync();
    }

    [Fact]
    public async Task Answer_that_asks_to_close_closes()
    {
        var receipt = Receipt();
        receipt.Script = call => call.StartsWith("auth", StringComparison.Ordinal) ? new ReceiptDecision(new SmtpReply(503, "go away"), Close: true) : null;
        await using var harness = await new SessionHarness(receipt).GreetAsync();
        await harness.Client.CommandAsync("AUTH PLAIN AGEAYg==", "503 go away");
        harness.CloseClientSide();
        await harness.Client.ExpectEndAsync();
    }

    [Fact]
    public async Task Commands_may_be_pipelined_behind_auth_that_asks_nothing()
    {
        await using var harness = await new SessionHarness(Receipt()).GreetAsync();
        await harness.Client.SendAsync("AUTH PLAIN AGEAYg==\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\n");
        await harness.Client.ExpectAsync("235 ");
        await harness.Client.ExpectAsync("250 ");
        await harness.Client.ExpectAsync("250 ");
        Assert.Equal(["auth PLAIN [\0a\0b]", "mail a@example.com", "rcpt b@example.com"], harness.Receipt.Calls.Skip(2));
    }

    [Fact]
    public async Task Answer_sent_before_the_challenge_is_out_of_step()
    {
        await using var harness = await new SessionHarness(Asking()).GreetAsync();
        await harness.Client.SendAsync("AUTH LOGIN\r\ndXNlcg==\r\ncGFzcw==\r\n");
        await harness.Client.ExpectAsync("554 5.5.0 SMTP synchronization error");
        Assert.Equal("AUTH|554|next input sent too soon: pipelining was advertised", Assert.Single(harness.Receipt.Incidents));
        Assert.DoesNotContain(harness.Receipt.Calls, call => call.StartsWith("respond", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Answer_sent_before_the_challenge_is_taken_when_the_check_is_off()
    {
        await using var harness = await new SessionHarness(Asking(), Lax).GreetAsync();
        await harness.Client.SendAsync("AUTH LOGIN\r\ndXNlcg==\r\ncGFzcw==\r\n");
        await harness.Client.ExpectAsync("334 ");
        await harness.Client.ExpectAsync("334 ");
        await harness.Client.ExpectAsync("235 ");
    }

    [Fact]
    public async Task Client_that_does_not_answer_in_time_hears_of_it()
    {
        await using var harness = await new SessionHarness(Asking()).GreetAsync();
        await harness.Client.CommandAsync("AUTH LOGIN", "334 ");
        await harness.Receiving();
        harness.Pass(TimeSpan.FromMinutes(5));
        await harness.Client.ExpectAsync("421 4.4.2");
    }

    [Fact]
    public async Task Server_that_stops_does_not_wait_for_an_answer()
    {
        await using var harness = await new SessionHarness(Asking()).GreetAsync();
        await harness.Client.CommandAsync("AUTH LOGIN", "334 ");
        await harness.Receiving();
        harness.Watch.Drain();
        await harness.Client.ExpectAsync("421 4.3.2");
    }

    [Fact]
    public async Task Client_that_leaves_inside_the_exchange_is_gone()
    {
        await using var harness = await new SessionHarness(Asking()).GreetAsync();
        await harness.Client.CommandAsync("AUTH LOGIN", "334 ");
        harness.CloseClientSide();
        await harness.Ended;
        Assert.Empty(harness.Receipt.Incidents);
    }

    [Fact]
    public async Task Starttls_loses_the_authentication_and_ehlo_offers_it_anew()
    {
        var receipt = Receipt();
        await using SmtpServer server = await KestrelFixture.StartAsync(receipt, certificates: new ServerCertificates(KestrelFixture.Certificate("mx.example.com")));
        await using SmtpTestClient client = await SmtpTestClient.GreetedAsync(server.Endpoints[0]);
        await client.CommandAsync("AUTH PLAIN AGEAYg==", "235 ");
        await client.CommandAsync("STARTTLS", "220 ");
        await client.SecureAsync();
        await client.CommandAsync("AUTH PLAIN AGEAYg==", "503 5.5.1 HELO or EHLO required");
        Assert.Contains("250-AUTH PLAIN LOGIN", (await client.CommandAsync("EHLO client.example", "250-")).Split('\n'));
        await client.CommandAsync("AUTH PLAIN AGEAYg==", "235 ");
        await client.CommandAsync("QUIT", "221 ");
        Assert.Equal(2, receipt.CountOf("auth PLAIN [\0a\0b]"));
    }

    [Fact]
    public async Task Exchange_over_a_connection_in_pieces_is_the_same()
    {
        var receipt = Asking();
        await using SmtpServer server = await KestrelFixture.StartAsync(receipt);
        await using SmtpTestClient client = await SmtpTestClient.GreetedAsync(server.Endpoints[0]);
        await client.CommandAsync("AUTH LOGIN", "334 ");
        foreach (char c in "dXNlcg==\r\n")
        {
            await client.SendAsync(c.ToString());
        }

        await client.ExpectAsync("334 ");
        await client.CommandAsync("cGFzcw==", "235 ");
        Assert.Equal(["respond [user]", "respond [pass]"], receipt.Calls.TakeLast(2));
    }

    private static FakeReceipt Receipt()
    {
        var receipt = new FakeReceipt();
        receipt.Capabilities = receipt.Capabilities with { Mechanisms = ["PLAIN", "LOGIN"] };
        return receipt;
    }

    /// <summary>A receipt that asks twice when AUTH LOGIN comes.</summary>
    private static FakeReceipt Asking()
    {
        FakeReceipt receipt = Receipt();
        int asked = 0;
        receipt.Script = call =>
        {
            asked = call == "auth LOGIN" ? 0 : asked;
            bool asks = call == "auth LOGIN" || (call.StartsWith("respond", StringComparison.Ordinal) && asked < 2);
            return asks ? new ReceiptDecision(new SmtpReply(334, asked++ == 0 ? "VXNlcm5hbWU6" : "UGFzc3dvcmQ6")) : null;
        };
        return receipt;
    }
}
