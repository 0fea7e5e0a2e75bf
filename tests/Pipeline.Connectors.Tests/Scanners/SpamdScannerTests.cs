using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Pipeline.Connectors.Ports;
using Pipeline.Connectors.Scanners;
using Pipeline.Mail.Message;
using Pipeline.Mail.Scanning;
using Pipeline.Tests.Support.Scanning;

namespace Pipeline.Connectors.Tests.Scanners;

public sealed class SpamdScannerTests
{
    private const string Header = "Subject: a\r\n";
    private const string Body = "body \u00E9\r\n";

    private static readonly SpamdScanner Scanner = new(TimeProvider.System, new Random(1));

    [Fact]
    public async Task Message_goes_whole_and_the_verdict_comes_back()
    {
        await using var spamd = ScriptedSpamd.Scores("7.5");
        var scanned = Assert.IsType<ScanOutcome.Scanned>(await ScanAsync(spamd.Address, "joe"));
        Assert.Equal((7.5m, 5.0m, "report\nof two lines", true), (scanned.Verdict.Score, scanned.Verdict.Threshold, scanned.Verdict.Report, scanned.Verdict.IsSpam));
        Assert.Equal(spamd.Address, scanned.By);
        var request = Assert.Single(spamd.Requests);
        Assert.Equal($"REPORT SPAMC/1.5\r\nContent-length: {Header.Length + 2 + Body.Length}\r\nUser: joe", request.Header);
        Assert.Equal($"{Header}\r\n{Body}", request.Message);
    }

    [Fact]
    public async Task Rspamd_is_told_the_envelope_and_says_what_it_would_do()
    {
        await using var rspamd = ScriptedSpamd.Start(request => request.AnswerAsync(
            "RSPAMD/1.3 0 EX_OK\r\nMetric: default; False; 7.20 / 15.00 / 0.0\r\nAction: add header\r\nSymbol: BAYES_SPAM(5.10)\r\n"));
        var scanned = Assert.IsType<ScanOutcome.Scanned>(await ScanAsync($"{rspamd.Address} variant=rspamd", "joe"));
        Assert.Equal(
            (7.2m, 15m, false, "add header", "Action: add header\nSymbol: BAYES_SPAM(5.10)"),
            (scanned.Verdict.Score, scanned.Verdict.Threshold, scanned.Verdict.IsSpam, scanned.Verdict.Action, scanned.Verdict.Report));
        var request = Assert.Single(rspamd.Requests);
        Assert.Equal(
            [
                "CHECK RSPAMC/1.3", $"Content-length: {Header.Length + 2 + Body.Length}", "Queue-Id: 1xV3ze-IUvupnsd1MR-393w", "From: <a@from.test>", "Recipient-Number: 3",
                "Rcpt: <b@to.test>", "Rcpt: <\"c d\"@to.test>", "Helo: client.test", "IP: 192.0.2.1", "User: ann",
            ],
            request.Header.Split("\r\n"));
        Assert.Equal($"{Header}\r\n{Body}", request.Message);
    }

    [Fact]
    public async Task Server_that_refuses_connections_leads_to_the_next()
    {
        using var closed = new ClosedPort();
        await using var spamd = ScriptedSpamd.Scores("1");
        Assert.IsType<ScanOutcome.Scanned>(await ScanAsync($"{closed.Address} pri=2 : {spamd.Address}"));
    }

