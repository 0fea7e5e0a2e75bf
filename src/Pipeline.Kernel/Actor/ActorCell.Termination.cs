using Pipeline.Kernel.Dispatch;

namespace Pipeline.Kernel.Actor;

internal sealed partial class ActorCell
{
    public void Terminate()
    {
        if (_terminating)
        {
            return;
        }

        _terminating = true;
        _pendingRecreate = null;
        StopReceiveTimeout();
        UnwatchAll();
        if (_handler is not null)
        {
            StartStopGrace();
        }

        foreach (ChildStats child in Children().BeginTermination())
        {
            child.Ref.Stop();
        }

        Mailbox.Suspend();
        FinishTerminateWhenReady();
    }

    private void FinishTerminateWhenReady()
    {
        if (_handler is null && (_children is null || _children.Count == 0))
        {
            FinishTerminate();
        }
    }

    private void FinishTerminate()
    {
        if (_instance is InstanceState.Live or InstanceState.Unready)
        {
            try
            {
                _actor!.InvokePostStop();
            }
            catch (Exception cause)
            {
                System.KernelLog.HookFailed(cause, "PostStop", Self.Path);
            }

            DropInstance();
        }

        // What PostStop watched is nobody's business any more.
        UnwatchAll();
        StopReceiveTimeout();
        Mailbox.Close(out Envelope? messages, out SystemMessage? systemMessages);
        _actor = null;
        _behaviour = null;
        _outerBehaviours = null;
        for (Envelope? envelope = messages; envelope is not null; envelope = (Envelope?)envelope.Next)
        {
            System.DeadLetterOffice.Refuse(envelope.Message, envelope.Sender, Self);
        }

        ParentRef.SendSystem(new DeathNotice(Self, existenceConfirmed: true));
        TellWatchers();
        while (systemMessages is not null)
        {
            var next = (SystemMessage?)systemMessages.Next;
            systemMessages.Undeliverable();
            systemMessages = next;
        }
    }
}
