using Pipeline.Node.Listeners;
using Pipeline.Node.Listeners.Tls;

namespace Pipeline.Node.Tests.Listeners;

/// <summary>Times, on a clock that the test moves.</summary>
public sealed class SmtpTimeoutTests
{
    private static readonly SmtpLimits Limits = new()
    {
        CommandTimeout = TimeSpan.FromMinutes(5),
        DataIdleTimeout = TimeSpan.FromMinutes(3),
        DataTotalTimeout = TimeSpan.FromMinutes(10),
        SessionTimeout = TimeSpan.FromHours(1),
        WriteTimeout = TimeSpan.FromMinutes(2),
    };

    [Fact]
    public async Task Client_that_says_nothing_is_told_421_at_the_command_timeout()
    {
        await using var harness = await Harness().GreetAsync();
        harness.Pass(TimeSpan.FromMinutes(4.9));
        await harness.Client.CommandAsync("NOOP", "250 ");
        await harness.Receiving();
        harness.Pass(TimeSpan.FromMinutes(5));
        await harness.Client.ExpectAsync("421 4.4.2 mx.example.com SMTP command timeout");
        await harness.Client.ExpectEndAsync();
        Assert.Contains("|421|command timeout", harness.Receipt.Incidents);
    }

    [Fact]
    public async Task Client_that_drips_octets_of_a_command_gains_no_time()
    {
        await using var harness = await Harness().GreetAsync();
        for (int minute = 0; minute < 5; minute++)
        {
            await harness.Client.SendAsync("N");
            await harness.Receiving();
            harness.Pass(TimeSpan.FromMinutes(1));
        }

        await harness.Client.ExpectAsync("421 4.4.2");
    }

    [Fact]
    public async Task Client_that_stops_in_the_middle_of_data_is_told_421()
    {
        await using var harness = await Harness().EnvelopeAsync();
        await harness.Client.CommandAsync("DATA", "354 ");
        await harness.Client.SendAsync("half");
        await harness.Receiving();
        harness.Pass(TimeSpan.FromMinutes(3));
        await harness.Client.ExpectAsync("421 4.4.2 mx.example.com SMTP incoming data timeout");
        harness.CloseClientSide();
        await harness.Ended;
        Assert.Empty(harness.Receipt.Messages);
        Assert.Contains("DATA|421|data timeout", harness.Receipt.Incidents);
        Assert.Equal(1, harness.Receipt.CountOf("reset data timeout"));
    }

    [Fact]
    public async Task Client_that_drips_a_message_has_the_total_time_only()
    {
        await using var harness = await Harness().EnvelopeAsync();
        await harness.Client.CommandAsync("DATA", "354 ");
        for (int minute = 0; minute < 10; minute += 2)
        {
            await harness.Client.SendAsync("x");
            await harness.Receiving();
            harness.Pass(TimeSpan.FromMinutes(2));
        }

        await harness.Client.ExpectAsync("421 4.4.2");
    }

    [Fact]
    public async Task Session_that_has_grown_old_ends_at_its_next_wait_for_a_command()
    {
        await using var harness = await Harness().GreetAsync();
        for (int minute = 0; minute < 60; minute += 4)
        {
            await harness.Client.CommandAsync("NOOP", "250 ");
            await harness.Receiving();
            harness.Pass(TimeSpan.FromMinutes(4));
        }

        await harness.Client.ExpectAsync("421 4.4.2");
    }

    [Fact]
    public async Task Client_that_takes_no_replies_is_cut_off()
    {
        await using var harness = new SessionHarness(options: SessionHarness.Options(Limits) with { EnforceSynchronisation = false }, outputLimit: 16);
        await harness.Writing();
        harness.Pass(TimeSpan.FromMinutes(2));
        await harness.Ended;
        Assert.True(harness.Aborted);
    }

    [Fact]
    public async Task Client_that_was_cut_short_has_a_moment_to_read_why()
    {
        await using var harness = new SessionHarness(options: SessionHarness.Options(Limits), sentBeforeBanner: "EHLO early\r\n");
        await harness.Client.ExpectAsync("554 ");
        await harness.Receiving();
        Assert.False(harness.Ended.IsCompleted);
        await harness.Client.SendAsync("more\r\n");
        await harness.Receiving();
        Assert.False(harness.Ended.IsCompleted);
        harness.Pass(Limits.LingerTimeout);
        await harness.Client.ExpectEndAsync();
        await harness.Ended;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Heartbeat_of_the_server_ends_a_wait_that_is_over(bool tls)
    {
        // The server's own heart beats once a second; this takes two at most.
        var certificates = new ServerCertificates(KestrelFixture.Certificate("mx.example.com"));
        await using SmtpServer server = await KestrelFixture.StartAsync(
            new FakeReceipt(), options => options with { Limits = new SmtpLimits { CommandTimeout = TimeSpan.FromSeconds(1) } }, certificates);
        await using SmtpTestClient client = await SmtpTestClient.GreetedAsync(server.Endpoints[0]);
        if (tls)
        {
            await client.CommandAsync("STARTTLS", "220 ");
            await client.SecureAsync();
        }

        await client.ExpectAsync("421 4.4.2");
        await client.ExpectEndAsync();
    }

    [Fact]
    public async Task Server_that_thinks_for_long_is_not_held_against_the_client()
    {
        var thinking = new TaskCompletionSource();
        var asked = new TaskCompletionSource();
        var receipt = new FakeReceipt
        {
            Before = call =>
            {
                if (!call.StartsWith("mail", StringComparison.Ordinal))
                {
                    return Task.CompletedTask;
                }

                asked.SetResult();
                return thinking.Task;
            },
        };
        await using var harness = await new SessionHarness(receipt, SessionHarness.Options(Limits)).GreetAsync();
        await harness.Client.SendAsync("MAIL FROM:<a@example.com>\r\n");
        await asked.Task;
        harness.Pass(TimeSpan.FromMinutes(30));
        thinking.SetResult();
        await harness.Client.ExpectAsync("250 ");
    }

    private static SessionHarness Harness() => new(options: SessionHarness.Options(Limits));
}
