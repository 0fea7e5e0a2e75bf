namespace Pipeline.Kernel.Actor;

internal sealed partial class ActorCell
{
    private ChildrenContainer? _children;

    /// <summary>Any thread.</summary>
    public ChildStats[] ChildrenSnapshot() => Volatile.Read(ref _children)?.Snapshot() ?? [];

    /// <summary>Any thread for top-level actors, else on the turn.</summary>
    public IActorRef ActorOf(Props props, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(props);
        if (name is not null)
        {
            ActorName.Check(name);
        }

        LocalActorRef child = Children().Add(
            name,
            static (final, state) => new LocalActorRef(
                state.Parent.System,
                state.Props,
                state.Parent.Self,
                state.Parent.Self.Path.Child(final, state.Parent.System.NextUid())),
            (Parent: this, Props: props));

        // Creation is the first thing in the child's system queue, put there before anyone could have the reference.
        child.Cell.Mailbox.Start();
        return child;
    }

    public IActorRef Child(string name) => _children?.Find(name)?.Ref ?? ActorRefs.Nobody;

    public IEnumerable<IActorRef> GetChildren() => Array.ConvertAll(ChildrenSnapshot(), static child => (IActorRef)child.Ref);

    public void Stop(IActorRef actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (_children?.Find(actor) is { } child)
        {
            _children.MarkStopping(child);
        }

        ((InternalActorRef)actor).Stop();
    }

    private ChildrenContainer Children()
    {
        if (_children is null)
        {
            Interlocked.CompareExchange(ref _children, new ChildrenContainer(), null);
        }

        return _children;
    }

    private void HandleChildTerminated(LocalActorRef child)
    {
        switch (_children!.Remove(child))
        {
            case WaitReason.Recreation:
                FinishRecreate();
                break;
            case WaitReason.Creation:
                FinishCreate();
                break;
            case WaitReason.Termination:
                FinishTerminateWhenReady();
                break;
        }
    }
}
