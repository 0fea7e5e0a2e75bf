using Pipeline.Kernel.Actor;
using Pipeline.Kernel.Dispatch;

namespace Pipeline.Kernel.Event;

/// <summary>Where messages end that reach nobody. Also stands for "no sender".</summary>
internal sealed class DeadLetterRef(ActorSystem system, ActorPath path) : InternalActorRef
{
    private readonly DeadLetterLog _log = new(system.KernelLog, system.Settings.DeadLetterLogLimit, system.Time);

    private long _count;

    /// <summary>Dead letters since the start, without suppressed ones.</summary>
    public long Count => Interlocked.Read(ref _count);

    public override ActorPath Path { get; } = path;

    public override ActorSystem System { get; } = system;

    public override void Tell(object message, IActorRef? sender)
    {
        ArgumentNullException.ThrowIfNull(message);
        Refuse(message, sender, this);
    }

    /// <summary>Publishes a message that <paramref name="recipient"/> will never handle.</summary>
    public void Refuse(object message, IActorRef? sender, IActorRef recipient)
    {
        switch (message)
        {
            case AllDeadLetters about when ReferenceEquals(recipient, this):
                Publish(about);
                break;
            case AllDeadLetters:
                // A dead letter about a dead letter: the subscriber is gone, and telling anyone would never end.
                break;
            case IDeadLetterSuppression:
                Publish(new SuppressedDeadLetter(message, sender ?? this, recipient));
                break;
            default:
                Publish(new DeadLetter(message, sender ?? this, recipient));
                break;
        }
    }

    public override void SendSystem(SystemMessage message) => message.Undeliverable();

    private void Publish(AllDeadLetters letter)
    {
        System.EventStream.Publish(letter);
        if (letter is not SuppressedDeadLetter)
        {
            Interlocked.Increment(ref _count);
            _log.Note(letter);
        }
    }
}
