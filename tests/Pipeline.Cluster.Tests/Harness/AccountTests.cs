using System.Globalization;
using Pipeline.Cluster.Tests.Cluster;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;

namespace Pipeline.Cluster.Tests.Harness;

/// <summary>The account must find what the rounds are to show: it is given journals and copies that do not agree.</summary>
public sealed class AccountTests : IDisposable
{
    private const int Message = 0;
    private const int Maildir = 0;
    private const int Queue = 1;
    private const int Smtp = 2;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mp-account-");
    private readonly ScriptedJournals _journals = new();
    private readonly Submissions _submissions = new();
    private readonly SmtpSink _sink = new(System.Net.IPAddress.Loopback) { Delay = TimeSpan.Zero };
    private readonly MessageId _id = MessageId.Create("1vMhEx-00000000001-0001");
    private readonly MessageId _notification = MessageId.Create("1vMhEx-00000000001-0002");

    private static string[] Recipients => [.. TestCluster.RecipientsOf(Message)];

    public void Dispose()
    {
        _sink.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Everything_there_once_is_no_difference()
    {
        Acknowledge();
        Journal(_id, "a@b", [.. Delivered(Maildir), .. Delivered(Queue), .. Delivered(Smtp), new MessageCompleted()]);
        Copies(maildir: 1, queue: 1, smtp: 1);

        var account = await DrawAsync();

        Assert.Equal("", account.Differences);
        Assert.Equal((3, 3, 0, 0), (account.Accepted, account.Delivered, account.Lost, account.Doubts));
    }

    [Theory]
    [InlineData(0, 1, 1, 1)]
    [InlineData(1, 0, 1, 1)]
    [InlineData(1, 1, 0, 1)]
    [InlineData(0, 0, 0, 3)]
    public async Task What_the_journal_says_was_delivered_and_is_not_there_is_lost(int maildir, int queue, int smtp, int lost)
    {
        Acknowledge();
        Journal(_id, "a@b", [.. Delivered(Maildir), .. Delivered(Queue), .. Delivered(Smtp), new MessageCompleted()]);
        Copies(maildir, queue, smtp);

        var account = await DrawAsync();

        Assert.Equal(lost, account.Lost);
        Assert.Contains("lost", account.Differences, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_acknowledged_message_that_no_journal_knows_is_lost()
    {
        Acknowledge();

        var account = await DrawAsync();

        Assert.Equal(3, account.Lost);
        Assert.Contains("no journal knows it", account.Differences, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_copy_of_a_message_that_was_never_accepted_is_a_difference()
    {
        Copies(maildir: 1, queue: 0, smtp: 0);

        Assert.Contains("no journal knows it", (await DrawAsync()).Differences, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(1, 2)]
    public async Task A_second_copy_in_a_folder_is_a_difference_in_spite_of_doubts(int maildir, int queue)
    {
        Acknowledge();
        Journal(_id, "a@b", [.. Doubted(Maildir), .. Delivered(Maildir), .. Doubted(Queue), .. Delivered(Queue), .. Delivered(Smtp), new MessageCompleted()]);
        Copies(maildir, queue, smtp: 1);

        var account = await DrawAsync();

        Assert.Equal((maildir - 1, queue - 1), (account.MaildirDuplicates, account.QueueDuplicates));
        Assert.Contains("more often than doubts allow", account.Differences, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 1, true)]
    [InlineData(0, 2, false)]
    [InlineData(1, 2, true)]
    [InlineData(1, 3, false)]
    public async Task Each_doubt_allows_one_more_copy_at_the_next_hop(int doubts, int smtp, bool right)
    {
        Acknowledge();
        Journal(
            _id,
            "a@b",
            [.. Delivered(Maildir), .. Delivered(Queue), .. Enumerable.Repeat(Doubted(Smtp), doubts).SelectMany(static one => one), .. Delivered(Smtp), new MessageCompleted()]);
        Copies(maildir: 1, queue: 1, smtp);

        var account = await DrawAsync();

        Assert.Equal((doubts, smtp - 1), (account.Doubts, account.SmtpDuplicates));
        Assert.Equal(right, account.Differences.Length == 0);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(0, false)]
    [InlineData(2, false)]
    public async Task The_notification_of_a_failure_is_accounted_for_as_well(int bounces, bool right)
    {
        var gone = Enumerable.Range(0, 100).First(static token => SinkAnswers.Of(TestCluster.RecipientsOf(token)[Smtp]) == SinkAnswer.Gone);
        Journal(
            _id,
            "a@b",
            [.. Delivered(Maildir), .. Delivered(Queue), Failed(), new NotificationSent("failure", _notification.ToString(), "a@b"), new MessageCompleted()],
            TestCluster.RecipientsOf(gone));
        Journal(_notification, "", [.. Delivered(Maildir), new MessageCompleted()], [$"{TestCluster.BounceBox}@{TestCluster.MaildirDomain}"]);
        Copies(maildir: 1, queue: 1, smtp: 0);
        for (var i = 0; i < bounces; i++)
        {
            Write(TestCluster.BounceBox, $"b{i}", $"Message-Id: <E{_notification}@mx>\n\nbody\n--boundary--\n");
        }

        var account = await DrawAsync();

        Assert.Equal((4, 3, 1, 1), (account.Accepted, account.Delivered, account.Failed, account.Notifications));
        Assert.Equal(right, account.Differences.Length == 0);
    }

    [Fact]
    public async Task A_failure_that_nobody_is_told_of_and_nobody_caused_is_a_difference()
    {
        Acknowledge();
        Journal(_id, "a@b", [.. Delivered(Maildir), .. Delivered(Queue), Failed(), new MessageCompleted()]);
        Copies(maildir: 1, queue: 1, smtp: 0);

        var differences = (await DrawAsync()).Differences;

        Assert.Contains("nobody refused it", differences, StringComparison.Ordinal);
        Assert.Contains("1 failed, 0 notifications", differences, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Recipients_that_wait_or_are_in_doubt_are_counted_as_such()
    {
        Acknowledge();
        Journal(_id, "a@b", [.. Delivered(Maildir), new AttemptStarted(Smtp, 1, "smtp", null)]);
        Copies(maildir: 1, queue: 0, smtp: 0);

        var account = await DrawAsync();

        Assert.Equal("", account.Differences);
        Assert.Equal((3, 1, 1, 1), (account.Accepted, account.Delivered, account.Queued, account.InDoubt));
    }

    private static JournalEvent[] Delivered(int recipient) =>
        [new AttemptStarted(recipient, 1, "t", null), new RecipientDelivered(recipient, "t", null, null, null, "")];

    private static JournalEvent[] Doubted(int recipient) => [new AttemptStarted(recipient, 1, "t", null), new AttemptInDoubt(recipient, 1, "taken over")];

    private static RecipientFailed Failed() => new(Smtp, "no", null, null, null, 0, null, null);

    private void Acknowledge()
    {
        _submissions.Want(1);
        Assert.True(_submissions.TryBegin("n1", out var submission));
        _submissions.Acknowledge(submission, _id, DateTimeOffset.UnixEpoch);
    }

    private void Journal(MessageId id, string sender, JournalEvent[] events, IReadOnlyList<string>? recipients = null)
    {
        recipients ??= Recipients;
        JournalEvent[] all =
        [
            new TransactionStarted(new ClientFacts(null, 0, null, "", "esmtp", null, 0, null, null), sender, null, 1),
            .. recipients.Select(static (address, index) => new RecipientAccepted(index, address)),
            new MessageAccepted(1, recipients.Count),
            .. events,
        ];
        _journals.Add(id, [.. all.Select(static (one, sequence) => new JournalEntry(sequence, DateTimeOffset.UnixEpoch, one))]);
    }

    private void Copies(int maildir, int queue, int smtp)
    {
        var text = $"Received: by mx\n\tid {_id};\n{LoadClient.TokenHeader}{Message}\n\n{LoadClient.LastLine(Message)}\n";
        for (var i = 0; i < maildir; i++)
        {
            Write("box", $"m{i}", text);
        }

        Directory.CreateDirectory(Path.Combine(_folder.FullName, "out"));
        for (var i = 0; i < queue; i++)
        {
            File.WriteAllText(Path.Combine(_folder.FullName, "out", string.Create(CultureInfo.InvariantCulture, $"q{i}-H")), text);
            File.WriteAllText(Path.Combine(_folder.FullName, "out", string.Create(CultureInfo.InvariantCulture, $"q{i}-D")), text);
        }

        for (var i = 0; i < smtp; i++)
        {
            _sink.Remember(text);
        }
    }

    private void Write(string box, string name, string text)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder.FullName, "mail", box, "new")).FullName;
        File.WriteAllText(Path.Combine(folder, name), text);
    }

    private async Task<Account> DrawAsync()
    {
        var copies = new Copies(Path.Combine(_folder.FullName, "mail"), Path.Combine(_folder.FullName, "out"), _sink);
        var account = new Account(_journals, _submissions, copies);
        await account.DrawAsync(default);
        return account;
    }

    private sealed class ScriptedJournals : IJournals
    {
        private readonly Dictionary<MessageId, IReadOnlyList<JournalEntry>> _all = [];

        public void Add(MessageId id, IReadOnlyList<JournalEntry> journal) => _all.Add(id, journal);

        public ValueTask<IReadOnlyList<MessageId>> FindAsync(DateTimeOffset? since, CancellationToken cancellationToken) => new([.. _all.Keys]);

        public ValueTask<IReadOnlyList<JournalEntry>> ReadAsync(MessageId id, CancellationToken cancellationToken) => new(_all.GetValueOrDefault(id, []));
    }
}
