using System.Net;
using Pipeline.Actors.Receipt;
using Pipeline.Actors.Tests.Support;
using Pipeline.Mail.Dns;

namespace Pipeline.Actors.Tests.Receipt;

/// <summary>Clients that are, or are not, what they call themselves; and clients that say nothing.</summary>
public sealed class HelloVerificationTests : ReceiptTestKit
{
    [Theory]
    [InlineData("[192.0.2.1]", true)]
    [InlineData("[192.0.2.2]", false)]
    [InlineData("mx.client.test", true)]
    [InlineData("other.test", false)]
    public async Task A_client_of_the_list_must_be_what_it_calls_itself(string name, bool genuine)
    {
        var policy = Policy("log_selector = -host_lookup_failed\nhelo_verify_hosts = 192.0.2.1");
        await using var session = Service(policy).Open(Client());
        await session.ConnectAsync(CancellationToken.None);

        var decision = await session.HeloAsync(true, name, CancellationToken.None);

        Assert.Equal(genuine ? 250 : 550, decision.Reply.Code);
        Assert.False(decision.Close);
        Assert.Equal(genuine ? [] : [$"rejected \"EHLO {name}\" from ({name}) [192.0.2.1]"], policy.Lines);
        if (!genuine)
        {
            Assert.Equal("550 EHLO argument does not match calling host", decision.Reply.ToString());
        }
    }

    [Theory]
    [InlineData("helo_verify_hosts = 192.0.2.2")]
    [InlineData("helo_try_verify_hosts = 192.0.2.1")]
    [InlineData("")]
    public async Task Others_may_call_themselves_what_they_like(string option)
    {
        await using var session = Service(Policy(option)).Open(Client());
        await session.ConnectAsync(CancellationToken.None);

        Assert.Equal(250, (await session.HeloAsync(false, "other.test", CancellationToken.None)).Reply.Code);
    }

    [Fact]
    public async Task Each_name_is_verified_anew_and_a_refused_one_is_forgotten()
    {
        var policy = Policy("""
            log_selector = -host_lookup_failed
            acl_smtp_helo = check_helo
            acl_smtp_mail = check_mail
            begin acl
            check_helo:
              deny condition = ${if eq{$sender_helo_name}{bad.test}}
              accept
            check_mail:
              accept verify = helo
                     logwrite = yes $sender_helo_name
              accept logwrite = no $sender_helo_name
            """);
        await using var session = Service(policy).Open(Client());
        await session.ConnectAsync(CancellationToken.None);
        foreach (var name in (string[])["other.test", "mx.client.test", "bad.test"])
        {
            await session.HeloAsync(true, name, CancellationToken.None);
            await session.MailAsync(From("sender"), CancellationToken.None);
        }

        Assert.Equal(["no other.test", "yes mx.client.test", "yes mx.client.test"], policy.Lines.Where(line => line.StartsWith("yes", StringComparison.Ordinal) || line.StartsWith("no ", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("hosts_require_helo = 192.0.2.2", false)]
    [InlineData("hosts_require_helo = !192.0.2.1 : *", false)]
    [InlineData("hosts_require_helo =", false)]
    public async Task A_greeting_is_required_of_the_hosts_of_the_list(string option, bool required)
    {
        await using var session = Service(Policy(option)).Open(Client());
        await session.ConnectAsync(CancellationToken.None);

        Assert.Equal(required, session.Rules.RequiresHello);
    }

    [Fact]
    public async Task A_client_that_does_not_greet_is_logged_as_exim_does()
    {
        var policy = Policy("");
        await using var session = Service(policy).Open(Client());
        await session.ConnectAsync(CancellationToken.None);
        session.ProtocolIncident(new ProtocolIncident("MAIL", new Mail.Smtp.SmtpReply(503, "HELO or EHLO required"), "out of sequence") { Line = "MAIL FROM:<a@b>" });

        Assert.Equal(["rejected MAIL from [192.0.2.1]: no HELO/EHLO given"], policy.Lines);
    }

    private TestPolicy Policy(string configuration) => new(
        configuration, Time, System.Collections.Immutable.ImmutableDictionary<string, ZoneName>.Empty.Add("mx.client.test", new ZoneName([new AddressRecord(IPAddress.Parse("192.0.2.1"))])));
}
