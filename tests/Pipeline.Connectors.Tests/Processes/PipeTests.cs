using System.Collections.Immutable;
using System.Text;
using Pipeline.Connectors.Ports;
using Pipeline.Connectors.Processes;
using Pipeline.Connectors.Tests.Files;
using Pipeline.Mail.Addressing;
using Pipeline.Policy.Transports;
using Pipeline.Tests.Support;

namespace Pipeline.Connectors.Tests.Processes;

public sealed class PipeTests : FileTestBase
{
    private const string Stored = "From alice@sender.test Mon Nov  2 05:48:08 2026\nReceived: by mx.test\n\tid 1xV0aA-00000000001-0001\nSubject: hi\n\nFrom here\n.dot\nend\n\n";

    private PipeAgent Agent => new(Time);

    private string Target => Path.Combine(Root, "got");

    [Fact]
    public async Task A_program_gets_the_message_between_prefix_and_suffix()
    {
        Assert.Equal("", await Succeed(Agent, Job(Shell("cat > got"))));

        Assert.Equal(Stored, Text(Target));
    }

    [Fact]
    public async Task A_body_that_comes_piece_by_piece_arrives_whole()
    {
        var body = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 40_000).Select(i => $"line {i}\r\n")));

        await Succeed(Agent, Job(Shell("cat > got"), new StreamedContent(Header, body)));

        Assert.Equal("line 39999\n\n", Text(Target)[^12..]);
        Assert.Equal(40_001, Text(Target).Split("\nline ").Length);
    }

    [Fact]
    public async Task Batch_smtp_has_the_envelope_and_doubles_dots()
    {
        var settings = Shell("cat > got") with { Frame = new MessageFrame("HELO here\n", "", "From ", ">From ", UseCrlf: false, Bsmtp: true) };
        await Succeed(Agent, Job(settings) with { Recipients = [Recipient(0, "bob"), Recipient(1, "carol")] });

        Assert.Equal(
            "HELO here\nMAIL FROM:<alice@sender.test>\nRCPT TO:<bob@here.test>\nRCPT TO:<carol@here.test>\nDATA\n"
            + "Received: by mx.test\n\tid 1xV0aA-00000000001-0001\nSubject: hi\n\nFrom here\n..dot\nend\n.\n",
            Text(Target));
    }

    [Fact]
    public async Task Addresses_are_one_argument_each_and_reach_no_shell()
    {
        var settings = Program("/bin/sh", "-c", "printf '%s\\n' \"$@\" > got", "sh") with { Command = ["/bin/sh", "-c", "printf '%s\\n' \"$@\" > got", "sh", "-f", null] };
        await Succeed(Agent, Job(settings) with { Recipients = [Recipient(0, "a b;touch x"), Recipient(1, "$(touch y)")] });

        Assert.Equal("-f\na b;touch x@here.test\n$(touch y)@here.test\n", Text(Target));
        Assert.Equal(["got"], FilesBelow(Root));
    }

    [Fact]
    public async Task A_program_sees_its_environment_and_no_more()
    {
        await Succeed(Agent, Job(Program("/usr/bin/env") with { LogOutput = false, Command = ["/bin/sh", "-c", "env | sort > got"] }));

        Assert.Equal("DOMAIN=here.test\nLOCAL_PART=bob\nPATH=/bin:/usr/bin\n", WithoutShellsOwn(Text(Target)));
    }

    [Fact]
    public async Task With_several_recipients_what_names_one_is_left_out()
    {
        await Succeed(Agent, Job(Shell("env | sort > got")) with { Recipients = [Recipient(0, "bob"), Recipient(1, "carol")] });
        Assert.Equal("DOMAIN=here.test\nPATH=/bin:/usr/bin\n", WithoutShellsOwn(Text(Target)));

        await Succeed(Agent, Job(Shell("env | sort > got")) with { Recipients = [Recipient(0, "bob"), new DeliveryRecipient(1, new EnvelopeAddress("carol", "other.test"))] });
        Assert.Equal("PATH=/bin:/usr/bin\n", WithoutShellsOwn(Text(Target)));
    }

    [Theory]
    [InlineData(0b000_010_010, "-rw-r--r--")]
    [InlineData(0b000_111_111, "-rw-------")]
    [InlineData(0, "-rw-rw-rw-")]
    public async Task Files_that_a_program_makes_have_the_umask_of_the_transport(int umask, string mode)
    {
        await Succeed(Agent, Job(Shell("echo x > got; ls -l got > listing") with { Umask = umask }));

        Assert.StartsWith(mode, Text(Path.Combine(Root, "listing")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_does_not_read_the_message_may_succeed() =>
        await Succeed(Agent, Job(Program("/bin/true"), new StreamedContent(Header, new byte[4_000_000])));

    [Theory]
    [InlineData(1, "Child process of t transport returned 1 from command: /bin/sh -c exit 1")]
    [InlineData(127, "Child process of t transport returned 127 (could mean unable to exec or command does not exist) from command: /bin/sh -c exit 127")]
    public async Task A_status_is_a_failure(int status, string words)
    {
        var failure = await Fail(Job(Shell($"exit {status}")));
        Assert.Equal((FailureClass.Permanent, "local delivery failed", words), (failure.Class, failure.Reason, failure.Internal));
    }

    [Theory]
    [InlineData(75)]
    [InlineData(73)]
    public async Task Some_statuses_mean_later(int status)
    {
        var failure = await Defer(Agent, Job(Shell($"exit {status}")));
        Assert.Equal((FailureClass.Local, $"Child process of t transport returned {status} from command: /bin/sh -c exit {status}"), (failure.Class, failure.Internal));
    }

    [Fact]
    public async Task Which_statuses_mean_later_is_the_operators_choice()
    {
        await Defer(Agent, Job(Shell("exit 5") with { TemporaryErrors = [5] }));
        await Defer(Agent, Job(Shell("exit 6") with { EveryErrorIsTemporary = true }));
        await Fail(Job(Shell("exit 75") with { TemporaryErrors = [] }));
    }

    [Fact]
    public async Task A_status_can_be_ignored()
    {
        await Succeed(Agent, Job(Shell("exit 1") with { IgnoreStatus = true }));
        await Succeed(Agent, Job(Shell("kill -9 $$") with { IgnoreStatus = true }));
    }

    [Fact]
    public async Task A_signal_is_a_failure_unless_it_is_to_be_looked_at()
    {
        Assert.Equal(
            "Child process of t transport (running command \"/bin/sh -c kill -ABRT $$\") was terminated by signal 6", (await Fail(Job(Shell("kill -ABRT $$")))).Internal);
        await Defer(Agent, Job(Shell("kill -ABRT $$") with { DeferOnSignal = true }));
        Assert.Equal("Child process of t transport returned 134 from command: /bin/sh -c exit 134", (await Fail(Job(Shell("exit 134") with { DeferOnSignal = true }))).Internal);
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_a_failure_unless_it_is_to_be_looked_at()
    {
        Assert.StartsWith(
            "Child process of t transport returned 127 (could mean unable to exec or command does not exist) from command: /nonexistent/program: ",
            (await Fail(Job(Program("/nonexistent/program")))).Internal,
            StringComparison.Ordinal);
        await Succeed(Agent, Job(Program("/nonexistent/program") with { IgnoreStatus = true }));
        Assert.Equal(FailureClass.Local, (await Defer(Agent, Job(Program("/nonexistent/program") with { IgnoreStatus = true, DeferWhenNotStarted = true }))).Class);
    }

    [Fact]
    public async Task A_directory_that_is_not_there_is_a_failure() =>
        Assert.Contains("/nonexistent: No such file", (await Fail(Job(Program("/bin/cat") with { Directory = "/nonexistent" }))).Internal, StringComparison.Ordinal);

    [Fact]
    public async Task Output_of_a_failure_can_go_back_to_the_sender()
    {
        var settings = Shell("echo no such user; echo really >&2; exit 3") with { ReturnFailOutput = true };
        Assert.Equal(
            "local delivery failed\nThe following text was generated during the delivery attempt:\nno such user\nreally\n", (await Fail(Job(settings))).Reason);
        Assert.Equal("", await Succeed(Agent, Job(Shell("echo fine") with { ReturnFailOutput = true })));
    }

    [Fact]
    public async Task Any_output_can_be_a_failure()
    {
        var failure = await Fail(Job(Shell("echo words; exit 0") with { ReturnOutput = true, IgnoreStatus = true }));
        Assert.Equal("t transport output: words", failure.Internal);
        Assert.EndsWith("\nwords\n", failure.Reason, StringComparison.Ordinal);
        await Succeed(Agent, Job(Shell("exit 0") with { ReturnOutput = true }));
        await Fail(Job(Shell("exit 75") with { ReturnOutput = true }));
    }

    [Fact]
    public async Task The_first_line_of_output_can_be_logged()
    {
        Assert.Equal("one", await Logged(Shell("echo one; echo two") with { LogOutput = true }));
        Assert.Equal("one", await Logged(Shell("echo; echo one; exit 1") with { LogFailOutput = true }));
        Assert.Equal("one", await Logged(Shell("echo one; exit 75") with { LogDeferOutput = true }));
        Assert.Equal("one", await Logged(Shell("echo one; exit 1") with { LogOutput = true }));
        Assert.Null(await Logged(Shell("true") with { LogOutput = true }));
        Assert.Null(await Logged(Shell("echo one") with { LogFailOutput = true, LogDeferOutput = true }));
        Assert.Null(await Logged(Shell("echo one; exit 1") with { LogDeferOutput = true }));

        async Task<string?> Logged(PipeTransportSettings settings) =>
            Assert.Single((await Agent.DeliverAsync(Job(settings), CancellationToken.None)).Recipients).Output;
    }

    [Fact]
    public async Task A_program_that_writes_without_end_is_killed()
    {
        var failure = await Fail(Job(Program("/usr/bin/yes") with { MaxOutput = 1000, ReturnFailOutput = true }));
        Assert.Equal("Child process of t transport wrote more than 1000 octets and was killed: /usr/bin/yes", failure.Internal);
        Assert.InRange(failure.Reason.Length, 1000, 1100);
    }

    [Fact]
    public async Task A_program_may_write_what_it_may()
    {
        await Succeed(Agent, Job(Shell("printf 12345") with { MaxOutput = 5 }));
        await Fail(Job(Shell("printf 123456; cat") with { MaxOutput = 5 }));
    }

    [Fact]
    public async Task When_the_time_is_over_the_program_is_killed_with_its_group()
    {
        var time = new ManualTime();
        var settings = Shell("sleep 1000 & echo $! > pid.new; mv pid.new pid; wait") with { Timeout = TimeSpan.FromMinutes(5) };
        var delivery = Deliver(new PipeAgent(time), Job(settings));
        await Eventually(() => File.Exists(Path.Combine(Root, "pid")));

        time.Advance(TimeSpan.FromMinutes(5));

        var failure = Assert.IsType<DeliveryOutcome.Failed>(await delivery).Failure;
        Assert.Equal(FailureClass.Timeout, failure.Class);
        Assert.StartsWith("pipe delivery process timed out: /bin/sh", failure.Internal, StringComparison.Ordinal);
        await Eventually(() => !IsAlive(Text(Path.Combine(Root, "pid")).Trim()));
    }

    [Fact]
    public async Task A_program_that_takes_too_long_can_be_tried_again()
    {
        var time = new ManualTime();
        var delivery = Defer(new PipeAgent(time), Job(Shell("touch got; exec sleep 1000") with { TimeoutDefer = true, Timeout = TimeSpan.FromMinutes(5) }));
        await Eventually(() => File.Exists(Target));

        time.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal(FailureClass.Timeout, (await delivery).Class);
    }

    [Fact]
    public async Task A_stop_while_the_program_runs_leaves_the_delivery_in_doubt_and_no_process()
    {
        using var stop = new CancellationTokenSource();
        var delivery = Defer(Agent, Job(Shell("echo $$ > pid.new; mv pid.new pid; exec sleep 1000")), stop.Token);
        await Eventually(() => File.Exists(Path.Combine(Root, "pid")));

        await stop.CancelAsync();

        Assert.Equal(FailureClass.InDoubt, (await delivery).Class);
        Assert.False(IsAlive(Text(Path.Combine(Root, "pid")).Trim()));
    }

    [Fact]
    public async Task A_message_that_is_another_nodes_by_now_starts_nothing()
    {
        var job = Job(Shell("touch got")) with { BeforeFinalStep = _ => ValueTask.FromResult(false) };
        Assert.Equal(FailureClass.Interrupted, (await Defer(Agent, job)).Class);
        Assert.False(File.Exists(Target));
    }

    [Fact]
    public async Task A_stop_before_the_program_starts_is_no_doubt()
    {
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        Assert.Equal(FailureClass.Interrupted, (await Defer(Agent, Job(Shell("touch got")), stop.Token)).Class);
        Assert.False(File.Exists(Target));
    }

    [Fact]
    public async Task A_program_that_waits_for_a_message_which_cannot_be_read_is_killed_and_never_sees_its_end()
    {
        var content = new StreamedContent(Header, new byte[400_000], failAfter: 200_000);
        Assert.Equal(FailureClass.Local, (await Defer(Agent, Job(Shell("cat > /dev/null; touch got"), content))).Class);
        Assert.False(File.Exists(Target));
    }

    [Fact]
    public async Task A_message_beyond_the_limit_starts_nothing()
    {
        var failure = await Fail(Job(Shell("touch got") with { MessageSizeLimit = 10 }));
        Assert.Equal((FailureClass.TooBig, "message is too big (transport limit = 10)"), (failure.Class, failure.Reason));
        Assert.False(File.Exists(Target));
    }

    private static async Task Eventually(Func<bool> look) =>
        Assert.True(await Polling.UntilAsync(() => Task.FromResult(look()), TimeSpan.FromSeconds(30)));

    private static bool IsAlive(string process)
    {
        try
        {
            // A zombie that nobody has reaped is dead.
            return File.ReadAllText($"/proc/{process}/stat").Split(") ")[1][0] is not ('Z' or 'X');
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string WithoutShellsOwn(string environment) =>
        string.Concat(environment.Split('\n').Where(line => line.Length > 0 && !line.StartsWith("PWD=", StringComparison.Ordinal) && !line.StartsWith("SHLVL=", StringComparison.Ordinal)
            && !line.StartsWith("OLDPWD=", StringComparison.Ordinal) && !line.StartsWith("_=", StringComparison.Ordinal)).Select(line => line + "\n"));

    private static DeliveryRecipient Recipient(int index, string localPart) => new(index, new EnvelopeAddress(localPart, "here.test"));

    private async Task<DeliveryFailure> Fail(DeliveryJob job) => Assert.IsType<DeliveryOutcome.Failed>(await Deliver(Agent, job)).Failure;

    private PipeTransportSettings Shell(string script) => Program("/bin/sh", "-c", script);

    private PipeTransportSettings Program(params string[] command) => new("t")
    {
        Command = [.. command],
        Environment = ImmutableDictionary<string, string>.Empty.Add("PATH", "/bin:/usr/bin").Add("LOCAL_PART", "bob").Add("DOMAIN", "here.test"),
        Directory = Root,
    };
}
