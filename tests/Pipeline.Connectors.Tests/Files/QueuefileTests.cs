using System.Collections.Immutable;
using System.Net;
using System.Text;
using Pipeline.Connectors.Files;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Spool;

namespace Pipeline.Connectors.Tests.Files;

public sealed class QueuefileTests : FileTestBase
{
    private const string Id = "1xV0aA-00000000001-0001";

    private QueuefileAgent Agent => new(Io);

    [Fact]
    public async Task A_message_becomes_a_pair_that_a_spool_reader_understands()
    {
        var job = FullJob();

        Assert.Equal($"{Root}/{Id}-H", await Succeed(Agent, job));

        Assert.Equal([$"{Id}-D", $"{Id}-H"], FilesBelow(Root));
        Assert.Equal($"{Id}-D\nFrom here\n.dot\nend\n", Text($"{Root}/{Id}-D"));
        Assert.Equal(
            $$"""
            {{Id}}-H
            exim 999 995
            <alice@sender.test>
            1793598488 0
            -received_time_usec .000000
            -helo_name client.test
            -host_address 192.0.2.10.45908
            -host_name mail.client.test
            -interface_address 198.51.100.5.25
            -received_protocol esmtps
            -aclc 0 3
            abc
            -aclm _note 11
            line1
            line2
            -body_linecount 3
            -max_received_linelength 27
            -auth_sender alice@sender.test
            -deliver_firsttime
            -tls_cipher TLS1.3:X:256
            -smtputf8
            -dsn_envid QQ314
            -dsn_ret 2
            XX
            2
            bob@here.test rfc822;bob@here.test 20,12  0,-1#3
            jÃ¼rgen@here.test

            049P Received: by mx.test
            	id 1xV0aA-00000000001-0001
            012  Subject: hi

            """,
            Text($"{Root}/{Id}-H"));
        Assert.True(SpoolHeaderReader.TryRead(await File.ReadAllBytesAsync($"{Root}/{Id}-H"), null, out _, out var error), error);
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, new FileInfo($"{Root}/{Id}-H").UnixFileMode);
    }

    [Fact]
    public async Task The_body_may_stay_in_wire_form_under_a_short_id()
    {
        var detail = await Succeed(Agent, Job(Settings() with { UnixLineEnds = false, ShortMessageId = true }));

        Assert.Contains("\n-spool_file_wireformat\n", Text(detail), StringComparison.Ordinal);
        var data = detail[..^1] + "D";
        Assert.Equal(16 + 2, Path.GetFileName(data).Length);
        Assert.Equal($"{Path.GetFileName(data)}\n{Body}", Text(data));
    }

    [Fact]
    public async Task A_streamed_body_is_the_same_as_one_in_memory()
    {
        var body = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 40_000).Select(i => $"line {i}\r\n")));

        await Succeed(Agent, Job(Settings(), new StreamedContent(Header, body)));

        Assert.Equal($"{Id}-D\n" + Encoding.ASCII.GetString(body).Replace("\r\n", "\n", StringComparison.Ordinal), Text($"{Root}/{Id}-D"));
        Assert.Contains("\n-body_linecount 40000\n", Text($"{Root}/{Id}-H"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_pair_that_is_there_already_is_a_success(bool inDoubt)
    {
        await Succeed(Agent, Job(Settings()));
        var before = File.GetLastWriteTimeUtc($"{Root}/{Id}-H");

        await Succeed(Agent, Job(Settings()) with { InDoubt = inDoubt });

        Assert.Equal(before, File.GetLastWriteTimeUtc($"{Root}/{Id}-H"));
        Assert.Equal(2, FilesBelow(Root).Length);
    }

    [Fact]
    public async Task A_crash_between_the_two_names_is_made_good()
    {
        await Succeed(Agent, Job(Settings()));
        File.Delete($"{Root}/{Id}-H");

        await Succeed(Agent, Job(Settings()) with { InDoubt = true });

        Assert.Equal([$"{Id}-D", $"{Id}-H"], FilesBelow(Root));
    }

    [Theory]
    [InlineData("-H")]
    [InlineData("-D")]
    public async Task A_file_of_another_message_is_not_overwritten(string kind)
    {
        await Succeed(Agent, Job(Settings()));
        await File.AppendAllTextAsync($"{Root}/{Id}{kind}", "changed");
        if (kind == "-D")
        {
            File.Delete($"{Root}/{Id}-H");
        }

        var failure = await Defer(Agent, Job(Settings()));

        Assert.Equal(FailureClass.Local, failure.Class);
        Assert.EndsWith($"{Id}{kind}: File exists", failure.Internal, StringComparison.Ordinal);
        Assert.EndsWith("changed", Text($"{Root}/{Id}{kind}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_has_its_name_before_the_final_step()
    {
        string[] seen = [];
        var job = Job(Settings()) with
        {
            BeforeFinalStep = _ =>
            {
                seen = FilesBelow(Root);
                return ValueTask.FromResult(false);
            },
        };

        Assert.Equal(FailureClass.Interrupted, (await Defer(Agent, job)).Class);

        Assert.Equal(2, seen.Length);
        Assert.DoesNotContain(seen, name => name.EndsWith("-H", StringComparison.Ordinal) || name.EndsWith("-D", StringComparison.Ordinal));
        Assert.Empty(FilesBelow(Root));
    }

    [Fact]
    public async Task A_body_that_breaks_off_leaves_nothing()
    {
        await Defer(Agent, Job(Settings(), new StreamedContent(Header, new byte[100_000], failAfter: 50_000)));

        Assert.Empty(FilesBelow(Root));
    }

    [Fact]
    public async Task The_directory_must_be_there_absolute_and_no_link()
    {
        File.CreateSymbolicLink($"{Root}/link", Root);

        foreach (var directory in new[] { $"{Root}/absent", "relative", $"{Root}/link", $"{Root}/../x" })
        {
            var failure = await Defer(Agent, Job(new QueuefileTransportSettings("scan", directory)));
            Assert.Equal(FailureClass.Local, failure.Class);
            Assert.DoesNotContain(Root, failure.Reason, StringComparison.Ordinal);
        }

        Assert.False(Directory.Exists($"{Root}/absent"));
    }

    private QueuefileTransportSettings Settings() => new("scan", Root) { OwnerUserId = 999, OwnerGroupId = 995 };

    private DeliveryJob FullJob() => Job(Settings()) with
    {
        Recipients =
        [
            new DeliveryRecipient(0, new EnvelopeAddress("bob", "here.test"), DsnNotify.Success | DsnNotify.Failure, "rfc822;bob@here.test"),
            new DeliveryRecipient(3, new EnvelopeAddress("jürgen", "here.test")),
        ],
        SmtpUtf8 = true,
        Return = DsnReturn.Headers,
        EnvelopeId = "QQ314",
        AuthenticatedSender = "alice@sender.test",
        Facts = new SpoolFacts
        {
            HeloName = "client.test",
            Client = new IPEndPoint(IPAddress.Parse("192.0.2.10"), 45908),
            ClientName = "mail.client.test",
            Interface = new IPEndPoint(IPAddress.Parse("198.51.100.5"), 25),
            Protocol = "esmtps",
            ConnectionVariables = ImmutableSortedDictionary<string, string>.Empty.Add("0", "abc"),
            MessageVariables = ImmutableSortedDictionary<string, string>.Empty.Add("_note", "line1\nline2"),
            TlsCipher = "TLS1.3:X:256",
        },
    };
}
