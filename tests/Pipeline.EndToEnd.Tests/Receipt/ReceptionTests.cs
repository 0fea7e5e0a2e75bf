using System.Security.Cryptography.X509Certificates;
using Pipeline.Messages.Journal;

namespace Pipeline.EndToEnd.Tests.Receipt;

/// <summary>How mail comes in: over TLS, and while the node is told to stop.</summary>
public sealed class ReceptionTests : IDisposable
{
    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task STARTTLS_with_the_certificate_of_the_policy_is_told_in_trace_field_and_journal()
    {
        using (var certificate = KestrelFixture.Certificate("mx.local.test"))
        using (var key = certificate.GetECDsaPrivateKey()!)
        {
            _folder.Write("cert.pem", certificate.ExportCertificatePem());
            _folder.Write("key.pem", key.ExportPkcs8PrivateKeyPem());
        }

        await using var node = await TestNode.StartAsync(_folder, Policies.Local(main: """
            tls_advertise_hosts = *
            tls_certificate = FOLDER/cert.pem
            tls_privatekey = FOLDER/key.pem
            """));
        await using var client = await node.ConnectAsync();

        await client.CommandAsync("STARTTLS", "220 ");
        await client.SecureAsync("mx.local.test");
        await client.CommandAsync("EHLO client.example", "250-");
        var id = await TestNode.SendAsync(client, "a@from.test", ["b@local.test"], "Subject: safe\n\nbody\n");

        var events = await node.UntilAsync<MessageCompleted>(id);
        var facts = Assert.Single(events.OfType<TransactionStarted>()).Client;
        Assert.Equal("esmtps", facts.Protocol);
        Assert.NotNull(facts.TlsCipher);
        Assert.Equal("CN=mx.local.test", client.ServerCertificate);
        Assert.Contains("with esmtps", await File.ReadAllTextAsync(Assert.Single(_folder.Mail("b"))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("limits_advertise_hosts = *\nsmtp_accept_max_per_connection = 2\nrecipients_max = 1", "250-LIMITS MAILMAX=2 RCPTMAX=1")]
    [InlineData("limits_advertise_hosts = 192.0.2.1\nsmtp_accept_max_per_connection = 2\nrecipients_max = 1", null)]
    [InlineData("smtp_accept_max_per_connection = 2\nrecipients_max = 1", null)]
    public async Task Limits_are_told_to_whom_the_policy_says_and_hold_for_everybody(string main, string? offer)
    {
        await using var node = await TestNode.StartAsync(_folder, Policies.Local(main: main));
        await using var client = await node.ConnectAsync();
        Assert.Equal(offer, (await client.CommandAsync("EHLO client.example", "250-")).Split('\n').SingleOrDefault(line => line.Contains("LIMITS", StringComparison.Ordinal)));
        await client.CommandAsync("MAIL FROM:<a@from.test>", "250 ");
        await client.CommandAsync("RCPT TO:<b@local.test>", "250 ");
        await client.CommandAsync("RCPT TO:<c@local.test>", "452 ");
        await client.CommandAsync("RSET", "250 ");
        await client.CommandAsync("MAIL FROM:<a@from.test>", "250 ");
        await client.CommandAsync("RSET", "250 ");
        await client.CommandAsync("MAIL FROM:<a@from.test>", "421 ");
    }

    [Fact]
    public async Task A_node_that_stops_finishes_the_message_that_is_coming_in()
    {
        await using var node = await TestNode.StartAsync(_folder, Policies.Local());
        await using var client = await node.ConnectAsync();
        await client.CommandAsync("MAIL FROM:<a@from.test>", "250 ");
        await client.CommandAsync("RCPT TO:<b@local.test>", "250 ");
        await client.CommandAsync("DATA", "354 ");
        await client.SendAsync("Subject: late\r\n\r\nfirst half\r\n");

        var stopping = node.StopAsync();
        await client.SendAsync("second half\r\n");
        Assert.False(stopping.IsCompleted);
        TestNode.IdIn(await client.CommandAsync(".", "250 "));
        await stopping;

        Assert.EndsWith("first half\nsecond half\n", await File.ReadAllTextAsync(Assert.Single(_folder.Mail("b"))), StringComparison.Ordinal);
    }
}
