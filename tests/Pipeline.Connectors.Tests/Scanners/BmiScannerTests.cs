using System.Collections.Immutable;
using System.Text;
using Pipeline.Connectors.Ports;
using Pipeline.Connectors.Scanners;
using Pipeline.Mail.Message;
using Pipeline.Mail.Scanning;
using Pipeline.Tests.Support;
using Pipeline.Tests.Support.Scanning;

namespace Pipeline.Connectors.Tests.Scanners;

/// <summary>Conversations with verdict servers over real sockets.</summary>
public sealed class BmiScannerTests
{
    private const string Answer = """{"verdicts":[{"recipients":["b@local.test"],"deliver":false,"rules":[5]}]}""";

    private readonly ManualTime _time = new();

    [Fact]
    public async Task Server_is_asked_with_envelope_and_message()
    {
        await using var server = new VerdictServer(static _ => Answer);
        var judged = Assert.IsType<ScanOutcome.Judged>(await ScanAsync(server.Address));
        Assert.Equal(5, Assert.Single(Assert.Single(judged.Verdicts).Rules));
        Assert.Equal($"http://{server.Address}/verdicts", judged.By);
        var (head, envelope, message) = Assert.Single(server.Questions);
        Assert.StartsWith("POST /verdicts HTTP/1.1\r\n", head, StringComparison.Ordinal);
        Assert.Equal(
            """{"id":"1vMhEx-00000000000-0001","clientAddress":"192.0.2.1","clientName":"client.example","helo":"helo.example","authenticatedId":"joe","sender":"a@sender.example","recipients":[{"address":"b@local.test","optIn":["spam","virus"]},{"address":"\u00E9@local.test","optIn":[]}],"recipientCount":3}""",
            envelope);
        Assert.Equal("Subject: t\n\nbody\n", message);
    }

    [Fact]
    public async Task Server_can_be_named_by_its_URL()
    {
        await using var server = new VerdictServer(static _ => Answer);
        Assert.IsType<ScanOutcome.Judged>(await ScanAsync($"http://{server.Address}/v2/scan?tenant=x"));
        Assert.StartsWith("POST /v2/scan?tenant=x HTTP/1.1\r\n", Assert.Single(server.Questions).Head, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Server_that_is_not_there_leads_to_the_next(int first)
    {
        using var closed = new ClosedPort();
        await using var server = new VerdictServer(static _ => Answer);
        Assert.IsType<ScanOutcome.Judged>(await ScanAsync($"{closed.Address.Replace(' ', ':')}, {server.Address}", first));
    }

    [Fact]
    public async Task Server_that_refuses_leads_to_the_next_unless_the_message_can_be_sent_only_once()
    {
        await using var refuses = new VerdictServer(static _ => "{}", "503 Busy");
        await using var server = new VerdictServer(static _ => Answer);
        var servers = $"{refuses.Address},{server.Address}";
        Assert.IsType<ScanOutcome.Judged>(await ScanAsync(servers));
        Assert.Equal($"http://{refuses.Address}/verdicts answers 503 Busy", await ReasonAsync(servers, new OnlyOnce()));
        Assert.Single(server.Questions);
    }

    [Fact]
    public async Task Silent_server_ends_with_the_deadline()
    {
        await using var server = new VerdictServer(static _ => null);
        var scanning = ReasonAsync(server.Address);
        Assert.True(await Polling.UntilAsync(() => Task.FromResult(server.Questions.Count == 1), TimeSpan.FromSeconds(20)));
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal($"http://{server.Address}/verdicts: no answer within 30 s", await scanning);
    }

    [Fact]
    public async Task What_is_no_answer_is_a_failure()
    {
        await using var server = new VerdictServer(static _ => "{}");
        Assert.Equal($"http://{server.Address}/verdicts: an answer has the member \"verdicts\", a list of 10000 at most", await ReasonAsync(server.Address));
        await using var endless = new VerdictServer(static _ => new string(' ', BmiAnswer.MaxBytes + 1));
        Assert.Equal($"http://{endless.Address}/verdicts answers more than {BmiAnswer.MaxBytes} octets", await ReasonAsync(endless.Address));
        await using var moved = new VerdictServer(static _ => Answer, "302 Found");
        Assert.Equal($"http://{moved.Address}/verdicts answers 302 Found", await ReasonAsync(moved.Address));
    }

    [Fact]
    public async Task Message_that_cannot_be_read_is_a_failure()
    {
        await using var server = new VerdictServer(static _ => Answer);
        Assert.Contains("the disk is broken", await ReasonAsync(server.Address, new Unreadable()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Servers_that_are_none_are_a_failure() => Assert.Equal("bmi: \"nowhere\" is neither host:port nor a URL with http or https", await ReasonAsync("nowhere"));

    private static KeptMessage Kept() => new(new InMemoryMessageContent("Subject: t\r\n"u8.ToArray(), "body\r\n"u8.ToArray()));

    private async Task<string> ReasonAsync(string servers, IScannedMessage? message = null) => Assert.IsType<ScanOutcome.Failed>(await ScanAsync(servers, 0, message)).Reason;

    /// <param name="first">The server to begin with.</param>
    private Task<ScanOutcome> ScanAsync(string servers, int first = 0, IScannedMessage? message = null)
    {
        var job = new ScanJob
        {
            Message = "1vMhEx-00000000000-0001",
            Kind = ScanKind.Bmi,
            User = "",
            Servers = servers,
            Envelope = new ScanEnvelope("a@sender.example", ["b@local.test", "\u00C3\u00A9@local.test"], 3, "helo.example", "client.example", "192.0.2.1", "joe")
            {
                OptIns = ImmutableDictionary<string, string>.Empty.Add("b@local.test", "spam: virus"),
            },
            Content = message ?? Kept(),
            Deadline = TimeSpan.FromSeconds(30),
        };
        return new BmiScanner(_time, new Chosen(first)).ScanAsync(job, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
    }

    private sealed class Chosen(int value) : Random
    {
        public override int Next(int maxValue) => value;
    }

    private sealed class OnlyOnce : IScannedMessage
    {
        private readonly KeptMessage _message = Kept();

        public long Size => _message.Size;

        public bool CanRepeat => false;

        public Task CopyToAsync(Stream destination, CancellationToken cancellationToken) => _message.CopyToAsync(destination, cancellationToken);
    }

    private sealed class Unreadable : IScannedMessage
    {
        public long Size => 1;

        public bool CanRepeat => true;

        public Task CopyToAsync(Stream destination, CancellationToken cancellationToken) => throw new IOException("the disk is broken");
    }
}
