using System.Text;
using Pipeline.Connectors.Files;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Message;
using Pipeline.Mail.Reply;

namespace Pipeline.Connectors.Tests.Files;

public sealed class AutoreplyTests : FileTestBase
{
    private static readonly AutomaticReply Reply = new()
    {
        Recipients = [new EnvelopeAddress("alice", "sender.test")],
        From = "bob@here.test",
        To = "alice@sender.test",
        Subject = "away\nX: y",
    };

    private readonly AutoreplyAgent _agent;

    public AutoreplyTests() => _agent = new AutoreplyAgent(Io, Time);

    private string Once => Path.Combine(Root, "once");

    private string Log => Path.Combine(Root, "log");

    [Fact]
    public async Task A_reply_comes_back_with_the_success() => Assert.Equal(Reply, await RepliedAsync(Job(Settings())));

    [Theory]
    [InlineData("Auto-Submitted: auto-replied\r\n", false)]
    [InlineData("Auto-Submitted: auto-generated (by a program)\r\n", false)]
    [InlineData("Auto-Submitted: no\r\n", true)]
    [InlineData("Auto-submitted: NO; reason=x\r\n", true)]
    [InlineData("", true)]
    public async Task An_automatic_message_is_not_replied_to(string field, bool replied)
    {
        var content = new InMemoryMessageContent(Encoding.Latin1.GetBytes(field + Header), Encoding.Latin1.GetBytes(Body));
        Assert.Equal(replied, await RepliedAsync(Job(Settings(), content)) is not null);
    }

    [Fact]
    public async Task A_message_with_the_null_return_path_is_not_replied_to() =>
        Assert.Null(await RepliedAsync(Job(Settings()) with { Sender = EnvelopeAddress.Null }));

    [Fact]
    public async Task With_nobody_left_to_reply_to_there_is_no_reply() => Assert.Null(await RepliedAsync(Job(Settings() with { Reply = null })));

    [Fact]
    public async Task A_message_that_is_another_nodes_by_now_is_not_replied_to()
    {
        var job = Job(Settings() with { Once = Once }) with { BeforeFinalStep = _ => ValueTask.FromResult(false) };
        Assert.Equal(FailureClass.Interrupted, (await Defer(_agent, job)).Class);
        Assert.False(File.Exists(Once));
    }

    [Fact]
    public async Task Once_means_once()
    {
        Assert.NotNull(await RepliedAsync(Message(1)));
        Time.Now += TimeSpan.FromDays(1000);
        Assert.Null(await RepliedAsync(Message(2)));
        Assert.NotNull(await RepliedAsync(Message(3, "carol@sender.test")));
        Assert.Null(await RepliedAsync(Message(4, "carol@sender.test")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(Once).UnixFileMode);
        Assert.Equal(["once"], FilesBelow(Root));
    }

    [Fact]
    public async Task A_repeat_of_the_same_message_sends_its_reply_again_which_the_crash_may_have_lost()
    {
        Assert.NotNull(await RepliedAsync(Message(1)));
        Assert.NotNull(await RepliedAsync(Message(1) with { InDoubt = true }));
        Assert.Null(await RepliedAsync(Message(2)));
    }

    [Fact]
    public async Task Once_repeat_lets_another_reply_through_after_a_time()
    {
        var settings = Settings() with { Once = Once, OnceAddresses = ["alice@sender.test"], OnceRepeat = TimeSpan.FromDays(7) };
        Assert.NotNull(await RepliedAsync(Message(1, settings)));
        Time.Now += TimeSpan.FromDays(7) - TimeSpan.FromSeconds(1);
        Assert.Null(await RepliedAsync(Message(2, settings)));
        Time.Now += TimeSpan.FromSeconds(1);
        Assert.NotNull(await RepliedAsync(Message(3, settings)));
        Assert.Null(await RepliedAsync(Message(4, settings)));
        Assert.Single(File.ReadAllLines(Once));
    }

    [Fact]
    public async Task A_record_of_a_limited_size_forgets_the_oldest()
    {
        for (var i = 0; i < 10; i++)
        {
            Assert.NotNull(await RepliedAsync(Message(i, Limited($"user{i}@sender.test"))));
        }

        Assert.InRange(new FileInfo(Once).Length, 1, 200);
        Assert.NotNull(await RepliedAsync(Message(20, Limited("user0@sender.test"))));
        Assert.Null(await RepliedAsync(Message(21, Limited("user9@sender.test"))));

        AutoreplyTransportSettings Limited(string address) => Settings() with { Once = Once, OnceAddresses = [address], OnceFileSize = 200 };
    }

    [Fact]
    public async Task A_record_that_cannot_be_used_puts_the_reply_off()
    {
        var settings = Settings() with { Once = Path.Combine(Root, "missing", "once"), OnceAddresses = ["a@b"] };
        var failure = await Defer(_agent, Job(settings));
        Assert.Equal((FailureClass.Local, "no reply can be sent at present"), (failure.Class, failure.Reason));
        Directory.CreateDirectory(Once);
        Assert.Equal(FailureClass.Local, (await Defer(_agent, Message(1))).Class);
    }

    [Fact]
    public async Task Lines_that_are_not_ours_are_passed_over()
    {
        File.WriteAllText(Once, "nonsense\n\n99999999999999999999999 x alice@sender.test\n5 m\n");
        Assert.NotNull(await RepliedAsync(Message(1)));
        Assert.Single(File.ReadAllLines(Once));
    }

    [Fact]
    public async Task Every_reply_is_noted_in_the_log_on_one_line()
    {
        await RepliedAsync(Job(Settings() with { Log = Log }));
        await RepliedAsync(Job(Settings() with { Log = Log }));
        var line = "2026-11-02 05:53:08 1xV0aA-00000000001-0001 To: alice@sender.test Subject: away X: y\n";
        Assert.Equal(line + line, Text(Log));
    }

    private async Task<AutomaticReply?> RepliedAsync(DeliveryJob job)
    {
        var report = Assert.Single((await _agent.DeliverAsync(job, CancellationToken.None)).Recipients);
        Assert.IsType<DeliveryOutcome.Delivered>(report.Outcome);
        return report.Reply;
    }

    private static DeliveryJob Message(int number, AutoreplyTransportSettings settings) =>
        Job(settings) with { MessageId = MessageId.Create($"1xV0aA-000000000{number:D2}-0001") };

    private DeliveryJob Message(int number, string address = "alice@sender.test") => Message(number, Settings() with { Once = Once, OnceAddresses = [address] });

    private static AutoreplyTransportSettings Settings() => new("t") { Reply = Reply };
}
