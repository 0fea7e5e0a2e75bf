using System.Runtime.Versioning;
using System.Text;
using Pipeline.Connectors.Files;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Reply;
using Pipeline.Policy.Transports;

namespace Pipeline.Connectors.Tests.Files;

public sealed class MboxTests : FileTestBase
{
    private const UnixFileMode Rw = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const string FromLine = "From alice@sender.test Mon Nov  2 05:48:08 2026\n";
    private const string Stored = FromLine + "Received: by mx.test\n\tid 1xV0aA-00000000001-0001\nSubject: hi\n\n>From here\n.dot\nend\n\n";
    private const string Other = "From x@y Mon Nov  2 05:48:07 2026\nSubject: other\n\ntext\n\n";

    private AppendfileAgent Agent => new(Io, Time);

    private string Mailbox => Path.Combine(Root, "mail", "bob");

    [Fact]
    public async Task A_message_is_appended_between_prefix_and_suffix()
    {
        Write(Other);

        Assert.Equal(Mailbox, await Succeed(Agent, Job(Settings())));

        Assert.Equal(Other + Stored, Text(Mailbox));
        Assert.Equal(["bob"], FilesBelow($"{Root}/mail"));
    }

    [Fact]
    public async Task A_missing_file_is_created_with_its_directory()
    {
        await Succeed(Agent, Job(Settings() with { Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead }));

        Assert.Equal(Stored, Text(Mailbox));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, new FileInfo(Mailbox).UnixFileMode);
    }

    [Fact]
    public async Task A_missing_file_is_not_created_where_that_is_off()
    {
        Assert.Equal(FailureClass.Local, (await Defer(Agent, Job(Settings() with { CreateFile = false }))).Class);
        Assert.Empty(FilesBelow($"{Root}/mail"));
    }

    [Fact]
    public async Task A_bounce_comes_from_the_daemon() =>
        Assert.StartsWith(
            "From MAILER-DAEMON Mon Nov  2 05:48:08 2026\n",
            Text(await Succeed(Agent, Job(Settings()) with { ReturnPath = EnvelopeAddress.Null })),
            StringComparison.Ordinal);

    [Fact]
    public async Task Prefix_suffix_and_escape_are_the_operators_choice()
    {
        var settings = Settings() with { MessagePrefix = "\u0001\u0001\n", MessageSuffix = "\u0001\u0001\n", CheckString = ".dot", EscapeString = "..dot", UseCrlf = true };

        Assert.Equal(
            "\u0001\u0001\r\nReceived: by mx.test\r\n\tid 1xV0aA-00000000001-0001\r\nSubject: hi\r\n\r\nFrom here\r\n..dot\r\nend\r\n\u0001\u0001\r\n",
            Text(await Succeed(Agent, Job(settings))));
    }

    [Fact]
    public async Task A_part_of_a_message_can_be_stored()
    {
        Assert.Equal(FromLine + "Received: by mx.test\n\tid 1xV0aA-00000000001-0001\nSubject: hi\n\n\n", Text(await Succeed(Agent, Job(Settings() with { HeadersOnly = true }))));
        File.Delete(Mailbox);
        Assert.Equal(FromLine + ">From here\n.dot\nend\n\n", Text(await Succeed(Agent, Job(Settings() with { BodyOnly = true, DeliveryDateAdd = true }))));
    }

    [Fact]
    public async Task Batch_smtp_has_the_envelope_and_doubles_dots()
    {
        Assert.Equal(
            "MAIL FROM:<alice@sender.test>\nRCPT TO:<bob@here.test>\nDATA\nReceived: by mx.test\n\tid 1xV0aA-00000000001-0001\nSubject: hi\n\nFrom here\n..dot\nend\n.\n",
            Text(await Succeed(Agent, Job(Settings() with { UseBsmtp = true }))));
    }

    [Fact]
    public async Task A_file_that_does_not_end_in_a_line_gets_one_first()
    {
        Write("broken of");

        await Succeed(Agent, Job(Settings()));

        Assert.Equal("broken of\n\n" + Stored, Text(Mailbox));
    }

    [Fact]
    public async Task A_repeat_in_doubt_finds_its_message()
    {
        Write(Other);
        await Succeed(Agent, Job(Settings()));
        Append(Other);

        await Succeed(Agent, Job(Settings()) with { InDoubt = true });

        Assert.Equal(Other + Stored + Other, Text(Mailbox));
    }

    [Fact]
    public async Task A_repeat_in_doubt_at_another_time_finds_its_message_by_all_but_the_date()
    {
        var settings = Settings() with { ReturnPathAdd = true, EnvelopeToAdd = true, DeliveryDateAdd = true };
        await Succeed(Agent, Job(settings));
        var before = Text(Mailbox);
        Time.Now = Time.Now.AddDays(3);

        await Succeed(Agent, Job(settings) with { InDoubt = true });

        Assert.Equal(before, Text(Mailbox));
        Assert.Contains("\nDelivery-date: Mon, 02 Nov 2026 05:53:08 +0000\n", before, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repeat_in_doubt_completes_what_a_crash_cut_off_anywhere()
    {
        for (var length = 0; length <= Stored.Length; length++)
        {
            Write(Other + Stored[..length]);

            await Succeed(Agent, Job(Settings()) with { InDoubt = true });

            // Less than the first line proves nothing: it is closed and left alone.
            var expected = length == 0 || length >= FromLine.Length ? Other + Stored : Other + Stored[..length] + "\n\n" + Stored;
            expected = length == FromLine.Length - 1 ? Other + Stored[..length] + "\n\n" + Stored : expected;
            Assert.Equal(expected, Text(Mailbox));
        }
    }

    [Fact]
    public async Task A_repeat_in_doubt_does_not_take_a_like_message_for_its_own()
    {
        Write(Stored.Replace("end", "END", StringComparison.Ordinal));

        await Succeed(Agent, Job(Settings()) with { InDoubt = true });

        Assert.Equal(Stored.Replace("end", "END", StringComparison.Ordinal) + Stored, Text(Mailbox));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(47)]
    [InlineData(48)]
    [InlineData(49)]
    public async Task A_message_in_doubt_is_found_across_the_windows_of_the_search(int shift)
    {
        var filler = string.Concat(Enumerable.Repeat("0123456789abcde\n", (1 << 20) / 16));
        Write(filler[..^(48 + shift)] + new string('x', 47) + "\n" + Stored + filler + "\n" + filler);
        var before = Text(Mailbox);

        await Succeed(Agent, Job(Settings()) with { InDoubt = true });

        Assert.Equal(before.Length, new FileInfo(Mailbox).Length);
    }

    [Fact]
    public async Task A_body_that_breaks_off_is_cut_off_again()
    {
        Write(Other);

        await Defer(Agent, Job(Settings(), new StreamedContent(Header, new byte[100_000], failAfter: 50_000)));

        Assert.Equal(Other, Text(Mailbox));
    }

    [Fact]
    public async Task Nothing_is_appended_when_the_message_was_lost_before_the_final_step()
    {
        Write(Other);
        var job = Job(Settings()) with { BeforeFinalStep = _ => ValueTask.FromResult(false) };

        Assert.Equal(FailureClass.Interrupted, (await Defer(Agent, job)).Class);

        Assert.Equal(Other, Text(Mailbox));
        Assert.Equal(["bob"], FilesBelow($"{Root}/mail"));
    }

    [Fact]
    public async Task A_mailbox_that_others_have_locked_is_left_alone()
    {
        Write(Other);
        await File.WriteAllTextAsync(Mailbox + ".lock", "");
        File.SetLastWriteTimeUtc(Mailbox + ".lock", Time.Now.UtcDateTime.AddMinutes(-29));

        Assert.Equal("mailbox is locked", (await Defer(Agent, Job(Settings()))).Reason);

        Assert.True(File.Exists(Mailbox + ".lock"));
        Assert.Equal(Other, Text(Mailbox));
    }

    [Fact]
    public async Task A_lock_file_of_a_dead_process_is_removed_and_the_next_try_succeeds()
    {
        Write(Other);
        await File.WriteAllTextAsync(Mailbox + ".lock", "");
        File.SetLastWriteTimeUtc(Mailbox + ".lock", Time.Now.UtcDateTime.AddMinutes(-31));

        await Defer(Agent, Job(Settings()));
        await Succeed(Agent, Job(Settings()));

        Assert.Equal(Other + Stored, Text(Mailbox));
        Assert.False(File.Exists(Mailbox + ".lock"));
    }

    [Fact]
    public async Task A_record_lock_of_another_holder_is_honoured()
    {
        Write(Other);
        using (var file = Posix.OpenExisting(Mailbox)!)
        {
            Assert.True(Posix.TryLock(file, Mailbox));
            Assert.Equal("mailbox is locked", (await Defer(Agent, Job(Settings()))).Reason);
        }

        await Succeed(Agent, Job(Settings()));
        Assert.False(File.Exists(Mailbox + ".lock"));
    }

    [Fact]
    public async Task A_symbolic_link_in_place_of_the_mailbox_is_not_followed()
    {
        Directory.CreateDirectory($"{Root}/mail");
        await File.WriteAllTextAsync($"{Root}/secret", "");
        File.CreateSymbolicLink(Mailbox, $"{Root}/secret");

        Assert.Equal(FailureClass.Local, (await Defer(Agent, Job(Settings()))).Class);

        Assert.Equal("", Text($"{Root}/secret"));
    }

    [Theory]
    [InlineData(1000, true)]
    [InlineData(100, false)]
    public async Task A_quota_counts_the_file(long quota, bool expected)
    {
        Write(Other);

        Assert.Equal(expected, await Deliver(Agent, Job(Settings() with { Quota = new MailboxQuota { Limit = quota } })) is DeliveryOutcome.Delivered);
        Assert.Equal(expected ? Other + Stored : Other, Text(Mailbox));
    }

    [Theory]
    [InlineData(Rw, Rw, true, null, Rw)]
    [InlineData(Rw | UnixFileMode.GroupRead | UnixFileMode.OtherRead, Rw, true, null, Rw)]
    [InlineData(Rw, Rw | UnixFileMode.GroupRead | UnixFileMode.GroupWrite, true, "has the wrong mode 600 (660 expected)", Rw)]
    [InlineData(Rw, Rw | UnixFileMode.GroupRead | UnixFileMode.GroupWrite, false, null, Rw)]
    [InlineData(Rw | UnixFileMode.OtherRead, Rw | UnixFileMode.GroupRead, false, null, Rw)]
    [SupportedOSPlatform("linux")]
    public async Task A_mailbox_has_no_more_rights_than_wanted_and_no_less(UnixFileMode found, UnixFileMode wanted, bool failNarrower, string? problem, UnixFileMode left)
    {
        Write(Other);
        new FileInfo(Mailbox).UnixFileMode = found;
        var job = Job(Settings() with { Mode = wanted, ModeFailNarrower = failNarrower });

        Assert.Equal(problem is null ? null : $"mailbox {Mailbox} {problem}", await Deliver(Agent, job) is DeliveryOutcome.Deferred deferred ? deferred.Failure.Internal : null);

        Assert.Equal(left, new FileInfo(Mailbox).UnixFileMode);
        Assert.Equal(problem is null ? Other + Stored : Other, Text(Mailbox));
    }

    [Fact]
    public async Task A_mailbox_with_two_names_is_left_alone()
    {
        Write(Other);
        Assert.True(Posix.TryLink(Mailbox, $"{Root}/other"));
        Assert.Equal($"mailbox {Mailbox} has too many links (2)", (await Defer(Agent, Job(Settings()))).Internal);
    }

    [Fact]
    public async Task A_directory_or_a_link_is_no_mailbox_but_a_link_may_be_allowed()
    {
        Directory.CreateDirectory(Mailbox);
        Assert.Equal($"mailbox {Mailbox} is not a regular file", (await Defer(Agent, Job(Settings()))).Internal);
        Directory.Delete(Mailbox);
        await File.WriteAllTextAsync($"{Root}/real", "");
        File.CreateSymbolicLink(Mailbox, $"{Root}/real");
        Assert.Equal($"mailbox {Mailbox} is not a regular file", (await Defer(Agent, Job(Settings()))).Internal);

        await Succeed(Agent, Job(Settings() with { AllowSymlink = true }));

        Assert.Equal(Stored, Text($"{Root}/real"));
    }

    [RootFact]
    public async Task The_mailbox_of_somebody_else_is_left_alone()
    {
        Write(Other);
        using (var chown = System.Diagnostics.Process.Start("chown", ["2:3", Mailbox]))
        {
            await chown.WaitForExitAsync();
        }

        Assert.Equal($"mailbox {Mailbox} has wrong uid (2 != 0)", (await Defer(Agent, Job(Settings() with { CheckOwner = true }))).Internal);
        Assert.Equal($"mailbox {Mailbox} has wrong gid (3 != 0)", (await Defer(Agent, Job(Settings() with { CheckGroup = true }))).Internal);
        await Succeed(Agent, Job(Settings()));
    }

    [Fact]
    public async Task A_missing_mailbox_is_made_only_where_it_may_be()
    {
        Assert.Equal($"No such file or directory: mailbox {Mailbox} does not exist, but file_must_exist is set", (await Defer(Agent, Job(Settings() with { CreateFile = false }))).Internal);
        Assert.Equal($"mailbox {Mailbox} does not exist, but creation outside the home directory is not permitted", (await Defer(Agent, Job(Settings() with { MayCreate = false }))).Internal);
        Assert.Equal([], FilesBelow(Root));
    }

    [Fact]
    public async Task A_lock_by_flock_is_waited_for()
    {
        Write(Other);
        using (var other = Posix.OpenExisting(Mailbox)!)
        {
            Assert.True(Posix.TryFlock(other, Mailbox));
            Assert.Equal("mailbox is locked", (await Defer(Agent, Job(Settings() with { UseFlockLock = true, LockRetries = 0 }))).Reason);
        }

        await Succeed(Agent, Job(Settings() with { UseFlockLock = true, LockRetries = 0 }));
        await Succeed(Agent, Job(Settings() with { UseFlockLock = true, LockRetries = 0 }));
    }

    [Fact]
    public async Task Nothing_is_written_to_dev_null()
    {
        Assert.Equal("/dev/null", await Succeed(Agent, Job(Settings() with { Path = "/dev/null" })));
        Assert.False(File.Exists("/dev/null.lock"));
    }

    [Fact]
    public async Task A_delivery_that_crosses_the_threshold_warns_once()
    {
        var warning = new AutomaticReply { Recipients = [new EnvelopeAddress("bob", "here.test")], From = "postmaster" };
        var settings = Settings() with { Quota = new MailboxQuota { WarnThreshold = Stored.Length + 10, Warning = warning } };
        var agent = Agent;
        Assert.Equal((false, true, false), (await WarnsAsync(), await WarnsAsync(), await WarnsAsync()));

        async Task<bool> WarnsAsync() => Assert.Single((await agent.DeliverAsync(Job(settings), CancellationToken.None)).Recipients).Reply == warning;
    }

    [Fact]
    public async Task Many_deliveries_at_once_are_all_whole()
    {
        var agent = Agent;
        await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => Succeed(agent, Job(Settings()))));

        Assert.Equal(string.Concat(Enumerable.Repeat(Stored, 40)), Text(Mailbox));
    }

    private AppendfileTransportSettings Settings() => new("local") { Path = Mailbox, LockRetries = 0 };

    private void Write(string text)
    {
        Directory.CreateDirectory($"{Root}/mail");
        File.WriteAllBytes(Mailbox, Encoding.Latin1.GetBytes(text));
    }

    private void Append(string text) => File.AppendAllText(Mailbox, text);
}
