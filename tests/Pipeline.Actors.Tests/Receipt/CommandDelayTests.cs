using Pipeline.Actors.Receipt;
using Pipeline.Actors.Tests.Support;
using Pipeline.Policy.Configuration;

namespace Pipeline.Actors.Tests.Receipt;

/// <summary>Clients that send much are slowed down in their sessions (<c>smtp_ratelimit_hosts</c>).</summary>
public sealed class CommandDelayTests : ReceiptTestKit
{
    private const string Limits = "smtp_ratelimit_hosts = 192.0.2.1\nsmtp_ratelimit_mail = 1,2s,2,1h\nsmtp_ratelimit_rcpt = 2,0.5s,1,1s\nacl_smtp_rcpt = a\nbegin acl\na:\n  accept\n";

    [Fact]
    public void Commands_beyond_the_threshold_wait_longer_and_longer()
    {
        var delay = new CommandDelay(SmtpRateLimit.Parse("2,0.5s,2,1.5s"));
        Assert.Equal([0, 0, 0.5, 1, 1.5, 1.5], Enumerable.Range(0, 6).Select(_ => delay.Next().TotalSeconds));
        delay.Restart();
        Assert.Equal([0, 0, 0.5], Enumerable.Range(0, 3).Select(_ => delay.Next().TotalSeconds));
    }

    [Fact]
    public void Without_a_limit_nothing_waits()
    {
        var delay = new CommandDelay(null);
        Assert.All(Enumerable.Range(0, 10), _ => Assert.Equal(TimeSpan.Zero, delay.Next()));
    }

    [Fact]
    public async Task Mail_and_recipients_of_a_limited_host_wait_by_the_clock_of_the_node()
    {
        await using var session = await OpenAsync(Service(new TestPolicy(Limits, Time)));
        Assert.Equal(250, (await session.MailAsync(From("a"), CancellationToken.None)).Reply.Code);
        await session.RecipientAsync(To("a"), CancellationToken.None);
        await session.RecipientAsync(To("b"), CancellationToken.None);
        var third = session.RecipientAsync(To("c"), CancellationToken.None).AsTask();
        Assert.False(third.IsCompleted);
        Time.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Equal(250, (await third).Reply.Code);

        await session.ResetAsync("RSET", CancellationToken.None);
        var mail = session.MailAsync(From("b"), CancellationToken.None).AsTask();
        Assert.False(mail.IsCompleted);
        Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(250, (await mail).Reply.Code);
        Assert.Equal(250, (await session.RecipientAsync(To("a"), CancellationToken.None)).Reply.Code);
    }

    [Fact]
    public async Task Other_hosts_do_not_wait()
    {
        await using var session = await OpenAsync(Service(new TestPolicy(Limits, Time)), Client("192.0.2.9"));
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(250, (await session.MailAsync(From("a"), CancellationToken.None)).Reply.Code);
            await session.ResetAsync("RSET", CancellationToken.None);
        }
    }
}
