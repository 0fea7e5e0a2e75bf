using Pipeline.Kernel.Dispatch;

namespace Pipeline.Kernel.Actor;

/// <summary>Parent of the top-level actors. It has nothing to say.</summary>
internal sealed class Guardian : ActorBase
{
    protected override bool Receive(object message) => false;
}

/// <summary>What stands above the guardians: it learns of their failure and of their end.</summary>
internal sealed class RootRef(ActorSystem system, ActorPath path) : InternalActorRef
{
    public override ActorPath Path { get; } = path;

    public override ActorSystem System { get; } = system;

    public override void Tell(object message, IActorRef? sender) => System.DeadLetterOffice.Refuse(message, sender, this);

    public override void SendSystem(SystemMessage message)
    {
        switch (message)
        {
            case Failed failed:
                System.GuardianFailed(failed.Child, failed.Cause);
                break;
            case DeathNotice notice:
                System.GuardianTerminated(notice.Actor);
                break;
            default:
                message.Undeliverable();
                break;
        }
    }
}