    [Fact]
    public async Task Servers_that_all_refuse_connections_are_named()
    {
        using var closed = new ClosedPort();
        var failed = Assert.IsType<ScanOutcome.Failed>(await ScanAsync($"{closed.Address} : /nonexistent/spamd.sock"));
        Assert.Contains(closed.Address, failed.Reason, StringComparison.Ordinal);
        Assert.Contains("/nonexistent/spamd.sock", failed.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_port_of_a_range_is_tried_in_order()
    {
        using var closed = new ClosedPort();
        var failed = Assert.IsType<ScanOutcome.Failed>(await ScanAsync(string.Create(CultureInfo.InvariantCulture, $"127.0.0.1 {closed.Port}-{closed.Port}")));
        Assert.StartsWith($"{closed.Address}: ", failed.Reason, StringComparison.Ordinal);
        failed = Assert.IsType<ScanOutcome.Failed>(await ScanAsync("/nonexistent/a : /nonexistent/b pri=2"));
        Assert.Equal(["/nonexistent/b", "/nonexistent/a"], failed.Reason.Split("; ").Select(reason => reason.Split(": ")[0]));
    }

    [Fact]
    public async Task Failed_connection_is_tried_once_more_when_the_server_has_retry()
    {
        var time = new ManualTime();
        using var closed = new ClosedPort();
        var scan = ScanAsync($"{closed.Address} retry=20s", scanner: new SpamdScanner(time, new Random(1)));
        await time.TimerDueAsync(TimeSpan.FromSeconds(20));
        var accepted = closed.OpenAsync();
        time.Advance(TimeSpan.FromSeconds(20));
        using var peer = await accepted;
        await using var stream = new NetworkStream(peer);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(ScriptedSpamd.Reply("2")));
        Assert.IsType<ScanOutcome.Scanned>(await scan);
    }

    [Theory]
    [InlineData("", "it hung up without an answer")]
    [InlineData("SPAMD/1.1 0 EX_OK\r\nContent-length: 50\r\nSpam: True ; 1 / 5\r\n\r\nabc", "it hung up in the middle of its report")]
    [InlineData("garbage\r\n", "\"garbage\" is no answer of SpamAssassin")]
    [InlineData("SPAMD/1.0 76 Bad header line\r\n", "code 76 Bad header line")]
    public async Task Bad_answer_is_a_failure_with_its_reason(string answer, string reason)
    {
        await using var spamd = ScriptedSpamd.Start(request => request.AnswerAsync(answer));
        await using var other = ScriptedSpamd.Scores("1");
        var failed = Assert.IsType<ScanOutcome.Failed>(await ScanAsync($"{spamd.Address} pri=2 : {other.Address}"));
        Assert.EndsWith(reason, failed.Reason, StringComparison.Ordinal);
        Assert.Empty(other.Requests);
    }

    [Fact]
    public async Task Answer_without_end_is_not_read_for_ever()
    {
        var piece = new string('x', 8192);
        await using var spamd = ScriptedSpamd.Start(async request =>
        {
            await request.AnswerAsync("SPAMD/1.1 0 EX_OK\r\nSpam: True ; 1 / 5\r\n\r\n");
            while (true)
            {
                await request.AnswerAsync(piece);
            }
        });
        var failed = Assert.IsType<ScanOutcome.Failed>(await ScanAsync(spamd.Address));
        Assert.EndsWith("the report is longer than 65536 octets", failed.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 60, "no answer in time, or the scan was given up")]
    [InlineData(" tmo=30s", 30, "no answer within 30 s")]
    public async Task Server_that_hangs_is_waited_for_until_the_deadline_or_its_timeout(string option, int seconds, string reason)
    {
        var time = new ManualTime();
        var asked = new TaskCompletionSource();
        await using var spamd = ScriptedSpamd.Start(request =>
        {
            asked.SetResult();
            return request.HangAsync();
        });
        var scan = ScanAsync(spamd.Address + option, scanner: new SpamdScanner(time, new Random(1)));
        await asked.Task;
        time.Advance(TimeSpan.FromSeconds(seconds - 1));
        Assert.False(scan.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.EndsWith(reason, Assert.IsType<ScanOutcome.Failed>(await scan).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelled_scan_ends_with_a_reason()
    {
        using var cancel = new CancellationTokenSource();
        await using var spamd = ScriptedSpamd.Start(async request =>
        {
            await cancel.CancelAsync();
            await request.HangAsync();
        });
        Assert.IsType<ScanOutcome.Failed>(await ScanAsync(spamd.Address, cancellationToken: cancel.Token));
    }

    [Theory]
    [InlineData("nobody\r\nX: y")]
    [InlineData("")]
    public async Task User_that_cannot_stand_in_a_request_is_not_sent(string user)
    {
        await using var spamd = ScriptedSpamd.Scores("1");
        Assert.IsType<ScanOutcome.Failed>(await ScanAsync(spamd.Address, user));
        Assert.Empty(spamd.Requests);
    }

    [Fact]
    public async Task Nobody_on_duty_is_said()
    {
        var hour = TimeProvider.System.GetLocalNow().Hour;
        var other = string.Create(CultureInfo.InvariantCulture, $"{(hour + 6) % 24}-{(hour + 7) % 24}");
        var failed = Assert.IsType<ScanOutcome.Failed>(await ScanAsync($"127.0.0.1 1 time={other}"));
        Assert.Equal("no server of spamd_address is on duty at this time of day", failed.Reason);
    }

    private static Task<ScanOutcome> ScanAsync(string servers, string user = "nobody", SpamdScanner? scanner = null, CancellationToken cancellationToken = default) =>
        (scanner ?? Scanner).ScanAsync(
            new ScanJob
            {
                Message = "1xV3ze-IUvupnsd1MR-393w",
                User = user,
                Servers = servers,
                Envelope = new ScanEnvelope("a@from.test", ["b@to.test", "\"c d\"@to.test"], 3, "client.test", "two\r\nlines: x", "192.0.2.1", "ann"),
                Content = new KeptMessage(new InMemoryMessageContent(Encoding.Latin1.GetBytes(Header), Encoding.Latin1.GetBytes(Body))),
                Deadline = TimeSpan.FromMinutes(1),
            },
            cancellationToken);
}
