using Pipeline.Cluster.Tests.Cluster;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;

namespace Pipeline.Cluster.Tests.Harness;

/// <summary>The account must find what the rounds are to show: it is given journals and copies that do not agree.</summary>
public sealed class AccountTests : IDisposable
{
    private const int Maildir = 0;
    private const int Queue = 1;
    private const int Smtp = 2;
    private const int Mbox = 3;

    private readonly AccountScene _scene = new();
    private readonly MessageId _id = AccountScene.Id(1);
    private readonly MessageId _other = AccountScene.Id(2);
    private readonly MessageId _notification = AccountScene.Id(3);

    /// <summary>One for each transport, of a message with token 0.</summary>
    private static string[] Recipients => [.. TestCluster.RecipientsOf(0), "pile0@" + Domains.Mbox];

    private static JournalEvent[] AllDelivered => [.. Delivered(Maildir), .. Delivered(Queue), .. Delivered(Smtp), .. Delivered(Mbox), new MessageCompleted()];

    public void Dispose() => _scene.Dispose();

    [Fact]
    public async Task Everything_there_once_is_no_difference()
    {
        Journal(AllDelivered);
        Copies();

        var account = await _scene.DrawAsync();

        Assert.Equal("", account.Differences);
        Assert.Equal((4, 4, 0, 0), (account.Accepted, account.Delivered, account.Lost, account.Doubts));
        Assert.Equal(
            "accepted 4 = delivered 4 + failed 0 + queued 0 + in doubt 0; notifications 0; doubts listed 0; lost 0; duplicates: Maildir 0, mbox 0, queuefile 0, SMTP 0; refused yet there 0",
            account.ToString());
    }

    [Theory]
    [InlineData(0, 1, 1, 1, 1)]
    [InlineData(1, 0, 1, 1, 1)]
    [InlineData(1, 1, 0, 1, 1)]
    [InlineData(1, 1, 1, 0, 1)]
    [InlineData(0, 0, 0, 0, 4)]
    public async Task What_the_journal_says_was_delivered_and_is_not_there_is_lost(int maildir, int queue, int smtp, int mbox, int lost)
    {
        Journal(AllDelivered);
        Copies(maildir, queue, smtp, mbox);

        Assert.Equal(lost, (await DiffersAsync(" lost (0 there")).Lost);
    }

    [Fact]
    public async Task What_was_delivered_and_is_not_there_is_lost_while_others_still_wait()
    {
        Journal(Delivered(Maildir));

        Assert.Equal(1, (await DiffersAsync("box0@maildir.test lost (0 there, Delivered)")).Lost);
    }

    [Fact]
    public async Task Whoever_waits_in_a_message_that_is_complete_is_lost()
    {
        Journal([.. Delivered(Maildir), .. Delivered(Queue), .. Delivered(Smtp), new MessageCompleted()]);
        Copies(mbox: 0);

        Assert.Equal(1, (await DiffersAsync("pile0@mbox.test lost (0 there, Queued)")).Lost);
    }

