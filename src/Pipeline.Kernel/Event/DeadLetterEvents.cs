using Pipeline.Kernel.Actor;

namespace Pipeline.Kernel.Event;

/// <summary>A message whose loss is normal: reported as <see cref="SuppressedDeadLetter"/> and never logged.</summary>
public interface IDeadLetterSuppression;

/// <summary>A message that reached no actor; published on the event stream.</summary>
public abstract class AllDeadLetters(object message, IActorRef sender, IActorRef recipient)
{
    public object Message { get; } = message;

    public IActorRef Sender { get; } = sender;

    public IActorRef Recipient { get; } = recipient;

    public override string ToString() => $"{GetType().Name} from {Sender} to {Recipient}: <{Message}>";
}

public sealed class DeadLetter(object message, IActorRef sender, IActorRef recipient) : AllDeadLetters(message, sender, recipient);

public sealed class SuppressedDeadLetter(object message, IActorRef sender, IActorRef recipient)
    : AllDeadLetters(message, sender, recipient);

/// <summary>A message given up on purpose, for example because a buffer was full.</summary>
public sealed class Dropped(object message, string reason, IActorRef sender, IActorRef recipient)
    : AllDeadLetters(message, sender, recipient)
{
    public string Reason { get; } = reason;
}

/// <summary>A message that reached its actor and matched no handler.</summary>
public sealed class UnhandledMessage(object message, IActorRef sender, IActorRef recipient)
{
    public object Message { get; } = message;

    public IActorRef Sender { get; } = sender;

    public IActorRef Recipient { get; } = recipient;

    public override string ToString() => $"UnhandledMessage from {Sender} to {Recipient}: <{Message}>";
}
