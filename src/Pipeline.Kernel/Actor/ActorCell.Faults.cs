using Pipeline.Kernel.Dispatch;

namespace Pipeline.Kernel.Actor;

internal sealed partial class ActorCell
{
    private Fault? _fault;
    private Exception? _recreateCause;
    private SupervisorStrategy? _strategy;

    public void Create()
    {
        try
        {
            BuildInstance();
            _actor!.InvokePreStart();
            _instance = InstanceState.Live;
            EndMessage();
        }
        catch (Exception cause)
        {
            if (_instance == InstanceState.Unready)
            {
                DropInstance();
            }

            _timers?.CancelAll();
            _actor = null;
            _instance = InstanceState.Missing;
            HandleInvokeFailure(new ActorInitializationException(Self, $"Creation of [{Self.Path}] failed: {cause.Message}", cause));
        }
    }

    public void FaultSuspend()
    {
        Mailbox.Suspend();
        SuspendChildren(null, []);
    }

    public void FaultResume(Exception? causedByFailure)
    {
        if (_instance == InstanceState.Missing)
        {
            // Resuming an actor that could not be created means trying again.
            FaultCreate();
            return;
        }

        if (_instance != InstanceState.Live && causedByFailure is not null)
        {
            FaultRecreate(causedByFailure);
            return;
        }

        LocalActorRef? perpetrator = _fault?.Perpetrator;
        Mailbox.Resume();
        if (causedByFailure is not null)
        {
            _fault = null;
        }

        foreach (ChildStats child in ChildrenSnapshot())
        {
            child.Ref.SendSystem(new Resume(ReferenceEquals(child.Ref, perpetrator) ? causedByFailure : null));
        }
    }

    public void FaultRecreate(Exception cause)
    {
        if (_instance == InstanceState.Missing)
        {
            FaultCreate();
            return;
        }

        if (_handler is not null)
        {
            _pendingRecreate = cause;
            StartStopGrace();
            return;
        }

        if (_instance == InstanceState.Live)
        {
            CallPreRestart(cause);
        }

        if (_instance != InstanceState.Retired)
        {
            DropInstance();
        }

        _recreateCause = cause;
        if (_children is null || !_children.BeginWaiting(WaitReason.Recreation))
        {
            FinishRecreate();
        }
    }

    public void HandleFailed(Failed failure)
    {
        // A failure of an earlier incarnation of the name, or of a child that is being stopped anyway, is no news.
        if (_children?.Find(failure.Child) is not { Stopping: false } child)
        {
            return;
        }

        try
        {
            _strategy ??= Props.SupervisorStrategy ?? _actor!.InvokeSupervisorStrategy();
            if (!_strategy.HandleFailure(this, child, failure.Cause))
            {
                HandleInvokeFailure(failure.Cause, failure.Child);
            }
        }
        catch (Exception cause)
        {
            HandleInvokeFailure(cause, failure.Child);
        }
    }

    /// <param name="cause">What went wrong.</param>
    /// <param name="perpetrator">The child whose failure became this actor's own; it is suspended already.</param>
    /// <param name="suspended">Children that are suspended already.</param>
    private void HandleInvokeFailure(Exception cause, LocalActorRef? perpetrator = null, ChildStats[]? suspended = null)
    {
        if (_terminating || _fault is not null)
        {
            System.KernelLog.LateFailure(cause, Self.Path);
            return;
        }

        _fault = new Fault(perpetrator, perpetrator is null ? _message : null, perpetrator is null ? _current : null);
        Mailbox.Suspend();
        SuspendChildren(perpetrator, suspended ?? []);
        ParentRef.SendSystem(new Failed(Self, cause));
    }

    private void CallPreRestart(Exception cause)
    {
        _current = _fault?.Envelope;
        _message = _fault?.Message;
        try
        {
            _actor!.InvokePreRestart(cause, _message);
        }
        catch (Exception inner)
        {
            System.KernelLog.HookFailed(new PreRestartException(Self, cause, inner, _message), "PreRestart", Self.Path);
        }
        finally
        {
            _current = null;
            _message = null;
        }
    }

    private void FinishRecreate()
    {
        Exception cause = _recreateCause!;
        _recreateCause = null;
        ChildStats[] survivors = ChildrenSnapshot();
        Mailbox.Resume();
        _fault = null;
        _strategy = null;
        try
        {
            BuildInstance();
            _actor!.InvokePostRestart(cause);
            _instance = InstanceState.Live;
            Volatile.Write(ref _restarts, _restarts + 1);
            EndMessage();
            foreach (ChildStats survivor in survivors)
            {
                survivor.Ref.SendSystem(new Recreate(cause));
            }
        }
        catch (Exception inner)
        {
            _timers?.CancelAll();
            HandleInvokeFailure(new PostRestartException(Self, inner, cause), null, survivors);
        }
    }

    private void FaultCreate()
    {
        StopReceiveTimeout();
        foreach (ChildStats child in ChildrenSnapshot())
        {
            Stop(child.Ref);
        }

        if (_children is null || !_children.BeginWaiting(WaitReason.Creation))
        {
            FinishCreate();
        }
    }

    private void FinishCreate()
    {
        Mailbox.Resume();
        _fault = null;
        Create();
    }

    private void SuspendChildren(LocalActorRef? perpetrator, ChildStats[] suspended)
    {
        foreach (ChildStats child in ChildrenSnapshot())
        {
            if (!ReferenceEquals(child.Ref, perpetrator) && Array.IndexOf(suspended, child) < 0)
            {
                child.Ref.SendSystem(new Suspend());
            }
        }
    }

    /// <param name="Perpetrator">The child that made this actor fail, or null when it failed by itself.</param>
    /// <param name="Message">The message that was being handled.</param>
    /// <param name="Envelope">Its delivery, so that <c>Sender</c> is right in <c>PreRestart</c>.</param>
    private sealed record Fault(LocalActorRef? Perpetrator, object? Message, Envelope? Envelope);
}
