using System.Text;
using Pipeline.Connectors.Files;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Addressing;
using Pipeline.Policy.Transports;

namespace Pipeline.Connectors.Tests.Files;

public sealed class MaildirTests : FileTestBase
{
    private const string Name = "1793598488.1xV0aA-00000000001-0001R0.mailpipeline";
    private const string Stored = "Received: by mx.test\n\tid 1xV0aA-00000000001-0001\nSubject: hi\n\nFrom here\n.dot\nend\n";

    private AppendfileAgent Agent => new(Io, Time);

    private string Mailbox => Path.Combine(Root, "a", "bob");

    [Fact]
    public async Task A_directory_takes_as_many_messages_as_it_may_hold()
    {
        var settings = Settings() with { Quota = new MailboxQuota { FileCount = 2 } };
        await Succeed(Agent, Job(settings));
        await Succeed(Agent, Job(settings) with { Recipients = [new DeliveryRecipient(1, new EnvelopeAddress("bob", "here.test"))] });

        var failure = await Defer(Agent, Job(settings) with { Recipients = [new DeliveryRecipient(2, new EnvelopeAddress("bob", "here.test"))] });

        Assert.Equal(FailureClass.Quota, failure.Class);
        Assert.StartsWith($"mailbox is full (MTA-imposed filecount quota exceeded while writing to {Mailbox}/new/", failure.Internal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_becomes_one_file_under_new()
    {
        var detail = await Succeed(Agent, Job(Settings()));

        Assert.Equal($"{Mailbox}/new/{Name}", detail);
        Assert.Equal([$"new/{Name}"], FilesBelow(Mailbox));
        Assert.Equal(Stored, Text(detail));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(detail).UnixFileMode);
        Assert.True(Directory.Exists($"{Mailbox}/cur"));
    }

    [Theory]
    [InlineData("new/" + Name)]
    [InlineData("cur/" + Name + ":2,S")]
    [InlineData("cur/" + Name + ",S=5:2,")]
    public async Task A_repeat_in_doubt_finds_the_copy_wherever_it_is(string place)
    {
        await Succeed(Agent, Job(Settings()));
        File.Move($"{Mailbox}/new/{Name}", $"{Mailbox}/{place}");

        await Succeed(Agent, Job(Settings()) with { InDoubt = true });

        Assert.Equal([place], FilesBelow(Mailbox));
    }

    [Fact]
    public async Task A_repeat_in_doubt_does_not_take_another_recipients_copy_for_its_own()
    {
        await Succeed(Agent, Job(Settings()));
        var other = Job(Settings()) with { InDoubt = true, Recipients = [new DeliveryRecipient(1, new EnvelopeAddress("bob", "here.test"))] };

        await Succeed(Agent, other);

        Assert.Equal(2, FilesBelow(Mailbox).Length);
    }

    [Fact]
    public async Task A_name_that_is_taken_under_new_is_the_same_message()
    {
        await Succeed(Agent, Job(Settings()));

        await Succeed(Agent, Job(Settings()));

        Assert.Equal([$"new/{Name}"], FilesBelow(Mailbox));
    }

    [Fact]
    public async Task What_a_crash_left_under_tmp_does_no_harm()
    {
        Directory.CreateDirectory($"{Mailbox}/tmp");
        await File.WriteAllTextAsync($"{Mailbox}/tmp/{Name}.0", "half");

        await Succeed(Agent, Job(Settings()) with { InDoubt = true });

        Assert.Equal(Stored, Text($"{Mailbox}/new/{Name}"));
    }

    [Fact]
    public async Task Nothing_is_stored_when_the_message_was_lost_before_the_final_step()
    {
        var seen = Array.Empty<string>();
        var job = Job(Settings()) with
        {
            BeforeFinalStep = _ =>
            {
                seen = FilesBelow(Mailbox);
                return ValueTask.FromResult(false);
            },
        };

        Assert.Equal(FailureClass.Interrupted, (await Defer(Agent, job)).Class);

        Assert.StartsWith("tmp/", Assert.Single(seen), StringComparison.Ordinal);
        Assert.Empty(FilesBelow(Mailbox));
    }

    [Fact]
    public async Task A_streamed_body_of_any_size_is_stored_whole()
    {
        var body = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 40_000).Select(i => $"line {i}\r\n")));

        var detail = await Succeed(Agent, Job(Settings(), new StreamedContent(Header, body)));

        Assert.EndsWith("\n\n" + Encoding.ASCII.GetString(body).Replace("\r\n", "\n", StringComparison.Ordinal), Text(detail), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_breaks_off_leaves_nothing()
    {
        var failure = await Defer(Agent, Job(Settings(), new StreamedContent(Header, new byte[100_000], failAfter: 50_000)));

        Assert.Equal(FailureClass.Local, failure.Class);
        Assert.Equal("the store is gone", failure.Internal);
        Assert.Empty(FilesBelow(Mailbox));
    }

    [Fact]
    public async Task Cancelling_before_the_final_step_leaves_nothing()
    {
        using var stop = new CancellationTokenSource();
        var job = Job(Settings()) with
        {
            BeforeFinalStep = token =>
            {
                stop.Cancel();
                token.ThrowIfCancellationRequested();
                return ValueTask.FromResult(true);
            },
        };

        Assert.Equal(FailureClass.Interrupted, (await Defer(Agent, job, stop.Token)).Class);
        Assert.Empty(FilesBelow(Mailbox));
    }

    [Fact]
    public async Task Header_edits_and_line_ends_are_applied()
    {
        var settings = Settings() with { ReturnPathAdd = true, DeliveryDateAdd = true, HeadersRemove = ["Subject"], HeadersAdd = ["X-A: 1"], UseCrlf = true };

        var detail = await Succeed(Agent, Job(settings));

        Assert.Equal(
            "Return-path: <alice@sender.test>\r\nDelivery-date: Mon, 02 Nov 2026 05:53:08 +0000\r\n"
            + "Received: by mx.test\r\n\tid 1xV0aA-00000000001-0001\r\nX-A: 1\r\n\r\nFrom here\r\n.dot\r\nend\r\n",
            Text(detail));
    }

    [Theory]
    [InlineData(",S=82", Name + ",S=82")]
    [InlineData("S=82", Name + ":S=82")]
    [InlineData("/../x:2,S \u0001", Name + "..x:2,S")]
    [InlineData(" ", Name)]
    public async Task A_tag_is_part_of_the_name(string tag, string expected) =>
        Assert.Equal($"{Mailbox}/new/{expected}", await Succeed(Agent, Job(Settings() with { MaildirTag = MaildirTag.Of(tag) })));

    [Fact]
    public async Task A_tag_that_is_too_long_is_left_out() =>
        Assert.Equal($"{Mailbox}/new/{Name}", await Succeed(Agent, Job(Settings() with { MaildirTag = MaildirTag.Of(new string('x', 255)) })));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_folder_is_marked_where_that_is_wanted_and_counts_for_the_mailbox_above_it(bool isFolder)
    {
        Directory.CreateDirectory(Mailbox);
        await File.WriteAllTextAsync($"{Mailbox}/big", new string('x', 1000));
        var settings = Settings() with { Path = $"{Mailbox}/.Folder", MakesMaildirFolder = isFolder, Quota = new MailboxQuota { Limit = 1000 } };

        Assert.Equal(!isFolder, await Deliver(Agent, Job(settings)) is DeliveryOutcome.Delivered);

        Assert.Equal(isFolder, File.Exists($"{Mailbox}/.Folder/maildirfolder"));
    }

    [Fact]
    public async Task Nothing_is_made_where_nothing_may_be_made()
    {
        Assert.EndsWith("file creation outside the home directory is not permitted", (await Defer(Agent, Job(Settings() with { MayCreate = false }))).Internal, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Mailbox));
    }

    [Theory]
    [InlineData(300, true)]
    [InlineData(100, false)]
    public async Task A_quota_counts_what_is_stored(long quota, bool expected)
    {
        await Succeed(Agent, Job(Settings()));
        var second = Job(Settings() with { Quota = new MailboxQuota { Limit = quota } }) with { Recipients = [new DeliveryRecipient(1, new EnvelopeAddress("bob", "here.test"))] };

        var outcome = await Deliver(Agent, second);

        Assert.Equal(expected, outcome is DeliveryOutcome.Delivered);
        Assert.True(expected || ((DeliveryOutcome.Deferred)outcome).Failure.Class == FailureClass.Quota);
    }

    [Fact]
    public async Task A_missing_mailbox_is_not_created_where_that_is_off()
    {
        var failure = await Defer(Agent, Job(Settings() with { CreateDirectory = false }));

        Assert.Equal(FailureClass.Local, failure.Class);
        Assert.DoesNotContain(Root, failure.Reason, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Mailbox));
    }

    [Theory]
    [InlineData("relative/path")]
    [InlineData("/var/mail/../../etc")]
    [InlineData("/var/mail/.")]
    [InlineData("/var/mail/a\0b")]
    public async Task A_path_that_leads_elsewhere_is_refused(string path) =>
        Assert.IsType<DeliveryOutcome.Failed>(await Deliver(Agent, Job(Settings() with { Path = path })));

    [Fact]
    public async Task A_path_outside_its_root_is_refused()
    {
        Directory.CreateDirectory($"{Root}/outside");
        Directory.CreateDirectory($"{Root}/mail");
        File.CreateSymbolicLink($"{Root}/mail/link", $"{Root}/outside");

        foreach (var path in new[] { $"{Root}/outside/bob", $"{Root}/mailbox", $"{Root}/mail/", $"{Root}/mail/link/bob" })
        {
            Assert.IsType<DeliveryOutcome.Failed>(await Deliver(Agent, Job(Settings() with { Path = path, Root = $"{Root}/mail" })));
        }

        await Succeed(Agent, Job(Settings() with { Path = $"{Root}/mail/x/bob", Root = $"{Root}/mail" }));
        Assert.Empty(FilesBelow($"{Root}/outside"));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(87, true)]
    [InlineData(86, true)]
    [InlineData(85, false)]
    public async Task A_message_beyond_the_limit_fails(long limit, bool expected)
    {
        Assert.Equal(86, Header.Length + Body.Length);

        var outcome = await Deliver(Agent, Job(Settings() with { MessageSizeLimit = limit }));

        Assert.Equal(expected, outcome is DeliveryOutcome.Delivered);
        Assert.True(expected || ((DeliveryOutcome.Failed)outcome).Failure.Class == FailureClass.TooBig);
    }

    [Fact]
    public async Task Many_deliveries_at_once_give_as_many_files()
    {
        var agent = Agent;
        await Task.WhenAll(Enumerable.Range(0, 50).Select(i =>
            Succeed(agent, Job(Settings()) with { Recipients = [new DeliveryRecipient(i, new EnvelopeAddress("bob", "here.test"))] })));

        Assert.Equal(50, FilesBelow(Mailbox).Length);
    }

    private AppendfileTransportSettings Settings() => new("local") { Path = Mailbox, Format = MailboxFormat.Maildir };
}
