using Pipeline.Connectors.Ports;
using Pipeline.Connectors.Smtp;
using Pipeline.Connectors.Tests.Files;
using Pipeline.Mail.Addressing;
using Pipeline.Tests.Support;
using Pipeline.Tests.Support.Smtp;

namespace Pipeline.Connectors.Tests.Smtp;

public sealed class LmtpAgentTests : FileTestBase
{
    // A server of RFC 2033 in the shell. $1 is what it says to each RCPT, $2 what it says behind the message.
    private const string Server = """
        cr=$(printf '\r'); count=0; printf '220 hi\r\n'
        while read -r line; do
          case "$line" in
            LHLO*) printf '250-shell\r\n250 PIPELINING\r\n' ;;
            RCPT*) printf '%s\r\n' "$1"; count=$((count + 1)) ;;
            DATA*) printf '354 go on\r\n'
              while IFS= read -r line && [ "$line" != ".$cr" ]; do printf '%s\n' "${line%$cr}" >> "$3"; done
              while [ $count -gt 0 ]; do printf '%s\r\n' "$2"; count=$((count - 1)); done ;;
            QUIT*) printf '221 bye\r\n'; echo bye >> "$3"; exit 0 ;;
            *) printf '250 ok\r\n' ;;
          esac
        done
        """;

    private static LmtpAgent Agent => new(TimeProvider.System);

    private string Socket => Path.Combine(Root, "lmtp");

    private string Got => Path.Combine(Root, "got");

    [Fact]
    public async Task Over_a_socket_each_recipient_has_its_own_outcome()
    {
        await using var peer = ScriptedSmtpPeer.ServeAt(Socket, command => command switch
        {
            "RCPT TO:<b@here.test>" => "550 5.1.1 no such user",
            "(end of data) RCPT TO:<c@here.test>" => "452 4.2.2 full",
            _ => null,
        });

        var outcomes = await DeliverAsync(AtSocket(), "a", "b", "c");

        Assert.Equal(["LHLO mx.test", "MAIL FROM:<alice@sender.test>", "RCPT TO:<a@here.test>", "RCPT TO:<b@here.test>", "RCPT TO:<c@here.test>", "DATA", "QUIT"], peer.Commands);
        Assert.Equal("Received: by mx.test\r\n\tid 1xV0aA-00000000001-0001\r\nSubject: hi\r\n\r\nFrom here\r\n..dot\r\nend\r\n.\r\n", Assert.Single(peer.Messages));
        var delivered = Assert.IsType<DeliveryOutcome.Delivered>(outcomes[0]);
        Assert.Equal((null, null, 0), (delivered.Host, delivered.Ip, delivered.Port));
        Assert.Equal("LMTP error after RCPT TO:<b@here.test>: 550 5.1.1 no such user", Assert.IsType<DeliveryOutcome.Failed>(outcomes[1]).Failure.Reason);
        Assert.Equal("LMTP error after end of data: 452 4.2.2 full", Assert.IsType<DeliveryOutcome.Deferred>(outcomes[2]).Failure.Reason);
    }

    [Fact]
    public async Task Quota_is_ignored_where_that_is_wanted_and_offered()
    {
        await using var peer = ScriptedSmtpPeer.ServeAt(Socket, capabilities: ["IGNOREQUOTA"]);

        await DeliverAsync(AtSocket() with { IgnoreQuota = true }, "a");

        Assert.Contains("RCPT TO:<a@here.test> IGNOREQUOTA", peer.Commands);
    }

    [Fact]
    public async Task A_connection_that_ends_behind_the_message_leaves_the_rest_in_doubt()
    {
        await using var peer = ScriptedSmtpPeer.ServeAt(Socket, command => command == "(end of data) RCPT TO:<b@here.test>" ? SmtpPeerReply.Close : null);

        var outcomes = await DeliverAsync(AtSocket(), "a", "b");

        Assert.IsType<DeliveryOutcome.Delivered>(outcomes[0]);
        var failure = Assert.IsType<DeliveryOutcome.Deferred>(outcomes[1]).Failure;
        Assert.Equal((FailureClass.InDoubt, "LMTP connection closed after end of data"), (failure.Class, failure.Reason));
    }

    [Fact]
    public async Task A_message_that_is_another_nodes_by_now_is_not_sent()
    {
        await using var peer = ScriptedSmtpPeer.ServeAt(Socket);

        var outcome = await Deliver(Agent, Job(AtSocket()) with { BeforeFinalStep = _ => ValueTask.FromResult(false) });

        Assert.Equal(FailureClass.Interrupted, Assert.IsType<DeliveryOutcome.Deferred>(outcome).Failure.Class);
    }

