namespace Pipeline.Kernel.Actor;

/// <summary>A message that says nothing about how busy its receiver is: it does not restart the receive timeout.</summary>
public interface INotInfluenceReceiveTimeout;

/// <summary>A message that never leaves the process.</summary>
public interface INoSerializationVerificationNeeded;

/// <summary>Messages the cell handles itself before the actor may see them.</summary>
internal interface IAutoReceivedMessage;

/// <summary>The end of a watched actor.</summary>
public sealed class Terminated : IAutoReceivedMessage, Event.IDeadLetterSuppression, INoSerializationVerificationNeeded
{
    public Terminated(IActorRef actorRef, bool existenceConfirmed, bool addressTerminated)
        : this(actorRef, existenceConfirmed, addressTerminated, null)
    {
    }

    internal Terminated(IActorRef actorRef, bool existenceConfirmed, bool addressTerminated, object? substitute)
    {
        ActorRef = actorRef;
        ExistenceConfirmed = existenceConfirmed;
        AddressTerminated = addressTerminated;
        Substitute = substitute;
    }

    public IActorRef ActorRef { get; }

    /// <summary>False when the actor was already gone when the watch reached it.</summary>
    public bool ExistenceConfirmed { get; }

    public bool AddressTerminated { get; }

    /// <summary>What <c>WatchWith</c> asked to be delivered instead.</summary>
    internal object? Substitute { get; }

    public override string ToString() => $"<Terminated>: {ActorRef} - ExistenceConfirmed={ExistenceConfirmed}";
}

/// <summary>Stops its receiver when it reaches the front of the queue.</summary>
public sealed class PoisonPill : IAutoReceivedMessage, Event.IDeadLetterSuppression
{
    private PoisonPill()
    {
    }

    public static PoisonPill Instance { get; } = new();

    public override string ToString() => "<PoisonPill>";
}

/// <summary>Makes its receiver fail with <see cref="ActorKilledException"/>.</summary>
public sealed class Kill : IAutoReceivedMessage
{
    private Kill()
    {
    }

    public static Kill Instance { get; } = new();

    public override string ToString() => "<Kill>";
}

/// <summary>Nothing arrived for the time set with <c>SetReceiveTimeout</c>. A hint: another message may have been queued meanwhile.</summary>
public sealed class ReceiveTimeout
{
    private ReceiveTimeout()
    {
    }

    public static ReceiveTimeout Instance { get; } = new();

    public override string ToString() => "<ReceiveTimeout>";
}

/// <summary>Outcome of something asked or piped.</summary>
public abstract class Status
{
    public sealed class Success(object? status) : Status
    {
        public static readonly Success Instance = new(null);

        public object? Status { get; } = status;

        public override string ToString() => $"Success: {Status}";
    }

    public sealed class Failure(Exception cause) : Status
    {
        public Exception Cause { get; } = cause;

        public override string ToString() => $"Failure: {Cause}";
    }
}
