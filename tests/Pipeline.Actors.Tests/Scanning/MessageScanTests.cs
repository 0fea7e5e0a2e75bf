using System.Net;
using System.Text;
using Pipeline.Actors.Messages;
using Pipeline.Actors.Receipt;
using Pipeline.Actors.Tests.Receipt;
using Pipeline.Actors.Tests.Support;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Dkim.Crypto;
using Pipeline.Mail.Dns;
using Pipeline.Mail.Message;
using Pipeline.Mail.Scanning;
using Pipeline.Mail.Smtp;
using Pipeline.Messages.Journal;
using Pipeline.Tests.Support;

namespace Pipeline.Actors.Tests.Scanning;

/// <summary>Scans of a message while it is received: begun beside the other checks, awaited where an ACL asks, journalled.</summary>
public sealed class MessageScanTests : ReceiptTestKit
{
    private const string Mail = "From: a@a.test\r\nSubject: original\r\n\r\nbody\r\n";

    private readonly FakeScanner _scanner = new();
    private TestPolicy? _policy;

    [Fact]
    public async Task Verdict_is_journalled_kept_with_the_message_and_seen_by_the_policy()
    {
        _scanner.Answer = FakeScanner.Score(7.5m);
        var reply = await SendAsync("""
            check_data:
              warn    spam = nobody
                      add_header = X-Spam-Bar: $spam_bar\n\tX-Report: $spam_report
              accept
            """);

        Assert.Equal(250, reply.Reply.Code);
        var accepted = Assert.Single(Store.Accepted);
        var check = Assert.Single(accepted.Journal.Select(entry => entry.Event).OfType<CheckCompleted>(), check => check.Check == "spam");
        Assert.Equal(("spam", "7.5 of 5 for nobody, by 127.0.0.1 783"), (check.Result, check.Detail));
        Assert.Equal(
            ("7.5", "75", "+++++++"),
            (accepted.Properties["spam-score"], accepted.Properties["spam-score-int"], accepted.Properties["spam-bar"]));
        var facts = MessageProperties.SpoolFacts(accepted.Properties);
        Assert.Equal(("7.5", "75", "+++++++"), (facts.SpamScore, facts.SpamScoreInt, facts.SpamBar));
    }

    [Theory]
    [InlineData("Eicar-Test", 550, "infected", "Eicar-Test, by clamd")]
    [InlineData(null, 250, "clean", "by clamd")]
    public async Task Virus_scan_is_journalled_once_and_seen_by_the_policy(string? malware, int code, string word, string detail)
    {
        _scanner.Answer = (_, _) => Task.FromResult<ScanOutcome>(new ScanOutcome.Examined(malware, "clamd"));
        var reply = await SendAsync("""
            check_data:
              deny    malware = *
                      message = virus $malware_name
              deny    malware = */tmo=5s
              accept
            """);

        Assert.Equal(code, reply.Reply.Code);
        Assert.Equal(ScanKind.Malware, Assert.Single(_scanner.Scans).Job.Kind);
        await AwaitConditionAsync(() => Task.FromResult(!(malware is null ? Store.Accepted.IsEmpty : Store.Recorded.IsEmpty))); // a refusal is journalled behind the reply
        var journal = malware is null ? Assert.Single(Store.Accepted).Journal : Assert.Single(Store.Recorded).Journal;
        var check = Assert.Single(journal.Select(entry => entry.Event).OfType<CheckCompleted>(), check => check.Check == "malware");
        Assert.Equal((word, detail), (check.Result, check.Detail));
    }

