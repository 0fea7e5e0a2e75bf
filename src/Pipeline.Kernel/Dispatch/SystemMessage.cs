using Pipeline.Kernel.Actor;

namespace Pipeline.Kernel.Dispatch;

/// <summary>What the kernel tells an actor; handled before any user message, also while the user queue is suspended.</summary>
internal abstract class SystemMessage : QueueNode
{
    /// <summary>When the message must wait because the actor is in the middle of something else.</summary>
    public virtual SetAside SetAside => SetAside.Never;

    public abstract void Apply(ActorCell cell);

    /// <summary>The actor is gone and will never see this message.</summary>
    public virtual void Undeliverable()
    {
    }
}

/// <summary>Conditions under which a system message is kept for later, the easier to meet the higher.</summary>
internal enum SetAside
{
    Never,

    /// <summary>While the actor waits for its children, or an asynchronous handler, before it goes on with a restart.</summary>
    WhileWaiting,

    /// <summary>While waiting, and while the actor itself is suspended.</summary>
    WhileSuspended,
}
