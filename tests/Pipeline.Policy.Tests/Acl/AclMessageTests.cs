using Pipeline.Policy.Acl;

namespace Pipeline.Policy.Tests.Acl;

public sealed class AclMessageTests
{
    private readonly AclBench _bench = new();

    [Theory]
    [InlineData("deny", "550 Administrative prohibition")]
    [InlineData("deny message = no", "550 no")]
    [InlineData("deny message = 450 4.1.1 x", "550 x")]
    [InlineData("deny message = 554 5.7.1 Relay denied", "554 5.7.1 Relay denied")]
    [InlineData("deny message = 5.7.1 Relay denied", "550 5.7.1 Relay denied")]
    [InlineData("deny message = 550", "550 550")]
    [InlineData("drop message = bye", "550 bye")]
    [InlineData("defer", "451 Temporary local problem - please try later")]
    [InlineData("defer message = later", "451 later")]
    [InlineData("defer message = 450 greylisted", "450 greylisted")]
    [InlineData("defer message = 550 wrong", "451 wrong")]
    [InlineData("deny message = hidden\ncondition = perhaps", "451 Temporary local problem - please try later")]
    [InlineData("accept", "250 Accepted")]
    [InlineData("accept message = 200 custom ok", "200 custom ok")]
    [InlineData("accept message = fine by me", "250 fine by me")]
    [InlineData("require message = first\ncondition = yes\nmessage = second\ncondition = no\nmessage = third", "550 second")]
    [InlineData("deny message = before\ncondition = yes\nmessage = after", "550 after")]
    [InlineData("deny message = ${if eq{a}{b}{x}fail}", "550 Administrative prohibition")]
    [InlineData("deny message = \\N${\\N", "550 ${")]
    public async Task Reply_text_is_that_of_the_reference(string acl, string reply) =>
        Assert.Equal(reply, (await _bench.RunAsync(acl)).Reply!.ToString());

    [Theory]
    [InlineData(AclPoint.Connect, "deny", "550 Administrative prohibition", true)]
    [InlineData(AclPoint.Connect, "defer", "451 Temporary local problem - please try later", true)]
    [InlineData(AclPoint.Rcpt, "drop", "550 Administrative prohibition", true)]
    [InlineData(AclPoint.Rcpt, "deny", "550 Administrative prohibition", false)]
    [InlineData(AclPoint.Auth, "deny", "503 Administrative prohibition", false)]
    [InlineData(AclPoint.Vrfy, "deny", "252 Administrative prohibition", false)]
    [InlineData(AclPoint.Etrn, "deny", "458 Administrative prohibition", false)]
    [InlineData(AclPoint.Mail, "accept", "250 OK", false)]
    [InlineData(AclPoint.Quit, "accept message = so long", "221 so long", false)]
    [InlineData(AclPoint.Predata, "accept message = 354 go on", "354 go on", false)]
    public async Task Reply_depends_on_the_point(AclPoint point, string acl, string reply, bool close)
    {
        var outcome = await _bench.RunAsync(acl, point);
        Assert.Equal(reply, outcome.Reply!.ToString());
        Assert.Equal(close, outcome.CloseConnection);
    }

    [Theory]
    [InlineData(AclPoint.Connect)]
    [InlineData(AclPoint.Helo)]
    [InlineData(AclPoint.Data)]
    public async Task Acceptance_without_a_message_leaves_the_reply_to_the_caller(AclPoint point) =>
        Assert.Null((await _bench.RunAsync("accept", point)).Reply);

    [Fact]
    public async Task Wrong_first_digit_is_reported_to_the_panic_log()
    {
        await _bench.RunAsync("deny message = 450 4.1.1 x");
        Assert.Equal(["Main, Panic: configured error code starts with incorrect digit (expected 5) in \"450 4.1.1 x\""], _bench.Log);
    }

