using Pipeline.Kernel.Actor;

namespace Pipeline.Kernel.Dispatch;

/// <summary>One delivery: a message and who sent it. It is in a mailbox or in a stash, never in both.</summary>
internal sealed class Envelope(object message, IActorRef? sender) : QueueNode
{
    public readonly object Message = message;
    public readonly IActorRef? Sender = sender;
}
