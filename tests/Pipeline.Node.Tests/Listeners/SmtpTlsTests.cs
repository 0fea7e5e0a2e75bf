using System.Net;
using Pipeline.Actors.Receipt;
using Pipeline.Mail.Smtp;
using Pipeline.Node.Listeners;
using Pipeline.Node.Listeners.Tls;
using Pipeline.Policy.Expansion;

namespace Pipeline.Node.Tests.Listeners;

/// <summary>STARTTLS and TLS from the start, over real connections.</summary>
public sealed class SmtpTlsTests
{
    private static readonly ServerCertificates Certificates = new(KestrelFixture.Certificate("mx.example.com"), KestrelFixture.Certificate("other.example.com"));

    [Fact]
    public async Task Starttls_secures_the_session_and_forgets_what_came_before()
    {
        var receipt = new FakeReceipt();
        await using SmtpServer server = await KestrelFixture.StartAsync(receipt, certificates: Certificates);
        await using SmtpTestClient client = await SmtpTestClient.ConnectAsync(server.Endpoints[0]);
        await client.ExpectAsync("220 ");
        Assert.Contains("STARTTLS", await client.CommandAsync("EHLO client.example", "250-"), StringComparison.Ordinal);
        await client.CommandAsync("STARTTLS", "220 ");
        await client.SecureAsync();
        await client.CommandAsync("MAIL FROM:<a@example.com>", "503 5.5.1");
        Assert.DoesNotContain("STARTTLS", await client.CommandAsync("EHLO client.example", "250-"), StringComparison.Ordinal);
        await client.CommandAsync("STARTTLS", "503 5.5.1 TLS is active already");
        await client.SendAsync("MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n");
        await client.ExpectAsync("250 ");
        await client.ExpectAsync("250 ");
        await client.ExpectAsync("354 ");
        string content = string.Concat(Enumerable.Repeat(new string('x', 98) + "\r\n", 5000));
        await client.SendAsync(content + ".\r\n");
        await client.ExpectAsync("250 ");
        await client.CommandAsync("QUIT", "221 ");
        await client.ExpectEndAsync();

        Assert.Equal(content.Length, Assert.Single(receipt.Messages).Length);
        TlsFacts facts = Assert.Single(receipt.Tls);
        Assert.StartsWith("TLS1.", facts.Version, StringComparison.Ordinal);
        Assert.Equal("mx.example.com", facts.ServerNameIndication);
        Assert.InRange(facts.Bits, 128, 256);
        Assert.Equal(["connect", "ehlo client.example", "starttls", "tls", "ehlo client.example"], receipt.Calls.Take(5));
    }

