using Pipeline.Kernel.Inspection;

namespace Pipeline.Kernel.Actor;

/// <summary>What others may see of a running actor. Any thread, except <see cref="DescribeInstance"/>.</summary>
internal sealed partial class ActorCell
{
    private readonly long _madeAt;
    private int _restarts;

    public int Restarts => Volatile.Read(ref _restarts);

    public TimeSpan Age => System.Time.GetElapsedTime(_madeAt);

    public ActorState StateSeenFromOutside =>
        Mailbox.IsClosed ? ActorState.Stopped
        : Volatile.Read(ref _terminating) ? ActorState.Stopping
        : _instance == InstanceState.Missing ? ActorState.Starting
        : Volatile.Read(ref _handler) is not null ? ActorState.Awaiting
        : Mailbox.IsSuspended ? ActorState.Suspended
        : ActorState.Running;

    /// <summary>On the turn.</summary>
    public string? DescribeInstance(Func<object, string?> describe) => _actor is { } instance ? describe(instance) : null;
}
