using System.Threading.Channels;

namespace Pipeline.Kernel.TestKit;

/// <summary>The actor behind a probe: everything it gets goes to the test, after the auto pilot has seen it.</summary>
internal sealed class ProbeActor(ChannelWriter<ReceivedMessage> received) : UntypedActor
{
    private AutoPilot _pilot = AutoPilot.NoAutoPilot;
    private Func<object, bool>? _ignore;

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case WatchCommand watch:
                Context.Watch(watch.Subject);
                watch.Done.SetResult();
                break;
            case UnwatchCommand unwatch:
                Context.Unwatch(unwatch.Subject);
                break;
            case PilotCommand pilot:
                _pilot = pilot.Pilot;
                break;
            case IgnoreCommand ignore:
                _ignore = ignore.Ignore;
                break;
            default:
                Pass(message);
                break;
        }
    }

    private void Pass(object message)
    {
        if (_pilot is not NoAutoPilot)
        {
            AutoPilot next = _pilot.Run(Sender, message);
            if (next is not KeepRunning)
            {
                _pilot = next;
            }
        }

        if (_ignore is null || !_ignore(message))
        {
            received.TryWrite(new ReceivedMessage(message, Sender));
        }
    }

    public sealed record WatchCommand(IActorRef Subject, TaskCompletionSource Done);

    public sealed record UnwatchCommand(IActorRef Subject);

    public sealed record PilotCommand(AutoPilot Pilot);

    public sealed record IgnoreCommand(Func<object, bool>? Ignore);
}

internal readonly record struct ReceivedMessage(object Message, IActorRef Sender);
