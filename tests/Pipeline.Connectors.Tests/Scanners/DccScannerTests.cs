using System.Text;
using Pipeline.Connectors.Ports;
using Pipeline.Connectors.Scanners;
using Pipeline.Mail.Message;
using Pipeline.Mail.Scanning;
using Pipeline.Tests.Support;
using Pipeline.Tests.Support.Scanning;

namespace Pipeline.Connectors.Tests.Scanners;

/// <summary>Conversations with dccifd over real sockets.</summary>
public sealed class DccScannerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dcc-").FullName;
    private readonly ManualTime _time = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Daemon_is_asked_in_Exims_words(bool unixSocket)
    {
        await using var dccifd = Daemon("A\nAA\nX-DCC-test-Metrics: mx.test.example 1234; Body=1\n Fuz1=1 Fuz2=1\n\n", unixSocket);
        var counted = Assert.IsType<ScanOutcome.Counted>(await ScanAsync(dccifd.Address, Envelope("alice@sender.example", "127.0.0.2")));
        Assert.Equal(new DccVerdict('A', "X-DCC-test-Metrics: mx.test.example 1234; Body=1\n Fuz1=1 Fuz2=1\n", "A"), counted.Verdict);
        Assert.Equal(
            "header\n127.0.0.2\nHELO localhost\nalice@sender.example\nok1@test.example\r\nok2@test.example\r\n\nSubject: t\n folded\n\nbody\n\0.\nend\r", Encoding.Latin1.GetString(Assert.Single(dccifd.Requests)));
    }

    [Fact]
    public async Task Bounce_without_a_client_is_told_as_such()
    {
        await using var dccifd = Daemon("R\n\n");
        var counted = Assert.IsType<ScanOutcome.Counted>(await ScanAsync(dccifd.Address, Envelope("", null)));
        Assert.Equal(new DccVerdict('R', "", "R"), counted.Verdict);
        Assert.StartsWith("header\n127.0.0.1\nHELO localhost\n<>\nok1@", Encoding.Latin1.GetString(Assert.Single(dccifd.Requests)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Closing_without_an_answer_is_a_failure()
    {
        await using var dccifd = Daemon("");
        Assert.Equal($"DCC [127.0.0.1]:{dccifd.Address.Split(' ')[1]}: closed the connection without an answer", await ReasonAsync(dccifd.Address));
    }

    [Fact]
    public async Task Daemon_that_is_not_there_is_a_failure()
    {
        using var closed = new ClosedPort();
        Assert.Equal($"DCC: Connecting to TCP socket [127.0.0.1]:{closed.Port} failed: Connection refused", await ReasonAsync(closed.Address));
        Assert.StartsWith($"DCC: Connecting to UNIX socket {_folder}/none failed: ", await ReasonAsync(Path.Combine(_folder, "none")), StringComparison.Ordinal);
        Assert.Equal("invalid dccifd address: 'nowhere'", await ReasonAsync("nowhere"));
    }

    [Fact]
    public async Task Silent_daemon_ends_with_the_deadline()
    {
        await using var dccifd = Daemon(null);
        var scanning = ReasonAsync(dccifd.Address);
        Assert.True(await Polling.UntilAsync(() => Task.FromResult(dccifd.Requests.Count == 1), TimeSpan.FromSeconds(20)));
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal($"DCC [127.0.0.1]:{dccifd.Address.Split(' ')[1]}: no answer within 30 s", await scanning);
    }

    [Fact]
    public async Task Message_that_cannot_be_read_is_a_failure()
    {
        await using var dccifd = Daemon("A\nA\n");
        var outcome = await new DccScanner(_time).ScanAsync(Job(dccifd.Address, Envelope("a@b.test", null)) with { Content = new Unreadable() }, default);
        Assert.Contains("the disk is broken", Assert.IsType<ScanOutcome.Failed>(outcome).Reason, StringComparison.Ordinal);
    }

    private ScriptedDaemon Daemon(string? answer, bool unixSocket = false) => new(
        static _ => false, _ => answer is null ? null : Encoding.Latin1.GetBytes(answer), unixSocket ? Path.Combine(_folder, "dccifd") : null);

    private static ScanEnvelope Envelope(string sender, string? client) => new(sender, ["ok1@test.example", "ok2@test.example"], 2, "client.example", null, client, null);

    private static ScanJob Job(string address, ScanEnvelope envelope) => new()
    {
        Message = "1vMhEx-00000000000-0001",
        Kind = ScanKind.Dcc,
        User = "header",
        Servers = address,
        Envelope = envelope,
        Content = new KeptMessage(new InMemoryMessageContent("Subject: t\r\n folded\r\n"u8.ToArray(), "body\r\n\0.\r\nend\r"u8.ToArray())),
        Deadline = TimeSpan.FromSeconds(30),
    };

    private async Task<string> ReasonAsync(string address) => Assert.IsType<ScanOutcome.Failed>(await ScanAsync(address, Envelope("a@b.test", null))).Reason;

    private Task<ScanOutcome> ScanAsync(string address, ScanEnvelope envelope) =>
        new DccScanner(_time).ScanAsync(Job(address, envelope), CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));

    private sealed class Unreadable : IScannedMessage
    {
        public long Size => 1;

        public bool CanRepeat => true;

        public Task CopyToAsync(Stream destination, CancellationToken cancellationToken) => throw new IOException("the disk is broken");
    }
}