    [Fact]
    public async Task An_acknowledged_message_that_no_journal_knows_is_lost()
    {
        _scene.Send(_id);

        Assert.Equal(3, (await DiffersAsync("no journal knows it")).Lost);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_message_that_was_taken_back_was_not_accepted(bool acknowledged)
    {
        _scene.Send(acknowledged ? _id : null);
        JournalOf(_id, 0, new TransactionAborted("taken back"));

        var account = await _scene.DrawAsync();

        Assert.Equal((0, acknowledged ? 3 : 0), (account.Accepted, account.Lost));
        Assert.Equal(acknowledged, account.Differences.Length > 0);
    }

    [Fact]
    public async Task A_message_that_came_with_another_id_than_was_said_is_a_difference()
    {
        Journal(AllDelivered);
        _scene.Send(_other);
        JournalOf(_other, 0);
        JournalOf(AccountScene.Id(4), 1);

        await DiffersAsync($"{_other} was acknowledged by n1, and came as {AccountScene.Id(4)}");
    }

    [Fact]
    public async Task A_message_that_was_accepted_twice_is_a_difference()
    {
        Journal();
        JournalOf(_other, 0);

        await DiffersAsync("token 0, sent once to n1, was accepted as");
    }

    [Fact]
    public async Task A_message_that_nobody_sent_is_a_difference()
    {
        _scene.Journal(_id, "a@b", Recipients);

        await DiffersAsync("no client has sent it");
    }

    [Theory]
    [InlineData(true, true, 1)]
    [InlineData(true, false, 0)]
    [InlineData(false, true, 0)]
    public async Task A_sending_that_was_refused_and_is_there_is_counted_and_no_difference(bool refused, bool there, int count)
    {
        _scene.Send(refused: refused);
        if (there)
        {
            JournalOf(_id, 0);
        }

        var account = await _scene.DrawAsync();

        Assert.Equal((count, ""), (account.RefusedAndThere, account.Differences));
    }

    [Theory]
    [InlineData(1, 0, 0, 0)]
    [InlineData(0, 1, 0, 0)]
    [InlineData(0, 0, 1, 0)]
    [InlineData(0, 0, 0, 1)]
    public async Task A_copy_of_a_message_that_was_never_accepted_is_a_difference(int maildir, int queue, int smtp, int mbox)
    {
        Copies(maildir, queue, smtp, mbox);

        await DiffersAsync("no journal knows it");
    }

    [Fact]
    public async Task A_copy_in_the_box_of_nobody_is_a_difference()
    {
        Journal(AllDelivered);
        Copies();
        _scene.Deliver(new Place(Transport.Maildir, "box1"), AccountScene.Message(_id, 0));

        await DiffersAsync("it is at Maildir box1, where none of its recipients is");
    }

    [Fact]
    public async Task A_copy_of_another_content_is_a_difference()
    {
        Journal(AllDelivered);
        Copies(maildir: 0, queue: 0, mbox: 0);
        Copies(smtp: 0, token: 1);

        await DiffersAsync($"{_id} has token 1 and token 0");
    }

    [Fact]
    public async Task Copies_that_all_are_of_another_content_are_a_difference()
    {
        Journal(AllDelivered);
        Copies(token: 1);

        await DiffersAsync("it is of token 0, and its copies are of token 1");
    }

    [Theory]
    [InlineData(Transport.Maildir)]
    [InlineData(Transport.Queuefile)]
    [InlineData(Transport.Mbox)]
    internal async Task A_second_copy_in_a_folder_is_a_difference_in_spite_of_doubts(Transport transport)
    {
        Journal([.. Doubted(Maildir), .. Doubted(Queue), .. Doubted(Mbox), .. AllDelivered]);
        Copies();
        _scene.Deliver(Place.Of(Recipients.Single(address => Place.Of(address).Transport == transport)), AccountScene.Message(_id, 0));

        Assert.Equal(1, (await DiffersAsync("more often than doubts allow")).DuplicatesBy(transport));
    }

    [Theory]
    [InlineData(0, 1, true)]
    [InlineData(0, 2, false)]
    [InlineData(1, 2, true)]
    [InlineData(1, 3, false)]
    public async Task Each_doubt_allows_one_more_copy_at_the_next_hop(int doubts, int smtp, bool right)
    {
        Journal([.. Enumerable.Repeat(Doubted(Smtp), doubts).SelectMany(static one => one), .. AllDelivered]);
        Copies(smtp: smtp);

        var account = await _scene.DrawAsync();

        Assert.Equal((doubts, smtp - 1), (account.Doubts, account.DuplicatesBy(Transport.Smtp)));
        Assert.Equal(right, account.Differences.Length == 0);
    }

    [Fact]
    public async Task Whoever_has_failed_and_has_a_copy_is_a_difference()
    {
        FailedAtTheVoidAndTold();
        _scene.Journal(_other, _scene.Send().Sender, ["gone-1@" + Domains.Smtp], Failed(0));
        _scene.Deliver(Place.Smtp, AccountScene.Message(_other, 1));

        await DiffersAsync("gone-1@smtp.test failed, and is there");
    }

    [Fact]
    public async Task Recipients_that_wait_or_are_in_doubt_are_counted_as_such()
    {
        Journal([.. Delivered(Maildir), new AttemptStarted(Smtp, 1, "smtp", null), new AttemptStarted(Queue, 1, "q", null), Deferred(Queue)]);
        Copies(queue: 0, smtp: 0, mbox: 0);

        var account = await _scene.DrawAsync();

        Assert.Equal("", account.Differences);
        Assert.Equal((4, 1, 2, 1), (account.Accepted, account.Delivered, account.Queued, account.InDoubt));
    }

    [Theory]
    [InlineData(true, true, true)]
    [InlineData(true, false, false)]
    [InlineData(false, false, false)]
    public async Task Whoever_was_redirected_counts_by_those_that_it_was_redirected_to(bool east, bool west, bool right)
    {
        _scene.Journal(_id, _scene.Send(_id).Sender, ["both@" + Domains.Alias], [Redirected(0), .. Delivered(1), .. Delivered(2), new MessageCompleted()]);
        foreach (var box in new[] { east ? "east" : "", west ? "west" : "" }.Where(static box => box.Length > 0))
        {
            _scene.Deliver(new Place(Transport.Maildir, box), AccountScene.Message(_id, 0));
        }

        var account = await _scene.DrawAsync();

        Assert.Equal((2, 2), (account.Accepted, account.Delivered));
        Assert.Equal((east ? 0 : 1) + (west ? 0 : 1), account.Lost);
        Assert.Equal(right, account.Differences.Length == 0);
    }

    public static TheoryData<JournalEvent, string> AfterTheEnd => new()
    {
        { Delivered(Maildir)[1], "box0@maildir.test ends twice" },
        { Failed(Maildir), "box0@maildir.test ends twice" },
        { Redirected(Maildir, first: 4), "box0@maildir.test ends twice" },
        { Delivered(Maildir)[0], "box0@maildir.test goes on after its end" },
        { Doubted(Maildir)[1], "box0@maildir.test goes on after its end" },
        { Deferred(Maildir), "box0@maildir.test goes on after its end" },
        { Delivered(7)[1], "there is no recipient 7" },
    };

    [Theory]
    [MemberData(nameof(AfterTheEnd))]
    public async Task A_journal_that_goes_on_after_the_end_of_a_recipient_is_a_difference(JournalEvent next, string difference)
    {
        Journal([.. AllDelivered[..^1], next, new MessageCompleted()]);
        Copies();

        await DiffersAsync(difference);
    }

    [Fact]
    public async Task Whoever_was_redirected_and_is_delivered_all_the_same_is_a_difference()
    {
        _scene.Journal(_id, _scene.Send(_id).Sender, ["both@" + Domains.Alias], [Redirected(0), .. Delivered(0)]);

        await DiffersAsync("both@alias.test ends twice");
    }

    [Fact]
    public async Task Two_recipients_in_one_place_of_the_journal_are_a_difference()
    {
        Journal([.. AllDelivered[..^1], new RecipientRouted(Maildir, "r", "t", []), new RecipientAccepted(Maildir, "east@" + Domains.Maildir)]);
        Copies();

        await DiffersAsync("box0@maildir.test and east@maildir.test are both recipient 0");
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(0, false)]
    [InlineData(2, false)]
    public async Task The_notification_of_a_failure_is_accounted_for_as_well(int copies, bool right)
    {
        FailedAtTheVoidAndTold(copies);

        var account = await _scene.DrawAsync();

        Assert.Equal((2, 1, 1, 1), (account.Accepted, account.Delivered, account.Failed, account.Notifications));
        Assert.Equal((copies == 0 ? 1 : 0, Math.Max(copies - 1, 0)), (account.Lost, account.DuplicatesBy(Transport.Maildir)));
        Assert.Equal(right, account.Differences.Length == 0);
    }

    [Theory]
    [InlineData("nobody@" + Domains.Void, true)]
    [InlineData("gone-0@" + Domains.Smtp, true)]
    [InlineData("unwanted-0@" + Domains.Smtp, true)]
    [InlineData("far-0@" + Domains.Smtp, false)]
    [InlineData("box0@" + Domains.Maildir, false)]
    [InlineData("pile0@" + Domains.Mbox, false)]
    public async Task Only_who_is_refused_on_purpose_may_fail(string address, bool right)
    {
        FailedAndTold(address);

        var account = await _scene.DrawAsync();

        Assert.Equal(right ? "" : address + " failed, and nobody refused it", account.Differences.Length == 0 ? "" : account.Differences.Split(": ")[1].Split(" (")[0]);
    }

    [Fact]
    public async Task A_failure_that_nobody_is_told_of_is_a_difference()
    {
        _scene.Journal(_id, _scene.Send(_id).Sender, ["nobody@" + Domains.Void], Failed(0), new MessageCompleted());

        await DiffersAsync("1 failed, 0 notifications");
    }

    [Fact]
    public async Task A_notification_that_is_in_no_journal_is_a_difference()
    {
        _scene.Journal(_id, _scene.Send(_id).Sender, ["nobody@" + Domains.Void], Failed(0), Told(), new MessageCompleted());

        await DiffersAsync($"its notification {_notification} is not there");
    }

    [Fact]
    public async Task A_notification_to_another_sender_is_a_difference()
    {
        FailedAtTheVoidAndTold();
        _scene.Journal(_notification, "", [_scene.Send().Sender], [.. Delivered(0), new MessageCompleted()]);
        _scene.Deliver(Place.Of("t1@" + Domains.Maildir), AccountScene.Notification(_notification, 1));

        await DiffersAsync($"{_notification}, its notification, is to another sender");
    }

    [Fact]
    public async Task A_notification_that_returns_another_message_is_a_difference()
    {
        FailedAtTheVoidAndTold(copies: 0);
        _scene.Deliver(Place.Of("t0@" + Domains.Maildir), AccountScene.Notification(_notification, 1));

        await DiffersAsync("it is of token 0, and its copies are of token 1");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task A_notification_belongs_to_one_failure(int times)
    {
        FailedAtTheVoidAndTold();
        _scene.Journal(_id, "t0@" + Domains.Maildir, ["nobody@" + Domains.Void], [Failed(0), .. Enumerable.Repeat(Told(), times)]);

        await DiffersAsync($"{times} journals tell of this notification");
    }

    private static JournalEvent[] Delivered(int recipient) =>
        [new AttemptStarted(recipient, 1, "t", null), new RecipientDelivered(recipient, "t", null, null, null, "")];

    private static JournalEvent[] Doubted(int recipient) => [new AttemptStarted(recipient, 1, "t", null), new AttemptInDoubt(recipient, 1, "taken over")];

    private static RecipientDeferred Deferred(int recipient) => new(recipient, "t", "not now", null, null, DateTimeOffset.UnixEpoch);

    private static RecipientFailed Failed(int recipient) => new(recipient, "no", null, null, null, 0, null, null);

    private static RecipientRedirected Redirected(int recipient, int first = 1) =>
        new(recipient, "aliases", [new ChildRecipient(first, "east@" + Domains.Maildir), new ChildRecipient(first + 1, "west@" + Domains.Maildir)]);

    private NotificationSent Told() => new("failure", _notification.ToString(), "t0@" + Domains.Maildir);

    private void FailedAtTheVoidAndTold(int copies = 1) => FailedAndTold("nobody@" + Domains.Void, copies);

    /// <summary>The first sending fails, and its sender is told so.</summary>
    private void FailedAndTold(string address, int copies = 1)
    {
        var sender = _scene.Send(_id).Sender;
        _scene.Journal(_id, sender, [address], Failed(0), Told(), new MessageCompleted());
        _scene.Journal(_notification, "", [sender], [.. Delivered(0), new MessageCompleted()]);
        for (var i = 0; i < copies; i++)
        {
            _scene.Deliver(Place.Of(sender), AccountScene.Notification(_notification, 0));
        }
    }

    /// <summary>The first sending is accepted and acknowledged.</summary>
    private void Journal(params JournalEvent[] events) => _scene.Journal(_id, _scene.Send(_id).Sender, Recipients, events);

    private void JournalOf(MessageId id, int token, params JournalEvent[] events) => _scene.Journal(id, $"t{token}@{Domains.Maildir}", Recipients, events);

    private void Copies(int maildir = 1, int queue = 1, int smtp = 1, int mbox = 1, int token = 0)
    {
        foreach (var (count, recipient) in new[] { (maildir, Maildir), (queue, Queue), (smtp, Smtp), (mbox, Mbox) })
        {
            for (var i = 0; i < count; i++)
            {
                _scene.Deliver(Place.Of(Recipients[recipient]), AccountScene.Message(_id, token));
            }
        }
    }

    private async Task<Account> DiffersAsync(string difference)
    {
        var account = await _scene.DrawAsync();
        Assert.Contains(difference, account.Differences, StringComparison.Ordinal);
        return account;
    }
}