    [Theory]
    [InlineData("deny message = shown", "shown")]
    [InlineData("deny message = shown\nlog_message = logged", "logged")]
    [InlineData("deny log_message = logged", "logged")]
    [InlineData("deny message = one\\ntwo", "one")]
    [InlineData("deny", null)]
    [InlineData("accept log_message = fine", "fine")]
    public async Task Log_message_is_what_the_log_should_say(string acl, string? expected) =>
        Assert.Equal(expected, (await _bench.RunAsync(acl)).LogMessage);

    [Fact]
    public async Task Log_message_goes_in_front_of_the_reason()
    {
        var outcome = await _bench.RunAsync("require log_message = mine\nverify = reverse_host_lookup");
        Assert.Equal("mine: host lookup failed for reverse lookup check", outcome.LogMessage);
    }

    [Fact]
    public async Task Message_is_expanded_when_the_outcome_is_known() =>
        Assert.Equal("550 late", (await _bench.RunAsync("deny message = $acl_m_x\nset acl_m_x = late")).Reply!.ToString());

    [Fact]
    public async Task Message_that_cannot_be_expanded_is_logged_and_left_out()
    {
        var outcome = await _bench.RunAsync("deny message = ${nonsense:x}");
        Assert.Equal("550 Administrative prohibition", outcome.Reply!.ToString());
        Assert.StartsWith("Main, Panic: failed to expand ACL message \"${nonsense:x}\": ", _bench.Log[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Message_with_line_ends_is_a_reply_of_several_lines()
    {
        var outcome = await _bench.RunAsync("deny message = one\\ntwo");
        Assert.Equal("one|two", string.Join("|", outcome.Reply!.Lines));
    }

    [Fact]
    public async Task No_multiline_responses_leaves_the_first_line_of_the_reply()
    {
        var outcome = await _bench.RunAsync("deny control = no_multiline_responses\nmessage = one\\ntwo");
        Assert.Equal("one", string.Join("|", outcome.Reply!.Lines));
    }

    [Fact]
    public void Long_text_is_broken_at_blanks()
    {
        var lines = ReplyText.Split(string.Join(' ', Enumerable.Repeat("word", 40)));
        Assert.All(lines, line => Assert.InRange(line.Length, 1, 75));
        Assert.Equal(string.Join(' ', Enumerable.Repeat("word", 40)), string.Join(' ', lines));
    }

    [Fact]
    public void Long_text_is_rather_broken_behind_a_colon() => Assert.Equal(
        ["This is the explanation that was found in the list of hosts:", "and this is what it says about the sender"],
        ReplyText.Split("This is the explanation that was found in the list of hosts: and this is what it says about the sender"));

    [Fact]
    public void Long_word_is_not_broken() => Assert.Single(ReplyText.Split(new string('x', 400)));

    [Fact]
    public void Control_characters_do_not_reach_the_wire() => Assert.Equal(["a b", "c"], ReplyText.Split("a\rb\nc"));

    [Fact]
    public async Task Warn_logs_its_log_message_once_for_a_message()
    {
        await _bench.RunAsync("warn log_message = odd\nwarn log_message = odd\naccept");
        Assert.Equal(["Main: H=(client.test) [192.0.2.1] Warning: odd"], _bench.Log);
    }

    [Fact]
    public async Task Warn_that_defers_is_skipped_and_logged()
    {
        var outcome = await _bench.RunAsync("warn set acl_m_x = 1\ncondition = (lookup if destined to mailing list)\nset acl_m_x = 2\naccept message = $acl_m_x");
        Assert.Equal("250 1", outcome.Reply!.ToString());
        Assert.Equal(
            ["Main: H=(client.test) [192.0.2.1] Warning: ACL \"warn\" statement skipped: condition test deferred: invalid \"condition\" value \"(lookup if destined to mailing list)\""],
            _bench.Log);
    }

    [Fact]
    public async Task Warn_adds_its_message_as_a_header()
    {
        await _bench.RunAsync("warn message = X-Odd: yes\naccept");
        Assert.Equal("X-Odd: yes", Assert.Single(_bench.Scope.Message.AddedHeaders).Text);
    }
}
