using Pipeline.Actors.Receipt;
using Pipeline.Actors.Tests.Support;

namespace Pipeline.Actors.Tests.Receipt;

/// <summary>What the policy says of how SMTP is spoken, for each client and at each time.</summary>
public sealed class SessionRulesTests : ReceiptTestKit
{
    [Fact]
    public async Task Without_a_word_of_the_policy_the_defaults_of_the_language_hold()
    {
        await using var session = await OpenAsync(Service(new TestPolicy("", Time)));

        Assert.Equal(new SessionRules { TakesEarlyCommands = true }, session.Rules);
    }

    [Fact]
    public async Task The_options_of_the_policy_are_the_rules()
    {
        var policy = new TestPolicy(
            """
            smtp_enforce_sync = false
            pipelining_connect_advertise_hosts = !192.0.2.1 : *
            smtp_max_synprot_errors = 5
            smtp_max_unknown_commands = 6
            smtp_accept_max_nonmail = 7
            recipients_max = ${if eq{$sender_host_address}{192.0.2.1}{8}{9}}
            recipients_max_reject
            """,
            Time);
        await using var session = await OpenAsync(Service(policy));

        Assert.Equal(
            new SessionRules
            {
                EnforcesSynchronisation = false,
                MaxErrors = 5,
                MaxUnknownCommands = 6,
                MaxNonMailCommands = 7,
                MaxRecipients = 8,
                RefusesMessageOfTooMany = true,
            },
            session.Rules);
    }

    [Theory]
    [InlineData("192.0.2.1", 10)]
    [InlineData("192.0.2.2", int.MaxValue)]
    public async Task Commands_without_mail_are_bounded_for_the_hosts_of_the_list(string client, int most)
    {
        await using var session = await OpenAsync(Service(new TestPolicy("smtp_accept_max_nonmail_hosts = 192.0.2.1", Time)), Client(client));

        Assert.Equal(most, session.Rules.MaxNonMailCommands);
    }

    [Theory]
    [InlineData("recipients_max = 0", null)]
    [InlineData("recipients_max = ${if eq{a}{a}{many}}", null)]
    [InlineData("recipients_max = 2K", 2048)]
    public async Task A_bound_of_recipients_that_is_none_leaves_it_to_the_listener(string option, int? most)
    {
        await using var session = await OpenAsync(Service(new TestPolicy(option, Time)));

        Assert.Equal(most, session.Rules.MaxRecipients);
    }

    [Theory]
    [InlineData("true", "no_enforce_sync", false)]
    [InlineData("false", "enforce_sync", true)]
    [InlineData("true", "no_enforce_sync\n  warn control = enforce_sync", true)]
    [InlineData("false", "enforce_sync\n  warn control = no_enforce_sync", false)]
    public async Task An_acl_may_change_whether_a_client_may_talk_too_soon(string option, string control, bool enforced)
    {
        var policy = new TestPolicy($"smtp_enforce_sync = {option}\nacl_smtp_connect = c\nbegin acl\nc:\n  warn control = {control}\n  accept\n", Time);
        await using var session = await OpenAsync(Service(policy));

        Assert.Equal(enforced, session.Rules.EnforcesSynchronisation);
    }

    [Theory]
    [InlineData("acl_smtp_connect", false)]
    [InlineData("acl_smtp_helo", false)]
    [InlineData("acl_smtp_mail", true)]
    public async Task Pipelining_can_be_withheld_before_it_is_offered(string option, bool offered)
    {
        await using var session = await OpenAsync(Service(new TestPolicy($"{option} = c\nbegin acl\nc:\n  accept control = no_pipelining\n", Time)));
        await session.MailAsync(From("sender"), CancellationToken.None);
        Assert.Equal(offered, session.Capabilities.Pipelining);

        await session.HeloAsync(true, "again.example", CancellationToken.None);
        Assert.False(session.Capabilities.Pipelining);
    }
}