    [Theory]
    [InlineData(true, 554)]
    [InlineData(false, 503)]
    public async Task Command_sent_in_plain_text_behind_starttls_is_never_executed(bool synchronised, int code)
    {
        var receipt = new FakeReceipt();
        receipt.Rules = receipt.Rules with { EnforcesSynchronisation = synchronised };
        await using SmtpServer server = await KestrelFixture.StartAsync(receipt, certificates: Certificates);
        await using SmtpTestClient client = await SmtpTestClient.GreetedAsync(server.Endpoints[0]);
        await client.SendAsync("STARTTLS\r\nMAIL FROM:<injected@example.com>\r\n");
        await client.ExpectAsync($"{code} 5.5");
        Assert.Empty(receipt.Mails);
        Assert.StartsWith($"STARTTLS|{code}|", Assert.Single(receipt.Incidents), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Implicit_tls_secures_the_connection_before_the_banner()
    {
        var receipt = new FakeReceipt();
        await using SmtpServer server = await KestrelFixture.StartAsync(
            receipt, options => options with { Endpoints = [new ListenerEndpoint(KestrelFixture.AnyPort, ImplicitTls: true)] }, Certificates);
        await using SmtpTestClient client = await SmtpTestClient.ConnectAsync(server.Endpoints[0]);
        await client.SecureAsync();
        await client.ExpectAsync("220 ");
        Assert.DoesNotContain("STARTTLS", await client.CommandAsync("EHLO client.example", "250-"), StringComparison.Ordinal);
        await client.CommandAsync("QUIT", "221 ");
        await client.ExpectEndAsync();
        Assert.True(Assert.Single(receipt.Clients).ImplicitTls);
        Assert.Equal(["tls", "connect"], receipt.Calls.Take(2));
    }

    [Theory]
    [InlineData("mx.example.com", "CN=mx.example.com")]
    [InlineData("other.example.com", "CN=other.example.com")]
    [InlineData("unknown.example.com", "CN=mx.example.com")]
    public async Task Certificate_is_chosen_by_the_name_the_client_asks_for(string serverName, string subject)
    {
        await using SmtpServer server = await KestrelFixture.StartAsync(new FakeReceipt(), certificates: Certificates);
        await using SmtpTestClient client = await SmtpTestClient.GreetedAsync(server.Endpoints[0]);
        await client.CommandAsync("STARTTLS", "220 ");
        await client.SecureAsync(serverName);
        Assert.Equal(subject, client.ServerCertificate);
    }

    [Fact]
    public async Task Certificate_put_in_place_while_the_server_runs_is_used()
    {
        var certificates = new ServerCertificates(KestrelFixture.Certificate("old.example.com"));
        await using SmtpServer server = await KestrelFixture.StartAsync(new FakeReceipt(), certificates: certificates);
        certificates.Use([KestrelFixture.Certificate("new.example.com")]);
        await using SmtpTestClient client = await SmtpTestClient.GreetedAsync(server.Endpoints[0]);
        await client.CommandAsync("STARTTLS", "220 ");
        await client.SecureAsync();
        Assert.Equal("CN=new.example.com", client.ServerCertificate);
    }

    [Fact]
    public async Task Handshake_that_is_none_ends_the_connection_and_is_reported()
    {
        var receipt = new FakeReceipt();
        await using SmtpServer server = await KestrelFixture.StartAsync(receipt, certificates: Certificates);
        await using SmtpTestClient client = await SmtpTestClient.GreetedAsync(server.Endpoints[0]);
        await client.CommandAsync("STARTTLS", "220 ");
        await client.SendAsync("EHLO this is not a handshake\r\n");
        await client.ReadToEndAsync();
        Assert.DoesNotContain("tls", receipt.Calls);
        Assert.StartsWith("STARTTLS|421|", Assert.Single(receipt.Incidents), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handshake_has_its_time()
    {
        var receipt = new FakeReceipt();
        var time = new ManualTime();
        await using SmtpServer server = await KestrelFixture.StartAsync(receipt, certificates: Certificates, time: time);
        await using SmtpTestClient client = await SmtpTestClient.GreetedAsync(server.Endpoints[0]);
        await client.CommandAsync("STARTTLS", "220 ");
        await time.TimerStarted(1).WaitAsync(TimeSpan.FromSeconds(20));
        time.Advance(TimeSpan.FromSeconds(30));
        await client.ReadToEndAsync();
        Assert.Equal("STARTTLS|421|handshake timed out", Assert.Single(receipt.Incidents));
    }

    [Fact]
    public async Task Handshake_waits_for_its_turn()
    {
        var receipt = new FakeReceipt();
        await using SmtpServer server = await KestrelFixture.StartAsync(
            receipt, options => options with { Limits = new SmtpLimits { MaxHandshakes = 1 } }, Certificates);
        SmtpTestClient stalling = await SmtpTestClient.GreetedAsync(server.Endpoints[0]);
        await using SmtpTestClient waiting = await SmtpTestClient.GreetedAsync(server.Endpoints[0]);
        await stalling.CommandAsync("STARTTLS", "220 ");
        await waiting.CommandAsync("STARTTLS", "220 ");
        Task secured = waiting.SecureAsync();
        await stalling.DisposeAsync();
        await secured;
        await waiting.CommandAsync("EHLO client.example", "250-");
    }

    [Fact]
    public async Task Starttls_refused_by_policy_leaves_the_session_in_plain_text()
    {
        var receipt = new FakeReceipt
        {
            Script = call => call == "starttls" ? new ReceiptDecision(new SmtpReply(454, new EnhancedStatusCode(4, 7, 0), "not now")) : null,
        };
        await using SmtpServer server = await KestrelFixture.StartAsync(receipt, certificates: Certificates);
        await using SmtpTestClient client = await SmtpTestClient.GreetedAsync(server.Endpoints[0]);
        await client.CommandAsync("STARTTLS", "454 4.7.0");
        await client.CommandAsync("MAIL FROM:<a@example.com>", "250 ");
    }

    [Fact]
    public async Task Starttls_is_not_offered_without_a_certificate()
    {
        await using SmtpServer server = await KestrelFixture.StartAsync(new FakeReceipt());
        await using SmtpTestClient client = await SmtpTestClient.ConnectAsync(server.Endpoints[0]);
        await client.ExpectAsync("220 ");
        Assert.DoesNotContain("STARTTLS", await client.CommandAsync("EHLO client.example", "250-"), StringComparison.Ordinal);
    }

    [Fact]
    public void Implicit_tls_without_a_certificate_is_refused_at_start()
    {
        var options = new ListenerOptions { Endpoints = [new ListenerEndpoint(new IPEndPoint(IPAddress.Loopback, 0), ImplicitTls: true)] };
        Assert.Throws<ArgumentException>(() => new SmtpListener(
            options, new FakeReceipt(), new ServerCertificates(), TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger<SmtpListener>.Instance));
    }
}
