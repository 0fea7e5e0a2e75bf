using Pipeline.Node.Listeners;
using Pipeline.Node.Listeners.Tls;

namespace Pipeline.Node.Tests.Listeners;

/// <summary>The server ends while clients are connected.</summary>
public sealed class SmtpDrainTests
{
    private static readonly ServerCertificates Certificates = new(KestrelFixture.Certificate("mx.example.com"));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Idle_client_is_told_421_and_the_connection_is_closed_properly(bool tls)
    {
        var receipt = new FakeReceipt();
        await using SmtpServer server = await KestrelFixture.StartAsync(receipt, certificates: Certificates);
        await using SmtpTestClient client = await ConnectAsync(server, tls);
        Task stopped = server.StopAsync();
        await client.ExpectAsync("421 4.3.2");
        await client.ExpectEndAsync();
        await client.DisposeAsync();
        await stopped;
        Assert.Contains("|421|server shutdown", receipt.Incidents);
        Assert.Equal(0, server.ConnectionCount);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Client_in_the_middle_of_data_gets_its_250_and_then_421(bool tls)
    {
        var receipt = new FakeReceipt();
        await using SmtpServer server = await KestrelFixture.StartAsync(receipt, certificates: Certificates);
        await using SmtpTestClient client = await ConnectAsync(server, tls);
        await using SmtpTestClient idle = await ConnectAsync(server, tls);
        await client.CommandAsync("MAIL FROM:<a@example.com>", "250 ");
        await client.CommandAsync("RCPT TO:<b@example.com>", "250 ");
        await client.CommandAsync("DATA", "354 ");
        await client.SendAsync("first half\r\n");
        Task stopped = server.StopAsync();

        // Once an idle client has been told, the drain is under way.
        await idle.ExpectAsync("421 4.3.2");
        await idle.DisposeAsync();
        await client.SendAsync("second half\r\n.\r\n");
        await client.ExpectAsync("250 2.0.0 accepted");
        await client.ExpectAsync("421 4.3.2");
        await client.ExpectEndAsync();
        await client.DisposeAsync();
        await stopped;
        Assert.Equal("first half\r\nsecond half\r\n"u8.ToArray(), Assert.Single(receipt.Messages));
    }

    [Fact]
    public async Task Transaction_that_has_not_reached_data_is_ended()
    {
        var receipt = new FakeReceipt();
        await using SmtpServer server = await KestrelFixture.StartAsync(receipt);
        await using SmtpTestClient client = await ConnectAsync(server, tls: false);
        await client.CommandAsync("MAIL FROM:<a@example.com>", "250 ");
        Task stopped = server.StopAsync();
        await client.ExpectAsync("421 4.3.2");
        await client.DisposeAsync();
        await stopped;
        Assert.Equal(1, receipt.CountOf("reset connection ended"));
        Assert.Equal(1, receipt.Disposed);
    }

    private static async Task<SmtpTestClient> ConnectAsync(SmtpServer server, bool tls)
    {
        SmtpTestClient client = await SmtpTestClient.GreetedAsync(server.Endpoints[0]);
        if (tls)
        {
            await client.CommandAsync("STARTTLS", "220 ");
            await client.SecureAsync();
            await client.CommandAsync("EHLO client.example", "250-");
        }

        return client;
    }
}
