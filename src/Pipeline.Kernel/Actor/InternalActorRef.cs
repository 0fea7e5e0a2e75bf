using Pipeline.Kernel.Dispatch;

namespace Pipeline.Kernel.Actor;

/// <summary>What the kernel itself needs of every reference: the system queue and the system it belongs to.</summary>
internal abstract class InternalActorRef : IActorRef
{
    public abstract ActorPath Path { get; }

    public abstract ActorSystem System { get; }

    public virtual InternalActorRef? Parent => null;

    public virtual bool IsTerminated => false;

    public abstract void Tell(object message, IActorRef? sender);

    public abstract void SendSystem(SystemMessage message);

    public void Stop() => SendSystem(new Terminate());

    public bool Equals(IActorRef? other) =>
        ReferenceEquals(this, other) || (other is not null && Path.Uid == other.Path.Uid && Path.Equals(other.Path));

    public sealed override bool Equals(object? obj) => Equals(obj as IActorRef);

    public sealed override int GetHashCode() => Path.Uid.GetHashCode();

    public override string ToString() => $"[{Path}#{Path.Uid}]";
}
