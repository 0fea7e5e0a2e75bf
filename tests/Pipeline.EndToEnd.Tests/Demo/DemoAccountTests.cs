using System.Collections.Immutable;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Node.CommandLine.Demo;

namespace Pipeline.EndToEnd.Tests.Demo;

public sealed class DemoAccountTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly ClientFacts Client = new("192.0.2.1", 4000, null, "client.example", "esmtp", "192.0.2.2", 25, null, null);

    /// <summary>One message to three recipients: one delivered, an alias for two of which one failed, one deferred; and its notification.</summary>
    private static readonly JournalEvent[] Eventful =
    [
        new TransactionStarted(Client, "sender@a.example", null, 1),
        new RecipientAccepted(0, "delivered@b.example"),
        new RecipientAccepted(1, "alias@b.example"),
        new RecipientAccepted(2, "waiting@b.example"),
        new RecipientRefused("unknown@b.example", "550 no"),
        new CheckCompleted("spf", "pass", "", 1),
        new MessageAccepted(1000, 3),
        new RecipientRedirected(1, "aliases", [new ChildRecipient(3, "x@b.example"), new ChildRecipient(4, "y@c.example")]),
        new RecipientDelivered(0, "maildir", null, null, null, ""),
        new RecipientDelivered(3, "internet", "mx.b.example", "192.0.2.3", "250 ok", ""),
        new RecipientFailed(4, "refused", "550 no", "mx.c.example", "192.0.2.4", 25, null, null),
        new NotificationSent("failure", "id", "sender@a.example"),
        new RecipientDeferred(2, "Rcpt4xx", "later", "451 later", "mx.b.example", Now),
    ];

    private static readonly JournalEvent[] Notification =
    [
        new TransactionStarted(new ClientFacts(null, 0, null, "", "local", null, 0, null, null), "", null, 1),
        new RecipientAccepted(0, "sender@a.example"),
        new MessageAccepted(2000, 1),
        new RecipientDelivered(0, "quarantine", null, null, null, ""),
        new MessageCompleted(),
    ];

    private static readonly JournalEvent[] Refused =
    [
        new TransactionStarted(Client, "sender@a.example", null, 1),
        new RecipientRefused("victim@d.example", "550 no"),
        new TransactionAborted("QUIT"),
    ];

    private static readonly DemoEvidence Seen = new()
    {
        MessagesTaken = 1,
        RecipientsTaken = 3,
        RecipientsRefused = 2,
        MaildirFiles = 1,
        NextHopRecipients = 1,
        QuarantineRecipients = 1,
        QueueRecipients = 1,
    };

    [Fact]
    public void Journals_that_tell_all_balance_with_what_is_seen()
    {
        var totals = Total(Eventful, Notification, Refused);
        Assert.Equal((1, 1, 1), (totals.Messages, totals.Notifications, totals.MessagesRefused));
        Assert.Equal((3, 1, 2), (totals.Recipients, totals.Redirected, totals.Children));
        Assert.Equal((3, 1, 1), (totals.Delivered, totals.Failed, totals.Queued));
        Assert.Equal(1, totals.Checks["spf pass"]);
        Assert.All(DemoAccount.Balance(totals, Seen), check => Assert.True(check.Holds, check.What));
    }

    public static TheoryData<string> Differences => ["taken", "promised", "refused", "maildir", "next hop", "quarantine", "queue"];

    [Theory]
    [MemberData(nameof(Differences))]
    public void Every_planted_difference_is_found(string what)
    {
        var seen = what switch
        {
            "taken" => Seen with { MessagesTaken = 2 },
            "promised" => Seen with { RecipientsTaken = 4 },
            "refused" => Seen with { RecipientsRefused = 1 },
            "maildir" => Seen with { MaildirFiles = 0 },
            "next hop" => Seen with { NextHopRecipients = 2 },
            "quarantine" => Seen with { QuarantineRecipients = 0 },
            _ => Seen with { QueueRecipients = 0 },
        };
        Assert.Contains(DemoAccount.Balance(Total(Eventful, Notification, Refused), seen), check => !check.Holds);
    }

    [Fact]
    public void A_recipient_that_was_never_tried_is_found()
    {
        JournalEvent[] forgotten = [.. Eventful.Where(e => e is not RecipientDeferred)];
        Assert.Equal(["queued = deferred by a peer, none forgotten"], Broken(Total(forgotten, Notification, Refused)));
    }

    [Fact]
    public void A_recipient_that_was_delivered_twice_is_found()
    {
        JournalEvent[] twice = [.. Eventful, new RecipientDelivered(0, "maildir", null, null, null, "")];
        Assert.Contains(
            "recipients, with those of aliases and notifications = delivered + failed + queued", Broken(Total(twice, Notification, Refused)));
    }

    [Fact]
    public void A_notification_that_was_announced_and_never_came_is_found() =>
        Assert.Contains("notifications announced = notifications accepted", Broken(Total(Eventful, Refused)));

    [Fact]
    public void A_discarded_recipient_has_ended()
    {
        JournalEvent[] discarded = [.. Eventful.Take(7), new RecipientRedirected(0, "blackhole", []), .. Eventful.Skip(7).Where(e => e is not RecipientDelivered { Recipient: 0 })];
        var totals = Total(discarded, Notification, Refused);
        Assert.Equal(1, totals.Queued);
        Assert.Empty(DemoAccount.Balance(totals, Seen with { MaildirFiles = 0 }).Where(check => !check.Holds));
    }

    [Fact]
    public void A_duplicate_has_ended_without_a_delivery_of_its_own()
    {
        JournalEvent[] twice = [.. Eventful.Take(7), new RecipientDuplicated(0, 3, "internet"), .. Eventful.Skip(7).Where(e => e is not RecipientDelivered { Recipient: 0 })];
        var totals = Total(twice, Notification, Refused);
        Assert.Equal((1, 1), (totals.Duplicates, totals.Queued));
        Assert.Empty(DemoAccount.Balance(totals, Seen with { MaildirFiles = 0 }).Where(check => !check.Holds));
    }

    [Fact]
    public async Task A_file_that_is_missing_from_a_Maildir_is_found()
    {
        var folder = Directory.CreateTempSubdirectory("demo-account-");
        try
        {
            var world = DemoWorld.Create(folder.FullName);
            var mail = DemoMail.Make(world, DemoMail.MinMessages, seed: 3, TimeProvider.System);
            var result = await new DemoRun(world, TextWriter.Null, TimeProvider.System).RunAsync(mail, CancellationToken.None);
            Assert.True(result.Balances, string.Join('\n', result.Checks));
            File.Delete(Directory.EnumerateFiles(Path.Combine(world.MaildirDirectory, "anna", "new")).First());
            var seen = result.Evidence with { MaildirFiles = DemoEvidence.CountMaildirs(world.MaildirDirectory) };
            var check = Assert.Single(DemoAccount.Balance(result.Totals, seen), check => check.What == "delivered to Maildirs = files in them");
            Assert.Equal(-1, check.Found - check.Expected);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void The_report_names_the_difference()
    {
        var totals = Total(Eventful, Notification, Refused);
        var seen = Seen with { MaildirFiles = 0 };
        using var output = new StringWriter();
        DemoReport.Print(output, new DemoResult(totals, seen, DemoAccount.Balance(totals, seen), 2, 100, TimeSpan.FromSeconds(1)));
        Assert.Contains("!!       1  delivered to Maildirs = files in them   NOT 0: -1", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("The numbers do NOT add up", output.ToString(), StringComparison.Ordinal);
    }

    private static string[] Broken(DemoTotals totals) => [.. DemoAccount.Balance(totals, Seen).Where(check => !check.Holds).Select(check => check.What)];

    private static DemoTotals Total(params JournalEvent[][] journals)
    {
        Assert.True(MessageId.TryCreate("1xV4Dx-9KsWk4ulqQC-2SW9", out var id));
        var totals = new DemoTotals();
        foreach (var journal in journals)
        {
            totals.Add(id, [.. journal.Select((what, i) => new JournalEntry(i, Now, what))]);
        }

        return totals;
    }
}
