using Pipeline.Connectors.Files;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Addressing;
using Pipeline.Policy.Transports;

namespace Pipeline.Connectors.Tests.Files;

/// <summary>Directories with a file for each message, or two.</summary>
public sealed class DirectoryTests : FileTestBase
{
    private const string Stored = "Received: by mx.test\n\tid 1xV0aA-00000000001-0001\nSubject: hi\n\nFrom here\n.dot\nend\n";

    private AppendfileAgent Agent => new(Io, Time);

    private string Mailbox => $"{Root}/a/box";

    [Fact]
    public async Task A_message_becomes_a_file_of_the_given_name()
    {
        Assert.Equal($"{Mailbox}/q1", await Succeed(Agent, Job(Plain("q1"))));
        Assert.Equal(["q1"], FilesBelow(Mailbox));
        Assert.Equal(Stored, Text($"{Mailbox}/q1"));
    }

    [Fact]
    public async Task A_name_may_lead_into_a_folder()
    {
        await Succeed(Agent, Job(Plain("x/q1")));
        Assert.Equal(["x/q1"], FilesBelow(Mailbox));
    }

    [Theory]
    [InlineData("q1", "q1")]
    [InlineData("q1", "q2")]
    public async Task A_repeat_in_doubt_finds_the_same_message_under_whatever_name(string first, string second)
    {
        await Succeed(Agent, Job(Plain(first) with { DeliveryDateAdd = true }));
        Time.Now += TimeSpan.FromHours(1);

        Assert.Equal($"{Mailbox}/{first}", await Succeed(Agent, Job(Plain(second) with { DeliveryDateAdd = true }) with { InDoubt = true }));

        Assert.Equal([first], FilesBelow(Mailbox));
    }

    [Fact]
    public async Task A_repeat_in_doubt_takes_no_other_message_for_its_own()
    {
        Directory.CreateDirectory(Mailbox);
        await File.WriteAllTextAsync($"{Mailbox}/longer", Stored + "x");
        await File.WriteAllTextAsync($"{Mailbox}/shorter", Stored[..^1]);
        await File.WriteAllTextAsync($"{Mailbox}/same-length", Stored.Replace("hi", "ho", StringComparison.Ordinal));
        await File.WriteAllTextAsync($"{Mailbox}/temp.of.a.dead.attempt", Stored);

        Assert.Equal($"{Mailbox}/q1", await Succeed(Agent, Job(Plain("q1")) with { InDoubt = true }));

        Assert.Equal(5, FilesBelow(Mailbox).Length);
    }

    [Fact]
    public async Task A_name_that_is_taken_is_taken_over()
    {
        Directory.CreateDirectory(Mailbox);
        await File.WriteAllTextAsync($"{Mailbox}/latest", "old");
        await Succeed(Agent, Job(Plain("latest")));
        Assert.Equal(Stored, Text($"{Mailbox}/latest"));
    }

    [Theory]
    [InlineData(MailboxFormat.Directory)]
    [InlineData(MailboxFormat.Mailstore)]
    public async Task Nothing_is_stored_when_the_message_was_lost_before_the_final_step_or_the_mailbox_is_full(MailboxFormat format)
    {
        var settings = Plain("q1") with { Format = format };
        Assert.Equal(FailureClass.Interrupted, (await Defer(Agent, Job(settings) with { BeforeFinalStep = _ => ValueTask.FromResult(false) })).Class);
        Assert.Equal(FailureClass.Quota, (await Defer(Agent, Job(settings with { Quota = new MailboxQuota { Limit = 10 } }))).Class);
        Assert.Equal(FailureClass.Local, (await Defer(Agent, Job(settings, new StreamedContent(Header, new byte[200_000], failAfter: 100_000)))).Class);
        Assert.Equal([], FilesBelow(Mailbox));
        Assert.Equal(FailureClass.Local, (await Defer(Agent, Job(settings with { Path = $"{Root}/none", CreateDirectory = false }))).Class);
    }

    [Fact]
    public async Task A_mailstore_has_the_envelope_beside_the_message()
    {
        var job = Job(Store() with { EnvelopePrefix = "pre", EnvelopeSuffix = "post\n" }) with
        {
            Recipients = [new DeliveryRecipient(0, new EnvelopeAddress("bob", "here.test")), new DeliveryRecipient(1, new EnvelopeAddress("carol", "here.test"))],
        };
        Assert.Equal($"{Mailbox}/m1.msg", await Succeed(Agent, job));
        Assert.Equal(["m1.env", "m1.msg"], FilesBelow(Mailbox));
        Assert.Equal(Stored, Text($"{Mailbox}/m1.msg"));
        Assert.Equal("pre\nalice@sender.test\nbob@here.test\ncarol@here.test\npost\n", Text($"{Mailbox}/m1.env"));
        await Succeed(Agent, Job(Store()));
        Assert.Equal("alice@sender.test\nbob@here.test\n", Text($"{Mailbox}/m1.env"));
    }

    [Fact]
    public async Task A_mailstore_in_doubt_is_whole_when_its_envelope_is_there()
    {
        await Succeed(Agent, Job(Store()));
        await File.WriteAllTextAsync($"{Mailbox}/m1.env", "seen");
        await Succeed(Agent, Job(Store()) with { InDoubt = true });
        Assert.Equal("seen", Text($"{Mailbox}/m1.env"));

        File.Delete($"{Mailbox}/m1.env");
        await Succeed(Agent, Job(Store()) with { InDoubt = true });
        Assert.Equal("alice@sender.test\nbob@here.test\n", Text($"{Mailbox}/m1.env"));
    }

    private AppendfileTransportSettings Plain(string name) => new("t") { Path = Mailbox + "/", Format = MailboxFormat.Directory, FileName = name };

    private AppendfileTransportSettings Store() => new("t") { Path = Mailbox, Format = MailboxFormat.Mailstore, FileName = "m1" };
}
