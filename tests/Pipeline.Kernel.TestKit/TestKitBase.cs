using System.Globalization;
using System.Text;
using System.Threading.Channels;
using Xunit.Sdk;

namespace Pipeline.Kernel.TestKit;

/// <summary>
/// A receiving end for tests: an actor whose messages are taken one by one. Waits are in real time and end as soon as the message is there;
/// a failing wait says what came instead and what had come before.
/// </summary>
public abstract partial class TestKitBase
{
    private const int RememberedMessages = 10;

    private readonly Channel<ReceivedMessage> _received = Channel.CreateUnbounded<ReceivedMessage>();
    private readonly Queue<ReceivedMessage> _history = new();
    private DateTime? _deadline;

    private protected TestKitBase(ActorSystem system, string name)
    {
        Sys = system;
        ChannelWriter<ReceivedMessage> writer = _received.Writer;
        TestActor = system.SystemActorOf(Props.Create(() => new ProbeActor(writer)), name);
    }

    public ActorSystem Sys { get; }

    /// <summary>Where messages for the test go.</summary>
    public IActorRef TestActor { get; }

    /// <summary>Who sent the last message that was taken.</summary>
    public IActorRef LastSender { get; private set; } = ActorRefs.Nobody;

    /// <summary>How long an expectation waits when nothing else is said: long enough for a loaded machine, since only a failing test waits it out.</summary>
    protected static TimeSpan DefaultExpectTimeout => TimeSpan.FromSeconds(10);

    /// <summary>How long <see cref="ExpectNoMsgAsync(CancellationToken)"/> listens.</summary>
    protected static TimeSpan DefaultNoMessageTimeout => TimeSpan.FromMilliseconds(100);

    /// <summary>Makes the probe watch an actor. On return the watch is on its way: what is told to the actor afterwards finds it watched.</summary>
    public IActorRef Watch(IActorRef actorToWatch)
    {
        var command = new ProbeActor.WatchCommand(actorToWatch, new TaskCompletionSource());
        TestActor.Tell(command, ActorRefs.NoSender);
        if (!command.Done.Task.Wait(DefaultExpectTimeout))
        {
            throw Failure($"the probe did not get to watching {actorToWatch}", null);
        }

        return actorToWatch;
    }

    public IActorRef Unwatch(IActorRef actorToUnwatch)
    {
        TestActor.Tell(new ProbeActor.UnwatchCommand(actorToUnwatch), ActorRefs.NoSender);
        return actorToUnwatch;
    }

    public void SetAutoPilot(AutoPilot pilot) => TestActor.Tell(new ProbeActor.PilotCommand(pilot), ActorRefs.NoSender);

    /// <summary>Messages for which <paramref name="shouldIgnoreMessage"/> is true are swallowed from now on.</summary>
    public void IgnoreMessages(Func<object, bool> shouldIgnoreMessage) =>
        TestActor.Tell(new ProbeActor.IgnoreCommand(shouldIgnoreMessage), ActorRefs.NoSender);

    public void IgnoreNoMessages() => TestActor.Tell(new ProbeActor.IgnoreCommand(null), ActorRefs.NoSender);

    /// <summary>The next message, or null when none came in time.</summary>
    private async ValueTask<object?> TryReceiveAsync(TimeSpan max, CancellationToken cancellationToken)
    {
        if (!_received.Reader.TryRead(out ReceivedMessage received))
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(max);
            try
            {
                received = await _received.Reader.ReadAsync(limit.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return null;
            }
        }

        if (_history.Count == RememberedMessages)
        {
            _history.Dequeue();
        }

        _history.Enqueue(received);
        LastSender = received.Sender;
        return received.Message;
    }

    private async ValueTask<object> ReceiveOrFailAsync(string expected, TimeSpan? max, string? hint, CancellationToken cancellationToken)
    {
        TimeSpan limit = Remaining(max);
        return await TryReceiveAsync(limit, cancellationToken).ConfigureAwait(false)
            ?? throw Failure($"timeout ({limit}) while expecting {expected}", hint);
    }

    private TimeSpan Remaining(TimeSpan? asked)
    {
        TimeSpan limit = asked ?? DefaultExpectTimeout;
        if (_deadline is { } deadline)
        {
            TimeSpan left = deadline - Now;
            limit = asked is { } given && given < left ? given : left;
        }

        return limit > TimeSpan.Zero ? limit : TimeSpan.Zero;
    }

    private XunitException Failure(string what, string? hint)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{TestActor.Path.Name}: {what}");
        if (hint is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $" [{hint}]");
        }

        text.Append(_history.Count == 0 ? "; nothing was received before" : "; received before, oldest first:");
        foreach (ReceivedMessage received in _history)
        {
            text.AppendLine().Append(CultureInfo.InvariantCulture, $"  {received.Message} from {received.Sender}");
        }

        return new XunitException(text.ToString());
    }

    private static DateTime Now => TimeProvider.System.GetUtcNow().UtcDateTime;
}