    [Fact]
    public async Task Scanner_sees_our_received_field_and_the_whole_message()
    {
        _scanner.Answer = FakeScanner.Score(1);
        await SendAsync("check_data:\n  deny spam = joe\n  accept");

        var (job, message) = Assert.Single(_scanner.Scans);
        Assert.Equal(("joe", "127.0.0.1 783", message.Length), (job.User, job.Servers, (int)job.Content.Size));
        Assert.Equal(("sender@from.example", 1, "192.0.2.1"), (job.Envelope!.Sender, job.Envelope.RecipientCount, job.Envelope.ClientAddress));
        Assert.StartsWith("Received: from ", message, StringComparison.Ordinal);
        Assert.EndsWith("\r\n" + Mail, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_user_is_scanned_for_once()
    {
        _scanner.Answer = FakeScanner.Score(1);
        await SendAsync("check_data:\n  deny spam = joe\n  deny spam = joe/defer_ok\n  deny spam = $sender_address_local_part\n  accept");
        Assert.Equal(["joe", "sender"], _scanner.Scans.Select(scan => scan.Job.User));
        Assert.Equal(["spam", "spam-2"], await ChecksAsync());
    }

    [Fact]
    public async Task Scan_runs_beside_the_acls_before_the_one_that_asks()
    {
        var scanning = new TaskCompletionSource();
        var verdict = new TaskCompletionSource<ScanOutcome>();
        _scanner.Answer = (_, _) =>
        {
            scanning.SetResult();
            return verdict.Task;
        };
        var sending = SendAsync("check_data:\n  warn logwrite = before\n  deny spam = nobody\n  accept");
        await scanning.Task;
        Assert.False(sending.IsCompleted);
        verdict.SetResult(new ScanOutcome.Scanned(new SpamVerdict(6, 5, ""), "x"));
        Assert.Equal(550, (await sending).Reply.Code);
    }

    [Fact]
    public async Task Message_that_an_acl_spares_does_not_wait_for_its_scan()
    {
        _scanner.Answer = async (_, cancellationToken) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            throw new InvalidOperationException("not reached");
        };
        var reply = await SendAsync("check_data:\n  accept hosts = 192.0.2.1\n  deny spam = nobody\n  accept");
        Assert.Equal(250, reply.Reply.Code);
        Assert.Empty(await ChecksAsync());

        // Whether it had begun or not: nothing of it goes on.
        Assert.True(await Polling.UntilAsync(() => Task.FromResult(_scanner.Running == 0), TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task Scan_begins_before_an_acl_asks()
    {
        var scanning = new TaskCompletionSource();
        _scanner.Answer = (_, _) =>
        {
            scanning.SetResult();
            return Task.FromResult<ScanOutcome>(new ScanOutcome.Scanned(new SpamVerdict(1, 5, ""), "x"));
        };

        // The condition before it has its answer only when the scan has begun.
        var reply = await SendAsync("check_data:\n  deny spf = pass\n  deny spam = nobody\n  accept", dns: new WaitingDns(scanning.Task));
        Assert.Equal(250, reply.Reply.Code);
    }

    [Fact]
    public async Task Large_message_is_scanned_only_when_an_acl_asks()
    {
        _scanner.Answer = FakeScanner.Score(1);
        var limits = new ReceiptLimits { EarlyScanBytes = Mail.Length - 1 };
        await SendAsync("check_data:\n  accept hosts = 192.0.2.1\n  deny spam = nobody", limits);
        Assert.Empty(_scanner.Scans);
        await SendAsync("check_data:\n  deny spam = nobody\n  accept", limits);
        Assert.Single(_scanner.Scans);
    }

    [Theory]
    [InlineData("deny spam = nobody", 451)]
    [InlineData("deny spam = nobody/defer_ok", 250)]
    public async Task Scan_that_fails_defers_the_message_or_not(string acl, int code)
    {
        Assert.Equal(code, (await SendAsync($"check_data:\n  {acl}\n  accept")).Reply.Code);
        Assert.Contains(await JournalAsync(), one => one is CheckCompleted { Check: "spam", Result: "temperror", Detail: "no scanner" });
    }

    [Fact]
    public async Task Scanner_that_throws_is_a_scan_that_fails()
    {
        _scanner.Answer = static (_, _) => throw new InvalidOperationException("a bug");
        Assert.Equal(451, (await SendAsync("check_data:\n  deny spam = nobody\n  accept")).Reply.Code);
        Assert.Contains(await JournalAsync(), one => one is CheckCompleted { Check: "spam", Result: "temperror", Detail: "a bug" });
    }

    [Fact]
    public async Task Scanner_that_never_answers_is_a_scan_that_fails_at_the_deadline()
    {
        var scanning = new TaskCompletionSource();
        _scanner.Answer = (_, _) =>
        {
            scanning.SetResult();
            return new TaskCompletionSource<ScanOutcome>().Task;
        };
        var sending = SendAsync("check_data:\n  deny spam = nobody\n  accept");
        await scanning.Task;
        Time.Advance(TimeSpan.FromSeconds(122));
        Assert.Equal(451, (await sending).Reply.Code);
        Assert.Contains(await JournalAsync(), one => one is CheckCompleted { Check: "spam", Result: "temperror", Detail: "no result within 122 s" });
    }

    [Fact]
    public async Task Users_that_one_message_is_scanned_for_have_a_bound()
    {
        _scanner.Answer = FakeScanner.Score(1);
        var acl = string.Concat(Enumerable.Range(1, 9).Select(i => $"  warn spam = user{i}:true\n"));
        Assert.Equal(250, (await SendAsync($"check_data:\n{acl}  accept")).Reply.Code);
        Assert.Equal(8, _scanner.Scans.Count);
    }

    [Fact]
    public async Task Policy_that_does_not_ask_scans_nothing()
    {
        Assert.Equal(250, (await SendAsync("check_data:\n  accept")).Reply.Code);
        Assert.Empty(_scanner.Scans);
    }

    private async Task<IEnumerable<string>> ChecksAsync() =>
        (await JournalAsync()).OfType<CheckCompleted>().Select(check => check.Check).Where(name => name.StartsWith("spam", StringComparison.Ordinal));

    /// <summary>That of a message that is refused is written behind the reply.</summary>
    private async Task<IEnumerable<JournalEvent>> JournalAsync()
    {
        Assert.True(await Polling.UntilAsync(() => Task.FromResult(!Store.Accepted.IsEmpty || !Store.Recorded.IsEmpty), TimeSpan.FromSeconds(20)));
        return (Store.Accepted.TryPeek(out var accepted) ? accepted.Journal : Assert.Single(Store.Recorded).Journal).Select(entry => entry.Event);
    }

    private async Task<ReceiptDecision> SendAsync(string acl, ReceiptLimits? limits = null, IDnsResolver? dns = null)
    {
        _policy = new TestPolicy($"acl_smtp_rcpt = accept_all\nacl_smtp_data = check_data\nbegin acl\naccept_all:\n  accept\n{acl}\n", Time);
        return await SendAsync(Service(_policy, _scanner, limits, dns), Mail);
    }

    /// <summary>Knows no name, and says so when it is time.</summary>
    private sealed class WaitingDns(Task time) : IDnsResolver
    {
        public async ValueTask<DnsAnswer> QueryAsync(string name, DnsRecordType type, CancellationToken cancellationToken)
        {
            await time.WaitAsync(cancellationToken);
            return DnsAnswer.NoData;
        }
    }
}
