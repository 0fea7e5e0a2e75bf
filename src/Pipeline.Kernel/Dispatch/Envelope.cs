using Pipeline.Kernel.Actor;

namespace Pipeline.Kernel.Dispatch;

/// <summary>One delivery: a message, who sent it, and the link of whatever list it is in (mailbox or stash, never both).</summary>
internal sealed class Envelope(object message, IActorRef? sender)
{
    /// <summary>Stands at the head of a closed mailbox: nothing can be linked to it.</summary>
    public static readonly Envelope Closed = new(new object(), null);

    public readonly object Message = message;
    public readonly IActorRef? Sender = sender;
    public Envelope? Next;
}