    [Theory]
    [InlineData("nothing-there")]
    [InlineData("a-name-that-is-longer-than-any-socket-can-have-a-name-that-is-longer-than-any-socket-can-have-a-name-that-is-longer-than")]
    public async Task A_socket_that_nobody_listens_on_is_tried_again(string name)
    {
        var failure = await Defer(Agent, Job(AtSocket() with { Socket = Path.Combine(Root, name) }));
        Assert.Equal((FailureClass.Local, "local delivery is not possible at present"), (failure.Class, failure.Reason));
        Assert.StartsWith($"failed to connect to socket {Root}/{name} (t transport): ", failure.Internal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_beyond_the_limit_is_not_offered()
    {
        await using var peer = ScriptedSmtpPeer.ServeAt(Socket);

        var outcome = await Deliver(Agent, Job(AtSocket() with { MessageSizeLimit = 10 }));

        Assert.Equal(FailureClass.TooBig, Assert.IsType<DeliveryOutcome.Failed>(outcome).Failure.Class);
        Assert.Empty(peer.Sessions);
    }

    [Fact]
    public async Task A_program_speaks_on_its_standard_streams_and_ends_by_itself()
    {
        var outcomes = await DeliverAsync(Program("250 ok", "250 2.1.5 stored"), "a", "b");

        Assert.All(outcomes, outcome => Assert.Equal("C=\"250 2.1.5 stored\"", Assert.IsType<DeliveryOutcome.Delivered>(outcome).Detail));
        Assert.Equal("Received: by mx.test\n\tid 1xV0aA-00000000001-0001\nSubject: hi\n\nFrom here\n..dot\nend\nbye\n", Text(Got));
    }

    [Theory]
    [InlineData("550 no", "250 ok", "LMTP error after pipelined RCPT TO:<a@here.test>: 550 no")]
    [InlineData("250 ok", "554 no", "LMTP error after end of data: 554 no")]
    public async Task What_a_program_refuses_fails(string recipient, string message, string reason)
    {
        var outcome = Assert.Single(await DeliverAsync(Program(recipient, message), "a"));
        Assert.Equal(reason.Replace("pipelined ", "", StringComparison.Ordinal), Assert.IsType<DeliveryOutcome.Failed>(outcome).Failure.Reason);
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_tried_again()
    {
        var failure = await Defer(Agent, Job(AtSocket() with { Socket = null, Command = ["/nonexistent/program"] }));
        Assert.StartsWith("Cannot open child process of t transport: /nonexistent/program: ", failure.Internal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_ends_without_a_word_is_tried_again()
    {
        var failure = await Defer(Agent, Job(AtSocket() with { Socket = null, Command = ["/bin/false"] }));
        Assert.Equal((FailureClass.LostConnection, "LMTP connection closed after initial connection"), (failure.Class, failure.Reason));
    }

    [Fact]
    public async Task A_program_that_says_nothing_is_killed_when_the_time_is_over()
    {
        var time = new ManualTime();
        var delivery = Defer(new LmtpAgent(time), Job(AtSocket() with { Socket = null, Command = ["/bin/sh", "-c", "echo $$ > \"$0\"; exec sleep 1000", Got] }));
        Assert.True(await Polling.UntilAsync(() => Task.FromResult(File.Exists(Got) && Text(Got).EndsWith('\n')), TimeSpan.FromSeconds(30)));

        Assert.True(await Polling.UntilAsync(
            () =>
            {
                // One step for the silence, one for the leave that the program does not take.
                time.Advance(TimeSpan.FromMinutes(5));
                return Task.FromResult(delivery.IsCompleted);
            },
            TimeSpan.FromSeconds(30)));

        var failure = await delivery;
        Assert.Equal((FailureClass.Timeout, "LMTP timeout after initial connection"), (failure.Class, failure.Reason));
        Assert.False(Directory.Exists($"/proc/{Text(Got).Trim()}"));
    }

    private static async Task<DeliveryOutcome[]> DeliverAsync(LmtpTransportSettings settings, params string[] localParts)
    {
        var job = Job(settings) with { Recipients = [.. localParts.Select((localPart, i) => new DeliveryRecipient(i, new EnvelopeAddress(localPart, "here.test")))] };
        return [.. (await Agent.DeliverAsync(job, CancellationToken.None)).Recipients.Select(recipient => recipient.Outcome)];
    }

    private LmtpTransportSettings AtSocket() => new("t") { Socket = Socket, HeloData = "mx.test" };

    private LmtpTransportSettings Program(string recipient, string message) =>
        AtSocket() with { Socket = null, Command = ["/bin/sh", "-c", Server, "sh", recipient, message, Got] };
}
