using Pipeline.Kernel.Dispatch;

namespace Pipeline.Kernel.Actor;

internal sealed class LocalActorRef : InternalActorRef
{
    public LocalActorRef(ActorSystem system, Props props, InternalActorRef parent, ActorPath path)
    {
        Path = path;
        Cell = new ActorCell(system, this, props, parent);
    }

    public override ActorPath Path { get; }

    public ActorCell Cell { get; }

    public override ActorSystem System => Cell.System;

    public override InternalActorRef Parent => Cell.ParentRef;

    public override bool IsTerminated => Cell.Mailbox.IsClosed;

    public override void Tell(object message, IActorRef? sender)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (!Cell.Mailbox.Post(new Envelope(message, sender)))
        {
            System.DeadLetterOffice.Refuse(message, sender, this);
        }
    }

    public override void SendSystem(SystemMessage message)
    {
        if (!Cell.Mailbox.PostSystem(message))
        {
            message.Undeliverable();
        }
    }
}
